"""When an application may be begun and sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.durations import add_working_days
from portal.rulebook.schema.decisions import Circumstance


def may_begin(
    kind: str, *, has_open: bool, qualified: bool, live: bool, removed_until: date | None, barred: bool
) -> Verdict:
    """One open application at a time, from one that is not barred; a renewal or change needs a live qualification."""
    if barred:
        until = _("for good") if removed_until is None else _("until %(day)s") % {"day": f"{removed_until:%-d %B %Y}"}
        return refused(
            _("Your institution was removed from the scheme %(until)s and can’t apply before.") % {"until": until},
            code="removed",
            rule="enforcement.ladder.removal",
        )
    if has_open:
        return refused(
            _("You have an application under way. Finish or withdraw it first."),
            code="open_application",
            rule="application",
        )
    if kind == "initial" and live:
        return refused(
            _("Your institution holds a qualification. Ask for a renewal or report a change instead."),
            code="already_qualified",
            rule="application.kind",
        )
    if kind != "initial" and not qualified:
        return refused(
            _("A renewal or change needs a qualification that is in force. Make an initial application."),
            code="not_qualified",
            rule="application.kind",
        )
    return ALLOWED


def may_submit(*, complete: bool, missing_sections: Sequence[str]) -> Verdict:
    """Everything that is asked is answered."""
    if not complete:
        return refused(
            _("These sections are not complete yet: %(names)s.") % {"names": ", ".join(missing_sections)},
            code="incomplete",
            rule="questionnaire",
        )
    return ALLOWED


AHEAD_DAYS, BACK_DAYS = 366, 3653
"""How far ahead, and how long afterwards, a change can be reported: beyond that it is a slip of the pen."""


def may_report(
    known: Sequence[Circumstance], circumstances: Collection[str], happened_on: date | None, today: date
) -> Verdict:
    """A report names what changed, by the rulebook's circumstances, and when it did or will."""
    if not circumstances or not set(circumstances) <= {item.key for item in known}:
        return refused(
            _("Choose what changed. Several things can be chosen."),
            code="no_circumstance",
            rule="qualification.circumstances",
        )
    if happened_on is None or not -BACK_DAYS <= (happened_on - today).days <= AHEAD_DAYS:
        return refused(
            _("Give the day on which it changed or will change: at most ten years ago, and at most a year ahead."),
            code="no_day",
            rule="qualification.circumstances",
        )
    return ALLOWED


def told_late(happened_on: date, told_on: date, working_days: int, country: str) -> bool:
    """Whether a change was told later than the rulebook allows (qualification.change_notice_working_days)."""
    return told_on > add_working_days(happened_on, working_days, country)
