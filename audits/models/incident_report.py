"""Reports about an incident: drafts of warnings, updates and final reports, and what was filed, as sealed PDFs."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.incident import Incident, IncidentDeadline, Marking
from portal.core import clock
from portal.workflow import Record, append_only


class IncidentDraft(Record):
    """What one organisation has written so far for one deadline. `version` rises with each saving.

    `answers` are by question of the deadline's form, as typed where they are not right yet.
    """

    deadline = models.ForeignKey(IncidentDeadline, on_delete=models.PROTECT, related_name="drafts")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(_("answers"), default=dict)
    marking = models.CharField(_("marking"), max_length=12, choices=Marking.choices)
    version = models.PositiveIntegerField(_("version"), default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved"), default=clock.now)

    class Meta:
        verbose_name = _("draft of a report on an incident")
        verbose_name_plural = _("drafts of reports on incidents")
        constraints: ClassVar = [models.UniqueConstraint(fields=["deadline", "body"], name="incidentdraft_one_a_body")]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.body_id}"


class IncidentReport(Record):
    """A report as it was filed: a sealed PDF outside the web root, with its hash and the code printed on it.

    `number` is 1 for what was filed for the deadline, more for what was added to it later. `sent_at` is when it
    reached or was sent to the recipient, and `late` whether that was after `due_at`. `digest` is over what it says.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    deadline = models.ForeignKey(IncidentDeadline, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField(_("number"))
    form = models.CharField(_("form"), max_length=50)
    answers = models.JSONField(_("answers"))
    marking = models.CharField(_("marking"), max_length=12, choices=Marking.choices)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(_("filed"))
    sent_at = models.DateTimeField(_("sent"))
    due_at = models.DateTimeField(_("due"))
    late = models.BooleanField(_("late"))
    digest = models.CharField(_("digest of the report"), max_length=64)
    language = models.CharField(_("language"), max_length=10, choices=settings.LETTER_LANGUAGES)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    sealed_by = models.CharField(_("certificate"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    stored_name = models.CharField(max_length=100, editable=False)

    class Meta:
        verbose_name = _("report on an incident")
        verbose_name_plural = _("reports on incidents")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["sha256"], name="incidentreport_sha256")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deadline", "number"], name="incidentreport_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="incidentreport_from_one"),
            models.CheckConstraint(
                condition=models.Q(late=True, sent_at__gt=models.F("due_at"))
                | models.Q(late=False, sent_at__lte=models.F("due_at")),
                name="incidentreport_late",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.number}"

    @property
    def recipient(self) -> str:
        """The rulebook's key of whom it is for."""
        return self.deadline.recipient
