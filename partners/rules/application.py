"""When an application may be begun and sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.appeals import days_to_appeal, last_day_to_appeal
from portal.rulebook.durations import add_working_days
from portal.rulebook.places import LastDay, day_in
from portal.rulebook.schema import Rulebook
from portal.rulebook.schema.decisions import Circumstance


@dataclass(frozen=True, slots=True)
class Rights:
    """What a refused organisation may do: appeal until that day, and apply again from that day.

    Both are days of the authority's calendar; the lengths are in calendar days.
    """

    appeal_until: LastDay
    appeal_days: int
    again_from: date
    cooling_off_days: int


def rights_after_refusal(declined_at: datetime, country: str, rules: Rulebook) -> Rights:
    """By appeal.against.refusal and qualification.cooling_off_days of the rulebook under which it was declined.

    `country` is that of the authority (portal.rulebook.appeals.country_of).
    """
    wait = rules.qualification.cooling_off_days
    return Rights(
        last_day_to_appeal("refusal", decided_at=declined_at, country=country, book=rules),
        days_to_appeal("refusal", rules),
        day_in(declined_at, country) + timedelta(days=wait),
        wait,
    )


def may_begin(
    kind: str,
    *,
    has_open: bool,
    qualified: bool,
    live: bool,
    removed_until: date | None,
    barred: bool,
    again_from: date | None = None,
    today: date | None = None,
) -> Verdict:
    """One open application at a time, from one that is not barred; a renewal or change needs a live qualification.

    `again_from` is the first day on which an organisation that was refused may apply anew (None: it was not).
    """
    if barred:
        until = _("for good") if removed_until is None else _("until %(day)s") % {"day": f"{removed_until:%-d %B %Y}"}
        return refused(
            _("Your institution was removed from the scheme %(until)s and can’t apply before.") % {"until": until},
            code="removed",
            rule="enforcement.ladder.removal",
        )
    if kind != "change" and again_from is not None and today is not None and today < again_from:
        return refused(
            _("Your last application was declined. You can apply again from %(day)s; its letter says how to appeal.")
            % {"day": date_format(again_from, "j F Y")},
            code="cooling_off",
            rule="qualification.cooling_off_days",
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


def says_something(changed: Collection[str]) -> Verdict:
    """The report of a change has an answer that differs from what was approved."""
    if changed:
        return ALLOWED
    return refused(
        _("No answer differs from what was approved. Write down what has changed, then send it."),
        code="nothing_changed",
        rule="qualification.circumstances",
    )


def told_late(happened_on: date, told_on: date, working_days: int, country: str) -> bool:
    """Whether a change was told later than the rulebook allows (qualification.change_notice_working_days)."""
    return told_on > add_working_days(happened_on, working_days, country)
