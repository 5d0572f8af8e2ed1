"""Enforcement cases: the facts, what is proposed, the partner's side, the signatures and the decision."""

from __future__ import annotations

from itertools import chain
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audits.models.audit import AuditUserObjectPermission
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


EFFECTIVE = (Measure.RESTRICTION, Measure.SUSPENSION, Measure.REMOVAL)
"""Measures that change what the partner may do; a warning goes on its record."""


class End(models.TextChoices):
    """How a measure ended that was decided."""

    LIFTED = "lifted", _("Lifted")
    RAN_OUT = "ran_out", _("Its last day has passed")
    SET_ASIDE = "set_aside", _("Set aside")


class EnforcementCase(LifecycleModel):
    """One case against one institution. `hold` is the interim emergency suspension, where there is one.

    `suggested` is the rung that the ladder suggested when notice was given, `why_step` why another one is proposed,
    `milder` which milder steps were weighed and why they do not suffice. `measure`, `effect_until` and `lifted_when`
    are what holds now; each thing that was ever decided about them stays as a MeasureEvent. While `stayed_at` is set
    the measure has no effect; once `ended_at` is set it has none any more. `decided_digest` is what the quorum signed.
    """

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
    suggested = models.CharField(_("suggested by the ladder"), max_length=12, choices=Measure.choices, blank=True)
    why_step = models.TextField(_("why not the step that the ladder suggests"), blank=True)
    milder = models.TextField(_("milder steps, and why they do not suffice"), blank=True)
    lifted_when = models.TextField(_("what must be true to lift it"), blank=True)
    effect_until = models.DateField(_("until"), null=True)
    notice_at = models.DateTimeField(_("notice given"), null=True)
    answer_due = models.DateField(_("answer due"), null=True)
    answer = models.TextField(_("the partner’s side"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    heard_at = models.DateTimeField(_("heard"), null=True)
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    heard_notes = models.TextField(_("how the partner was heard"), blank=True)
    measure = models.CharField(_("decision"), max_length=12, choices=Measure.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    appeal_until = models.DateField(_("may be appealed until"), null=True)
    decided_digest = models.CharField(max_length=64, blank=True, editable=False)
    stayed_at = models.DateTimeField(_("effect stayed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end = models.CharField(_("how it ended"), max_length=10, choices=End.choices, blank=True)
    lifting_reason = models.TextField(_("why it can be lifted"), blank=True)
    lifting_proposed_at = models.DateTimeField(_("lifting proposed"), null=True)
    lifting_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(LifecycleModel.Meta):
        verbose_name = _("enforcement case")
        verbose_name_plural = _("enforcement cases")
        triggers = lifecycle_triggers(ENFORCEMENT)
        indexes: ClassVar = [
            models.Index(fields=["institution", "-opened_at"], name="enforcement_of_institution"),
            models.Index(fields=["authority", "state", "-opened_at"], name="enforcement_desk"),
            models.Index(fields=["state", "measure"], name="enforcement_ladder"),
            models.Index(
                fields=["effect_until"],
                condition=models.Q(state="decided", ended_at=None, measure__in=["restriction", "suspension"]),
                name="enforcement_running_out",
            ),
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
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end="") | (models.Q(ended_at__isnull=False) & ~models.Q(end="")),
                name="enforcement_ended_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(state="decided") | models.Q(stayed_at=None, ended_at=None),
                name="enforcement_ends_once_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(lifting_proposed_at=None, lifting_proposed_by=None, lifting_reason="")
                | (
                    models.Q(lifting_proposed_at__isnull=False, lifting_proposed_by__isnull=False)
                    & ~models.Q(lifting_reason="")
                ),
                name="enforcement_lifting_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:enforcementcase", args=[self.pk])

    @property
    def in_effect(self) -> bool:
        """Whether the measure takes something from the partner now."""
        decided = self.state == "decided" and self.measure in EFFECTIVE
        return decided and self.ended_at is None and self.stayed_at is None

    @cached_property
    def involved_ids(self) -> frozenset[UUID]:
        """Accounts of those who worked on the case before it was decided, or gave the partner's answer. One query.

        Those are who opened it, linked or unlinked facts, proposed, heard, and who found, reported or judged what it
        rests on, or rested on.
        """
        findings = Finding.objects.filter(models.Q(pk=self.finding_id) | models.Q(linked__case=self)).order_by()
        incidents = Incident.objects.filter(models.Q(pk=self.incident_id) | models.Q(linked__case=self)).order_by()
        audited = AuditUserObjectPermission.objects.filter(content_object__in=findings.values("audit"))
        rows = self.linked.values_list("linked_by_id").union(
            self.linked.values_list("unlinked_by_id"),
            self.linked.values_list("alert__verdicts__given_by_id"),
            findings.values_list("recorded_by_id"),
            findings.values_list("remediated_by_id"),
            audited.values_list("user_id"),
            incidents.values_list("reported_by_id"),
        )
        own = (self.opened_by_id, self.proposed_by_id, self.heard_by_id, self.answered_by_id)
        return frozenset(pk for pk in (*own, *chain.from_iterable(rows)) if pk is not None)

    @cached_property
    def unconfirmed(self) -> int:
        """How many of the conditions for lifting it nobody has confirmed yet. One query."""
        return self.conditions.filter(confirmed_at=None).count()

    @cached_property
    def lifter_ids(self) -> frozenset[UUID]:
        """Accounts of those who said or confirmed that conditions are met, or proposed the lifting. One query."""
        rows = self.conditions.values_list("met_by_id", "confirmed_by_id")
        named = (*chain.from_iterable(rows), self.lifting_proposed_by_id)
        return frozenset(pk for pk in named if pk is not None)


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
