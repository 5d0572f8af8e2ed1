"""What became of applications, and how long each stage took: figures for everybody, of quarters that are over.

No name, no reference, no small number (`portal.transparency.suppression`). A year's figures come from four queries,
whatever the number of applications.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from partners.models import Application, ClockStretch, Signature
from portal.core import clock
from portal.ledger.models import Entry
from portal.rulebook.durations import working_days_between
from portal.rulebook.queries import NoRulebook, rules
from portal.transparency.suppression import ENOUGH, Cell, is_few, published, reasons_published

OUTCOMES = ("approved", "declined", "withdrawn")
EARLIEST = 2000
ANSWERS = "answers"
"""Beside the authority's stages: the time in which the institution had the pen."""


class Ended(NamedTuple):
    """An application that was sent and is over.

    `since`: where a panel sent it back before, when; what came before that moment belongs to the refusal that fell.
    """

    pk: Any
    kind: str
    state: str
    authority: str
    country: str
    reasons: list[str]
    at: datetime
    since: datetime | None = None

    @property
    def quarter(self) -> int:
        return (self.at.month + 2) // 3


@dataclass(frozen=True)
class Figure:
    """A table for everybody. `chart` is drawn from what is shown; without `rows` the note says why there are none."""

    key: str
    title: str
    note: str
    head: list[str]
    rows: list[list[str]]
    chart: dict[str, Any] | None = None


@dataclass(frozen=True)
class Statistics:
    """The figures of a year, as far as its quarters are over."""

    year: int
    until: date
    total: int
    figures: tuple[Figure, ...]


def last_day() -> date:
    """The end of the last quarter that is over."""
    today = clock.today()
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return date.fromordinal(first.toordinal() - 1)


def years() -> list[int]:
    """The years of which there is anything to tell, the newest first. One query."""
    first = (
        Application.objects.filter(decided_at__isnull=False).order_by("decided_at").values_list("decided_at").first()
    )
    newest = last_day().year
    return list(range(newest, min(first[0].year if first else newest, newest) - 1, -1))


def ended_in(year: int) -> list[Ended]:
    """Applications that were sent and ended in the quarters of the year that are over. Two queries.

    A withdrawn one ended when its clock was stopped. What was published stays: a refusal that stood when its quarter
    was over counts there, though a panel has set it aside since; what is decided anew counts when it is decided.
    """
    rows: QuerySet[Application] = Application.objects.filter(state__in=OUTCOMES, submitted_at__isnull=False)
    rows = rows.annotate(ended=Coalesce("decided_at", Max("stretches__ended_at")))
    until = min(date(year, 12, 31), last_day())
    window = (datetime(year, 1, 1, tzinfo=UTC), datetime.fromordinal(until.toordinal() + 1).replace(tzinfo=UTC))
    sent_back = Subquery(_sent_back(OuterRef("pk")).order_by("-time").values("time")[:1])
    found = rows.filter(ended__gte=window[0], ended__lt=window[1]).values_list(
        "pk", "kind", "state", "authority__name", "authority__jurisdiction", "refusal_reasons", "ended", sent_back
    )
    ended = [Ended(*row) for row in found]
    return sorted([*ended, *_fallen(window)], key=lambda one: (one.authority, str(one.pk), one.at))


def _fallen(window: tuple[datetime, datetime]) -> list[Ended]:
    """Refusals of the window that a panel set aside after their quarter was over. One query.

    By what was signed and by the record: the application itself holds what was decided anew, or nothing yet.
    """
    then = _sent_back(OuterRef("application")).order_by("time").values("time")
    rows = Signature.objects.filter(decision=Signature.Decision.REFUSE, application__set_aside_at__isnull=False)
    rows = rows.filter(at__gte=window[0], at__lt=window[1]).annotate(
        fell=Subquery(then.filter(time__gte=OuterRef("at"))[:1]),
        before=Subquery(then.filter(time__lt=OuterRef("at")).order_by("-time")[:1]),
    )
    found = rows.filter(fell__isnull=False).values_list(
        "application", "application__kind", "application__authority__name", "application__authority__jurisdiction",
        "reasons", "at", "before", "fell",
    )  # fmt: skip
    return [
        Ended(pk, kind, "declined", name, country, reasons, at, before)
        for pk, kind, name, country, reasons, at, before, fell in found
        if fell >= _quarter_ends(at)
    ]


def _sent_back(application: OuterRef) -> QuerySet[Entry]:
    """The record's entries of an application that a panel sent back."""
    return Entry.objects.filter(object_id=application, object_type="application", verb="application.remit")


