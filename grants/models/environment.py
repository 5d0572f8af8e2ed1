"""Environments of an institution, and what it attests about their safeguards."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.catalogue import key_validator
from grants.states import ENVIRONMENT
from portal.accounts.models.organisation import validate_jurisdiction
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Environment(LifecycleModel):
    """A place, in the technical sense, where an institution uses models. Accredited for a time."""

    TABLE = ENVIRONMENT

    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="environments")
    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(_("identifier at the gateway"), max_length=80, validators=[key_validator])
    country = models.CharField(_("country"), max_length=2, validators=[validate_jurisdiction])
    owner = models.CharField(_("who answers for it"), max_length=150)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)
    accredited_until = models.DateField(_("accredited until"), null=True, blank=True, editable=False)
    accredited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta(LifecycleModel.Meta):
        verbose_name = _("environment")
        verbose_name_plural = _("environments")
        triggers = lifecycle_triggers(ENVIRONMENT)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "key"], name="environment_key_once"),
            models.UniqueConstraint(fields=["institution", "name"], name="environment_name_once"),
            models.CheckConstraint(
                condition=~models.Q(state="accredited")
                | models.Q(accredited_until__isnull=False, accredited_by__isnull=False),
                name="environment_accredited_until_by",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attestation(Record):
    """What an institution stated about one safeguard at one time. The latest counts; none is overwritten."""

    class Value(models.TextChoices):
        NOT_MET = "not_met", _("Not met")
        MET = "met", _("Met")
        EXCEEDS = "exceeds", _("Exceeds what is asked")

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="attestations")
    safeguard = models.CharField(_("safeguard"), max_length=50)
    value = models.CharField(_("value"), max_length=10, choices=Value.choices)
    note = models.TextField(_("how it is met"), max_length=2000, blank=True)
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(_("attested"), default=clock.now)

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["environment", "safeguard", "-id"], name="attestation_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(value__in=["not_met", "met", "exceeds"]), name="attestation_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.safeguard}: {self.value}"
