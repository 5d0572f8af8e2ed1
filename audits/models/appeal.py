"""Appeals: a partner asks that others look at a decision again."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audits.models.enforcement import EnforcementCase
from audits.states import APPEAL
from portal.workflow import LifecycleModel, lifecycle_triggers


class Appeal(LifecycleModel):
    """One appeal by one institution, against an enforcement decision or a hold."""

    TABLE = APPEAL

    class Against(models.TextChoices):
        ENFORCEMENT = "enforcement", _("Enforcement decision")
        HOLD = "hold", _("Hold")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="appeals")
    against = models.CharField(_("against"), max_length=16, choices=Against.choices)
    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, null=True, related_name="appeals")
    hold = models.ForeignKey("grants.Hold", on_delete=models.PROTECT, null=True, related_name="appeals")
    ground = models.CharField(_("ground"), max_length=50)
    statement = models.TextField(_("statement"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    lodged_at = models.DateTimeField(_("lodged"))
    lodged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(_("outcome"), blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        triggers = lifecycle_triggers(APPEAL)
        indexes: ClassVar = [models.Index(fields=["institution", "-lodged_at"], name="appeal_of_institution")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(against="enforcement", case__isnull=False, hold=None)
                | models.Q(against="hold", hold__isnull=False, case=None),
                name="appeal_against_one_thing",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["lodged", "admitted", "heard"]),
                name="appeal_one_open_on_case",
            ),
            models.UniqueConstraint(
                fields=["hold"],
                condition=models.Q(state__in=["lodged", "admitted", "heard"]),
                name="appeal_one_open_on_hold",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:appeal", args=[self.pk])

    @cached_property
    def bodies_with_a_part(self) -> frozenset[UUID]:
        """Bodies that ran or signed what is appealed against. One query, once for each object."""
        if self.case is None:
            return frozenset()
        signed = self.case.signatures.values_list("body_id", flat=True)
        return frozenset({*signed, *([self.case.authority_id] if self.case.authority_id else [])})
