"""Who held the pen in a case, from when to when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from portal.workflow import Record


class ClockStretch(Record):
    """A time in which one side held the pen in one stage. The last one of a case that is in hand has no end.

    `used` are the working days of the stage that were used before it began; `due_on` is the last day in time, where
    the authority holds the pen. `chased` is the last of the rulebook's reminders that was sent in the stage (in working
    days used), `chase_on` the day on which the next is due. All of it can be made anew from the record.
    """

    class Stage(models.TextChoices):
        SCREENING = "screening", _("Screening")
        ASSESSMENT = "assessment", _("Assessment")
        SIGNATURES = "signatures", _("Signatures")

    class Holder(models.TextChoices):
        AUTHORITY = "authority", _("The authority")
        APPLICANT = "applicant", _("The institution")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="stretches")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices)
    holder = models.CharField(_("pen is with"), max_length=12, choices=Holder.choices)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    limit = models.PositiveSmallIntegerField(_("working days"))
    used = models.PositiveSmallIntegerField(_("used before"), default=0)
    due_on = models.DateField(_("due"), null=True, blank=True)
    chased = models.PositiveSmallIntegerField(default=0, editable=False)
    chase_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("time with the pen")
        verbose_name_plural = _("times with the pen")
        indexes: ClassVar = [
            models.Index(fields=["application", "began_at"], name="stretch_application"),
            models.Index(fields=["chase_on"], condition=models.Q(ended_at__isnull=True), name="stretch_chase"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(ended_at__isnull=True), name="stretch_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="stretch_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(holder="authority") | models.Q(due_on__isnull=True, chase_on__isnull=True),
                name="stretch_only_authority_is_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.holder}"