def _quarter_ends(moment: datetime) -> datetime:
    """The first moment (UTC) after the quarter."""
    past = moment.year * 12 + 3 * ((moment.month - 1) // 3) + 3
    return datetime(past // 12, past % 12 + 1, 1, tzinfo=UTC)


def statistics(year: int) -> Statistics:
    """Everything that is published of a year. Four queries, and those for the rules in force."""
    cases = ended_in(year)
    return Statistics(
        year, min(date(year, 12, 31), last_day()), len(cases),
        (
            _by(cases, "quarter", _("Outcomes by quarter"), _("Quarter"), lambda one: _quarter(one.quarter)),
            _by(cases, "kind", _("Outcomes by kind"), _("Kind"), lambda one: str(Application.Kind(one.kind).label)),
            _by(cases, "authority", _("Outcomes by authority"), _("Authority"), lambda one: one.authority),
            _times(cases),
            _reasons(cases),
        ),
    )  # fmt: skip


# --- outcomes -------------------------------------------------------------------------------------


def _quarter(number: int) -> str:
    return _("Quarter %(n)s") % {"n": number}


def shown(cell: Cell) -> str:
    """A count in words."""
    if cell.shown == "few":
        return _("fewer than %(n)s") % {"n": ENOUGH}
    return _("not shown") if cell.shown == "hidden" else str(cell.count)


def _by(cases: Sequence[Ended], key: str, title: str, first: str, name: Callable[[Ended], str]) -> Figure:
    """Outcomes by something. Where one outcome is rare in the whole year, outcomes are not told apart."""
    whole = Counter(one.state for one in cases)
    apart = not any(is_few(count) for count in whole.values())
    outcomes = [[state] for state in OUTCOMES] if apart else [list(OUTCOMES)]
    labels = [str(Application.TABLE.state(state).label) for state in OUTCOMES] if apart else [_("Ended")]
    head = [first, *labels, *([_("Total")] if apart else [])]
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for one in cases:
        groups[name(one)][one.state] += 1
    names = sorted(groups)
    counts = [[sum(groups[item][state] for state in states) for states in outcomes] for item in names]
    if is_few(len(cases)):
        return Figure(key, title, _("Too few applications ended to tell anything of them."), head, [])
    cells = published(counts) if counts else []
    if cells is None:
        return Figure(key, title, _("Too few in each to publish this table."), head, [])
    rows = [[item, *map(shown, row)] for item, row in zip(names, cells, strict=True)]
    if counts:
        totals = [sum(column) for column in zip(*counts, strict=True)]
        rows.append([_("All"), *map(str, totals), *([str(len(cases))] if apart else [])])
    note = "" if apart else _("One outcome was too rare this year to tell them apart.")
    chart = _chart(names, labels, cells) or (_whole(labels, rows[-1]) if rows and key == "quarter" else None)
    return Figure(key, title, note, head, rows, chart)


def _whole(labels: list[str], totals: list[str]) -> dict[str, Any]:
    """A bar for each outcome of the whole year, where its quarters are not all told."""
    values = [int(count) for count in totals[1 : len(labels) + 1]]
    return {"kind": "bar", "labels": labels, "whole": True, "series": [{"name": _("All"), "values": values}]}


def _chart(names: list[str], labels: list[str], cells: list[list[Cell]]) -> dict[str, Any] | None:
    """Stacked bars of what is shown; nothing where anything is left out, for a bar that is too short misleads."""
    if not cells or any(cell.count is None for row in cells for cell in row):
        return None
    series = [{"name": label, "values": [row[at].count for row in cells]} for at, label in enumerate(labels)]
    return {"kind": "stacked", "labels": names, "whole": True, "series": series}


# --- times ----------------------------------------------------------------------------------------


def nearest(values: Sequence[int], share: float) -> int:
    """The least value that at least that share of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def days_of(cases: Iterable[Ended]) -> dict[str, list[int]]:
    """Stage → working days that each application spent in it, by its authority's calendar. One query.

    The stages count while the authority had the pen; `answers` counts while the institution had it.
    """
    rounds: dict[Any, list[Ended]] = defaultdict(list)
    for one in cases:
        rounds[one.pk].append(one)
    rows = ClockStretch.objects.filter(application__in=rounds)
    spent: Counter[tuple[str, Any, datetime]] = Counter()
    for pk, stage, holder, began, ended in rows.values_list("application", "stage", "holder", "began_at", "ended_at"):
        key = stage if holder == "authority" else ANSWERS
        for one in rounds[pk]:
            if began <= one.at and (one.since is None or began >= one.since):
                days = working_days_between(began.date(), (ended or began).date(), one.country)
                spent[key, pk, one.at] += days
    found: dict[str, list[int]] = defaultdict(list)
    for (stage, _pk, _at), days in spent.items():
        found[stage].append(days)
    return found


def _times(cases: Sequence[Ended]) -> Figure:
    spent = days_of(cases)
    names = {
        **{str(key): str(label) for key, label in ClockStretch.Stage.choices},
        ANSWERS: _("Answers of the institution"),
    }
    rows, drawn = [], []
    for stage, label in names.items():
        days = spent.get(stage, [])
        if len(days) < ENOUGH:
            rows.append([label, _("too few"), _("too few")])
            continue
        half, most = nearest(days, 0.5), nearest(days, 0.9)
        rows.append([label, str(half), str(most)])
        drawn.append((label, half, most))
    half_in, most_in = _("Half within"), _("Nine in ten within")
    chart = {
        "kind": "across",
        "labels": [label for label, _half, _most in drawn],
        "unit": _("working days"),
        "series": [
            {"name": half_in, "values": [half for _label, half, _most in drawn]},
            {"name": most_in, "values": [most for _label, _half, most in drawn]},
        ],
    }
    note = _("Working days by the calendar of the authority. Its clock stands still while the institution has the pen.")
    head = [_("Stage"), half_in, most_in]
    return Figure("times", _("How long each stage took"), note, head, rows if drawn else [], chart if drawn else None)


# --- reasons --------------------------------------------------------------------------------------


def _reasons(cases: Sequence[Ended]) -> Figure:
    refused = [one for one in cases if one.state == "declined"]
    counts = Counter(reason for one in refused for reason in set(one.reasons))
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    cells = reasons_published([counts[reason] for reason in ordered], len(refused))
    words = _reason_words()
    told = sorted(zip(ordered, cells, strict=True), key=lambda item: (item[1].count is None, item[1].shown == "few"))
    rows = [[words.get(reason, reason), shown(cell)] for reason, cell in told]
    note = _("A refusal can have several reasons.")
    return Figure("reasons", _("Why applications were declined"), note, [_("Reason"), _("Refusals")], rows)


def _reason_words() -> dict[str, str]:
    try:
        return {item.key: str(item.label) for item in rules().refusals.application}
    except NoRulebook:
        return {}
