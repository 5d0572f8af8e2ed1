"""Findings: what an audit found wanting, the plan to put it right, and the proof that it was."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audits.models.audit import Audit
from audits.models.catalogue import Control
from audits.states import FINDING
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Severity(models.TextChoices):
    """Severities of findings and incidents, as the rulebook has them."""

    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class Finding(LifecycleModel):
    """Something promised that was not true. `remedy_due` is the day by which it must be put right.

    `escalates_on` is the day on which the next step of the ladder is due if the partner does nothing until then; empty
    while somebody else has the pen, and when no step is left.
    """

    TABLE = FINDING

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="findings")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="findings")
    control = models.ForeignKey(Control, on_delete=models.PROTECT, null=True, related_name="findings")
    incident = models.ForeignKey(
        "audits.Incident", on_delete=models.PROTECT, null=True, related_name="findings", verbose_name=_("lesson of")
    )
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what was found"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))
    plan_due = models.DateField(_("plan due"))
    remedy_due = models.DateField(_("to be put right by"))
    escalates_on = models.DateField(_("next step if overdue"), null=True)
    plan = models.TextField(_("plan"), blank=True)
    plan_proposed_at = models.DateTimeField(_("plan proposed"), null=True)
    plan_agreed_at = models.DateTimeField(_("plan agreed"), null=True)
    remediation = models.TextField(_("what was done"), blank=True)
    remediated_at = models.DateTimeField(_("put right"), null=True)
    remediated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(_("verified"), null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_until = models.DateField(_("risk accepted until"), null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(LifecycleModel.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        triggers = lifecycle_triggers(FINDING)
        indexes: ClassVar = [
            models.Index(fields=["institution", "state", "remedy_due"], name="finding_of_institution"),
            models.Index(fields=["audit", "severity"], name="finding_of_audit"),
            models.Index(fields=["state", "remedy_due"], name="finding_due"),
            models.Index(
                fields=["escalates_on"], condition=models.Q(escalates_on__isnull=False), name="finding_escalates"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="verified")
                | models.Q(verified_at__isnull=False, verified_by__isnull=False)
                & ~models.Q(verified_by=models.F("remediated_by")),
                name="finding_verified_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="risk_accepted")
                | models.Q(accepted_until__isnull=False, accepted_by__isnull=False),
                name="finding_accepted_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:finding", args=[self.pk])

    @property
    def authority_id(self) -> UUID | None:
        """The authority that runs the audit."""
        return self.audit.authority_id

    @property
    def assigned_ids(self) -> frozenset[UUID]:
        """The auditors of the audit in which it was recorded."""
        return self.audit.assigned_ids

    @cached_property
    def fixer_ids(self) -> frozenset[UUID]:
        """Everybody who ever reported it as put right. One query."""
        written = self.notes.filter(kind=FindingNote.Kind.REMEDIATION).values_list("written_by_id", flat=True)
        return frozenset(written)


class FindingNote(Record):
    """What partner and auditors wrote about a finding, in turn: plans, evidence, replies. Never changed."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("Plan")
        REMEDIATION = "remediation", _("What was done")
        REPLY = "reply", _("Reply")
        ACCEPTANCE = "acceptance", _("Acceptance of the risk")

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note on a finding")
        verbose_name_plural = _("notes on findings")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["finding", "written_at"], name="findingnote_in_turn")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.kind}"


class FindingDocument(Record):
    """A document of the institution's library that a remedy names as its evidence. Never changed."""

    note = models.ForeignKey(FindingNote, on_delete=models.PROTECT, related_name="documents")
    evidence = models.ForeignKey("partners.Evidence", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("document about a finding")
        verbose_name_plural = _("documents about findings")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "evidence"], name="findingdocument_once")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.evidence_id}"


class Retest(Record):
    """An auditor tested whether it is put right: how, with what result. `fixed_by` is whose remedy was tested."""

    class Result(models.TextChoices):
        PASSED = "passed", _("Put right")
        FAILED = "failed", _("Not put right")

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="retests")
    number = models.PositiveSmallIntegerField(_("test"))
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    method = models.TextField(_("how it was tested"))
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    tested_at = models.DateTimeField(_("tested"))

    class Meta:
        verbose_name = _("test of a remedy")
        verbose_name_plural = _("tests of remedies")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "number"], name="retest_once"),
            models.CheckConstraint(condition=~models.Q(tested_by=models.F("fixed_by")), name="retest_by_another"),
            models.CheckConstraint(condition=~models.Q(method=""), name="retest_says_how"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.number}"
