"""Gateways: machine clients of one provider, with OAuth 2 client credentials of the identity provider."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.organisation import Organisation
from portal.accounts.states import GATEWAY
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class Gateway(LifecycleModel):
    """A provider's enforcement point. `client` holds its id and the hash of its secret."""

    TABLE = GATEWAY

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="gateways")
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="gateway")
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)
    secret_set_at = models.DateTimeField(_("secret since"), default=clock.now)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        triggers = lifecycle_triggers(GATEWAY)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=models.Q(state="active"), name="gateway_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
