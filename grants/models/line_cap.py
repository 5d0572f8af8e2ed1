"""Lower limits of a line while a decision has effect: they begin and end with it, whatever else becomes of the line."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import GrantLine
from portal.core import clock
from portal.core.append_only import forbid_truncate
from portal.workflow import Record


class LineCap(Record):
    """What a line permits at most until `ended_at`; None: this cap leaves that limit as it is.

    Of several caps on a line, and of the line itself (queries.effective), the lowest holds. A narrowing (LineVersion)
    changes what was agreed and stays; a cap does not, so that ending it never undoes anything else.
    """

    line = models.ForeignKey(GrantLine, on_delete=models.PROTECT, related_name="caps")
    requests_per_day = models.PositiveIntegerField(_("requests a day"), null=True, blank=True)
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), null=True, blank=True)
    seats = models.PositiveIntegerField(_("people at once"), null=True, blank=True)
    reason = models.TextField(_("why"), max_length=2000)
    begun_at = models.DateTimeField(_("since"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.TextField(_("why it ended"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("cap on a line")
        verbose_name_plural = _("caps on lines")
        indexes: ClassVar = [
            models.Index(fields=["line"], condition=models.Q(ended_at=None), name="linecap_in_effect"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(requests_per_day__gte=1) | models.Q(tokens_per_day__gte=1) | models.Q(seats__gte=1),
                name="linecap_lowers_something",
            ),
            models.CheckConstraint(
                condition=~models.Q(requests_per_day=0) & ~models.Q(tokens_per_day=0) & ~models.Q(seats=0),
                name="linecap_is_no_hold",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="linecap_ended_whole",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="ended_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
                   AND (NEW.id, NEW.line_id, NEW.requests_per_day, NEW.tokens_per_day, NEW.seats, NEW.reason,
                        NEW.begun_at)
                       IS NOT DISTINCT FROM (OLD.id, OLD.line_id, OLD.requests_per_day, OLD.tokens_per_day, OLD.seats,
                        OLD.reason, OLD.begun_at) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'append-only: a cap on a line ends once and is never changed';
                """,
            ),
            forbid_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.begun_at:%Y-%m-%d}"
