"""Rules on providers' answers. Silence is never consent."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused


def in_time(due: datetime | None, now: datetime) -> Verdict:
    """Whether a provider may still answer: until the deadline that it was given, or given anew."""
    if due is None or now <= due:
        return ALLOWED
    return refused(
        _("Your time to answer was over on %(day)s. Ask the authority if you need more.")
        % {"day": date_format(due, "j F Y")},
        code="too_late",
        rule="consent.deadline_working_days",
    )
