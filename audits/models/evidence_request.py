"""Evidence that auditors ask the partner for, and what it answered."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models.audit import Audit, Check
from audits.models.usage_sample import SampledWindow
from audits.states import EVIDENCE_REQUEST
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers

OWED = ("asked", "returned")
"""States in which the partner has the pen."""
OPEN = (*OWED, "answered")
"""States in which somebody still has to do something."""


class EvidenceRequest(LifecycleModel):
    """Something that an auditor asks the partner to show, by a day: about a control, a window of use, or the whole.

    `due` is a working day in the partner's country. `reminders` counts those sent: one goes out when today lies in its
    range and fewer were sent, so that a missed day delays and never loses one. `remark` is what the auditor said last:
    what is missing, or why it was withdrawn.
    """

    TABLE = EVIDENCE_REQUEST

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="evidence_requests")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    tested = models.ForeignKey(Check, on_delete=models.PROTECT, null=True, related_name="evidence_requests")
    window = models.ForeignKey(SampledWindow, on_delete=models.PROTECT, null=True, related_name="evidence_requests")
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what is asked for"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    due = models.DateField(_("due"))
    reminders = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(_("answered"), null=True)
    remark = models.TextField(_("remark"), blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(LifecycleModel.Meta):
        verbose_name = _("request for evidence")
        verbose_name_plural = _("requests for evidence")
        triggers = lifecycle_triggers(EVIDENCE_REQUEST)
        indexes: ClassVar = [
            models.Index(fields=["due"], condition=models.Q(state__in=OWED), name="evidencerequest_owed"),
            models.Index(fields=["institution", "state", "due"], name="evidencerequest_institution"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["settled", "withdrawn", "unanswered"])
                | models.Q(settled_at__isnull=False, settled_by__isnull=False),
                name="evidencerequest_settled_by_someone",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["returned", "withdrawn"]) | ~models.Q(remark=""),
                name="evidencerequest_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:evidencerequest", args=[self.pk])

    @property
    def is_overdue(self) -> bool:
        """Derived from the clock, never stored."""
        return self.state in OWED and self.due < clock.today()

    @property
    def assigned_ids(self) -> frozenset[UUID]:
        """Accounts of the auditors of its audit."""
        return self.audit.assigned_ids


class EvidenceReply(Record):
    """An answer as it was given: words and documents, `late` where the day had passed. Never changed."""

    request = models.ForeignKey(EvidenceRequest, on_delete=models.PROTECT, related_name="replies")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("answer"))
    late = models.BooleanField(_("late"))
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("answer to a request for evidence")
        verbose_name_plural = _("answers to requests for evidence")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "number"], name="evidencereply_once")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.number}"


class ReplyDocument(Record):
    """A document that an answer rests on, with the hash that it had then."""

    reply = models.ForeignKey(EvidenceReply, on_delete=models.PROTECT, related_name="documents")
    evidence = models.ForeignKey("partners.Evidence", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("document of an answer")
        verbose_name_plural = _("documents of answers")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["reply", "evidence"], name="replydocument_once")]

    def __str__(self) -> str:
        return f"{self.reply_id}: {self.evidence_id}"
