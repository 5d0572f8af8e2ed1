"""Accepting the risk of a finding: what an officer proposes, the signatures on it, and its end."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audits.models.finding import Finding
from audits.states import RISK_ACCEPTANCE
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class RiskAcceptance(LifecycleModel):
    """The risk of one finding is borne until a day, once a quorum has signed. `digest` is of what is signed."""

    TABLE = RISK_ACCEPTANCE

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="acceptances")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("why the risk can be borne"), max_length=2000)
    safeguards = models.TextField(_("what holds meanwhile"), max_length=2000, blank=True)
    until = models.DateField(_("until"))
    tier = models.CharField(_("risk tier"), max_length=20)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    digest = models.CharField(_("SHA-256 of what is signed"), max_length=64, editable=False)
    proposed_at = models.DateTimeField(_("proposed"), default=clock.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.TextField(_("why it came to nothing, or ended early"), max_length=2000, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("acceptance of a risk")
        verbose_name_plural = _("acceptances of risks")
        triggers = lifecycle_triggers(RISK_ACCEPTANCE)
        indexes: ClassVar = [models.Index(fields=["state", "-proposed_at"], name="riskacceptance_queue")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding"], condition=models.Q(state__in=["proposed", "in_force"]), name="riskacceptance_one"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="riskacceptance_with_reason"),
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_at=None)
                | (~models.Q(state="proposed") & models.Q(decided_at__isnull=False)),
                name="riskacceptance_decided_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.reference}: {self._meta.verbose_name}"

    def get_absolute_url(self) -> str:
        """What it is about, for the partner."""
        return reverse("audits:finding", args=[self.finding_id])

    @property
    def reference(self) -> str:
        """That of the finding."""
        return self.finding.reference

    @cached_property
    def auditor_ids(self) -> frozenset[UUID]:
        """Who audited: the auditors assigned, and whoever recorded the finding."""
        return self.finding.assigned_ids | {self.finding.recorded_by_id}

    @cached_property
    def author_ids(self) -> frozenset[UUID]:
        """Who wrote what is signed: the officer who proposed it, and whoever reported the finding as put right."""
        return self.finding.fixer_ids | {self.proposed_by_id}


class AcceptanceSignature(Record):
    """A signatory's yes or no, bound to the digest of what they read. Never changed."""

    class Decision(models.TextChoices):
        SIGN = "sign", _("Signed")
        REFUSE = "refuse", _("Refused to sign")

    acceptance = models.ForeignKey(RiskAcceptance, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(_("SHA-256 of what was read"), max_length=64)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("second factor shown"))
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("signature on an acceptance of a risk")
        verbose_name_plural = _("signatures on acceptances of risks")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["acceptance", "signer"], name="acceptancesignature_once"),
            models.CheckConstraint(
                condition=models.Q(decision="sign") | ~models.Q(reason=""), name="acceptancesignature_refused_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acceptance_id} {self.decision}"
