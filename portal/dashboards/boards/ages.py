"""How old what waits is: in bands, so that the ages of any past day are known without asking a single row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import Severity
from portal.dashboards.boards.board import Board, Counted, by_column, by_group
from portal.dashboards.boards.incidents import SERIOUS, TONES
from portal.dashboards.boards.words import in_words, than_then
from portal.dashboards.boards.work import stages
from portal.dashboards.figures import Figure, cell
from portal.dashboards.rollup.sources.assurance import OPEN_DAYS
from portal.dashboards.rollup.sources.work import WAITED_DAYS

WAITED, OPEN = (0, *WAITED_DAYS), (0, *OPEN_DAYS)
"""The first day of each band of age."""
LONG_WAIT, LONG_OPEN = 90, 180
"""Days from which on an age is one that somebody should look at."""


def band_names(firsts: tuple[int, ...]) -> dict[int, str]:
    """First day of a band → its words."""
    found = {firsts[0]: _("Under %(n)s days") % {"n": firsts[1]}}
    for first, following in pairwise(firsts[1:]):
        found[first] = _("%(a)s to %(b)s days") % {"a": first, "b": following - 1}
    return found | {firsts[-1]: _("%(n)s days or more") % {"n": firsts[-1]}}


def halfway(ages: Mapping[int, int]) -> int | None:
    """The band in which the middle one lies: half are of it or of a younger one. None of nothing."""
    total, upto = sum(ages.values()), 0
    for first in sorted(ages):
        upto += ages[first]
        if upto and upto * 2 >= total:
            return first
    return None


def _ages(pairs: Iterable[tuple[str, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for column, count in pairs:
        found[int(column)] = found.get(int(column), 0) + count
    return found


def _of(counted: Counted, group: str) -> dict[int, int]:
    return _ages((column, count) for (one, column), count in counted.items() if one == group)


def _row(counted: Counted, names: Mapping[int, str], measure: str, group: str) -> list[Any]:
    """All, each band, the band of the middle one and that of the oldest."""
    ages = _of(counted, group)
    oldest = max((first for first, count in ages.items() if count), default=None)
    ends = [names[one] if one is not None else "–" for one in (halfway(ages), oldest)]
    banded = [cell(ages.get(first, 0), measure, group, str(first)) for first in names]
    return [cell(sum(ages.values()), measure, group), *banded, *ends]


def _from(ages: Mapping[int, int], days: int) -> int:
    return sum(count for first, count in ages.items() if first >= days)


def _against(board: Board, now: int, then: int, days: int) -> str:
    """Those that are old, held against the end of the period before; "" where neither had any."""
    if not now and not then:
        return ""
    said = {"n": days, "said": in_words(than_then(now, then, board.narrowed))}
    return _("%(n)s days or more: %(said)s") % said


def queue_ages(board: Board) -> Figure:
    """Cases that are not decided by how long they have been in their stage, per authority and stage."""
    now, called, names = board.now["case_ages"], stages(), band_names(WAITED)
    order = {stage: place for place, stage in enumerate(called)}
    places = [(pk, stage) for pk, _colon, stage in (group.partition(":") for group in by_group(now))]
    places.sort(key=lambda one: (board.bodies.get(one[0], "").lower(), order.get(one[1], len(order))))
    ages = _ages(by_column(now).items())
    then = _from(_ages(by_column(board.then["case_ages"]).items()), LONG_WAIT)
    long = _from(ages, LONG_WAIT)
    return Figure(
        key="ages",
        title=_queue_title(ages, long),
        sub=_("Cases that are not decided, by the days for which they have been in their stage."),
        head=[_("Authority"), _("Stage"), _("All"), *names.values(), _("Half are up to"), _("Oldest")],
        rows=[
            [
                board.bodies.get(pk, _("No authority")),
                called.get(stage, stage),
                *_row(now, names, "case_ages", f"{pk}:{stage}"),
            ]
            for pk, stage in places
        ],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": list(names.values()),
            "series": [
                {"name": label, "values": [_nouns(now, noun).get(first, 0) for first in names], "tone": tone}
                for noun, label, tone in (
                    ("application", _("Applications"), "blue"),
                    ("request", _("Grant requests"), "green"),
                )
            ],
        },
        before=_against(board, long, then, LONG_WAIT),
        alarm="amber" if long else "",
    )


def _nouns(counted: Counted, noun: str) -> dict[int, int]:
    return _ages((column, count) for (group, column), count in counted.items() if group.split(":")[1] == noun)


def _queue_title(ages: Mapping[int, int], long: int) -> str:
    total, half = sum(ages.values()), halfway(ages)
    if half is None:
        return _("No case waits for a decision")
    if long:
        words = ngettext(
            "%(m)s of %(n)s cases has been in its stage for %(days)s days or more",
            "%(m)s of %(n)s cases have been in their stage for %(days)s days or more",
            long,
        )
        return words % {"m": long, "n": total, "days": LONG_WAIT}
    words = ngettext(
        "The one case that waits came to its stage less than %(days)s days ago",
        "Half of %(n)s cases that wait came to their stage less than %(days)s days ago",
        total,
    )
    return words % {"n": total, "days": _after(half, WAITED)}


def finding_ages(board: Board) -> Figure:
    """Findings that are not settled by the days since they were recorded, per severity."""
    now, names = board.now["finding_ages"], band_names(OPEN)
    severities = [(key, str(label)) for key, label in Severity.choices]
    ages = _ages(by_column(now).items())
    long, then = (
        _from(_ages(by_column(found["finding_ages"]).items()), LONG_OPEN) for found in (board.now, board.then)
    )
    serious = sum(_from(_of(now, key), LONG_OPEN) for key in SERIOUS)
    return Figure(
        key="finding_ages",
        title=_finding_title(ages, long, serious),
        sub=_("Findings that are not settled, by severity and by the days since they were recorded."),
        head=[_("Severity"), _("All"), *names.values(), _("Half are up to"), _("Oldest")],
        rows=[[label, *_row(now, names, "finding_ages", key)] for key, label in severities],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": list(names.values()),
            "series": [
                {"name": label, "values": [_of(now, key).get(first, 0) for first in names], "tone": TONES[key]}
                for key, label in severities
            ],
        },
        before=_against(board, long, then, LONG_OPEN),
        alarm="amber" if serious else "",
    )


def _finding_title(ages: Mapping[int, int], long: int, serious: int) -> str:
    total, half = sum(ages.values()), halfway(ages)
    if half is None:
        return _("No finding is open that could grow old")
    if long:
        words = ngettext(
            "%(m)s of %(n)s open findings is %(days)s days old or more",
            "%(m)s of %(n)s open findings are %(days)s days old or more",
            long,
        )
        said = words % {"m": long, "n": total, "days": LONG_OPEN}
        if not serious:
            return _("%(said)s, none of them serious") % {"said": said}
        return ngettext("%(said)s, %(k)s of them serious", "%(said)s, %(k)s of them serious", serious) % {
            "said": said,
            "k": serious,
        }
    words = ngettext(
        "The one open finding is less than %(days)s days old",
        "Half of %(n)s open findings are less than %(days)s days old",
        total,
    )
    return words % {"n": total, "days": _after(half, OPEN)}


def _after(first: int, firsts: tuple[int, ...]) -> int:
    """The day on which a band is over: titles say it only of bands that have an end."""
    return next((one for one in firsts if one > first), first)
