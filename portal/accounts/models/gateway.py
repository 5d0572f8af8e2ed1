"""Gateways: machine clients of one provider, with OAuth 2 client credentials of the identity provider."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.organisation import Organisation
from portal.accounts.states import GATEWAY
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers

SCOPES = ["access", "catalogue", "signals", "usage"]


def only_access() -> list[str]:
    """What a gateway may do unless more was said: ask for decisions."""
    return [Gateway.Scope.ACCESS.value]


class Gateway(LifecycleModel):
    """A provider's enforcement point, or another machine of its own. `client` holds its id and how its secret is kept.

    `former_until`: until then the secret before the present one is accepted too. `last_used_at` is when it last asked
    something; it is written some seconds later, and nothing rests on it.
    """

    class Scope(models.TextChoices):
        ACCESS = "access", _("Ask for access decisions")
        CATALOGUE = "catalogue", _("Read and change your catalogue of models")
        SIGNALS = "signals", _("Hear at once when access is stopped or restored")
        USAGE = "usage", _("Report use of your models")

    TABLE = GATEWAY

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="gateways")
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="gateway")
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)
    secret_set_at = models.DateTimeField(_("secret since"), default=clock.now)
    former_until = models.DateTimeField(_("the secret before it holds until"), null=True, blank=True)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), default=only_access, verbose_name=_("what it may do")
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        triggers = lifecycle_triggers(GATEWAY)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=models.Q(state="active"), name="gateway_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__len__gt=0) & models.Q(scopes__contained_by=SCOPES),
                name="gateway_scopes_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [str(self.Scope(scope).label) for scope in self.scopes]

    @property
    def former_holds(self) -> bool:
        """Whether the secret before the present one is still accepted."""
        return self.former_until is not None and clock.now() < self.former_until
