"""Enforcement cases: the facts, what is proposed, the partner's side, the signatures and the decision."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models.finding import Finding
from audits.models.incident import Incident
from audits.states import ENFORCEMENT
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Measure(models.TextChoices):
    """The rungs of the ladder, and the decision to take none."""

    WARNING = "warning", _("Warning")
    RESTRICTION = "restriction", _("Restriction")
    SUSPENSION = "suspension", _("Suspension")
    REMOVAL = "removal", _("Removal")
    NO_ACTION = "no_action", _("No action")


class EnforcementCase(LifecycleModel):
    """One case against one institution. `hold` is the interim emergency suspension, where there is one."""

    TABLE = ENFORCEMENT

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="enforcement_cases")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="enforcement_cases")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="enforcement_cases")
    facts = models.TextField(_("facts"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    hold = models.ForeignKey("grants.Hold", on_delete=models.PROTECT, null=True, related_name="enforcement_cases")
    proposed = models.CharField(_("proposed measure"), max_length=12, choices=Measure.choices, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reasons = models.TextField(_("why this measure"), blank=True)
    lifted_when = models.TextField(_("what must be true to lift it"), blank=True)
    effect_until = models.DateField(_("until"), null=True)
    notice_at = models.DateTimeField(_("notice given"), null=True)
    answer_due = models.DateField(_("answer due"), null=True)
    answer = models.TextField(_("the partner’s side"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    heard_at = models.DateTimeField(_("heard"), null=True)
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    measure = models.CharField(_("decision"), max_length=12, choices=Measure.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    appeal_until = models.DateField(_("may be appealed until"), null=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("enforcement case")
        verbose_name_plural = _("enforcement cases")
        triggers = lifecycle_triggers(ENFORCEMENT)
        indexes: ClassVar = [
            models.Index(fields=["institution", "-opened_at"], name="enforcement_of_institution"),
            models.Index(fields=["authority", "state", "-opened_at"], name="enforcement_desk"),
            models.Index(fields=["state", "measure"], name="enforcement_ladder"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(state="decided", decided_at__isnull=False) & ~models.Q(measure=""))
                | (~models.Q(state="decided") & models.Q(measure="", decided_at=None)),
                name="enforcement_decided_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(state="opened") | models.Q(measure="no_action") | ~models.Q(proposed=""),
                name="enforcement_notice_proposes",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:enforcementcase", args=[self.pk])


class DecisionSignature(Record):
    """One signatory's word on a case: bound to the digest of what was read. Never changed; void when that changed."""

    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(_("SHA-256 of what was read"), max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("signature on an enforcement decision")
        verbose_name_plural = _("signatures on enforcement decisions")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "signer", "digest"], name="decisionsignature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.body_id}"
