"""What deadlines of incidents said at which time: their rows follow the incident, and boards need what they were."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models import IncidentDeadline


class DeadlineVersion(models.Model):
    """What a deadline said from one deed until the next that changed it. Written by the database itself.

    `after_seq` is the size of the record when it was written: its time is that of the next entry, the deed's own (or
    one that came just before it, where two were done at once).
    """

    deadline_id = models.UUIDField()
    incident_id = models.UUIDField(db_index=True)
    after_seq = models.BigIntegerField(db_index=True)
    due_at = models.DateTimeField(_("due"))
    met_at = models.DateTimeField(_("filed"), null=True)
    waived_at = models.DateTimeField(_("no longer due"), null=True)

    class Meta:
        verbose_name = _("version of a deadline")
        verbose_name_plural = _("versions of deadlines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deadline_id", "after_seq"], name="deadlineversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} after {self.after_seq}"


class WatchedDeadline(IncidentDeadline):
    """Deadlines of incidents, watched for changes."""

    class Meta:
        proxy = True
        verbose_name = _("watched deadline")
        verbose_name_plural = _("watched deadlines")
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="versions_kept",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("due_at", "met_at", "waived_at"),
                func="""
                INSERT INTO dashboards_deadlineversion
                    (deadline_id, incident_id, after_seq, due_at, met_at, waived_at)
                SELECT NEW.id, NEW.incident_id, coalesce((SELECT size FROM ledger_head WHERE id = 1), 0),
                    NEW.due_at, NEW.met_at, NEW.waived_at
                ON CONFLICT (deadline_id, after_seq) DO UPDATE
                SET due_at = NEW.due_at, met_at = NEW.met_at, waived_at = NEW.waived_at;
                RETURN NULL;
                """,
            )
        ]
