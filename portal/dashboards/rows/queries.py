"""Spells as a figure counts them: the same day, the same filters, so that as many rows are found as it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Cast, Coalesce

from grants.models import Release
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.dashboards.boards.controls import EACH, FAMILY
from portal.dashboards.boards.places import OPEN, THERE
from portal.dashboards.filters import Narrowed
from portal.dashboards.models import Spell
from portal.dashboards.models.rollup import ENDS, HAPPENED
from portal.dashboards.queries.controls import names_at
from portal.dashboards.rollup.read import BY_THE_HOUR
from portal.dashboards.rollup.sources.base import EVERYWHERE, OF_PROVIDER, OF_RELEASE
from portal.dashboards.rows.subjects import SUBJECTS
from portal.rulebook.queries import rules

HAPPENINGS = frozenset(
    {
        "incidents", "decisions", "consents", "holds_placed", "taken_back", "audits_done", "findings_recorded",
        "obligations_kept", "alerts", "appeals_decided", "controls", "time_to_decide", "stage_days", "time_to_contain",
        "holds_acknowledged",
    }
)  # fmt: skip
"""Measures of what happened in a period. All others are of what stands on a day."""


@dataclass(frozen=True)
class Cut:
    """Which part of a measure: a group, a column, a month (its first day); None for any.

    A column that ends with a colon stands for all that begin so: refused for whatever reason. `before`: of the period
    before the one that is asked for, or as at its end.
    """

    measure: str
    group: str | None = None
    column: str | None = None
    month: date | None = None
    before: bool = False


def index_order(cut: Cut) -> tuple[str, ...]:
    """The order in which an index finds the first of very many: what stands longest, or what happened last.

    A group or month of what happened has an index of its own, in which any order will do.
    """
    if cut.measure not in HAPPENINGS:
        return ("ends",)
    return ("-since",) if cut.group is None and cut.month is None else ()


def spells_of(cut: Cut, narrowed: Narrowed) -> QuerySet[Spell]:
    """What the figure counts."""
    rows = Spell.objects.alias(ends=ENDS).filter(_as_at(cut, narrowed), _narrowed(narrowed), measure=cut.measure)
    if cut.group is not None:
        rows = rows.filter(_in_group(cut.measure, cut.group, narrowed))
    if cut.column is not None:
        rows = rows.filter(_newest_of_each(rows) if _is_each(cut) else _in_column(cut.measure, cut.column))
    return rows


def _in_group(measure: str, group: str, narrowed: Narrowed) -> Q:
    """A family of controls is told by the catalogue in force on the day."""
    if measure != "controls" or not group.startswith(FAMILY):
        return Q(in_group=group)
    family, catalogue = group.removeprefix(FAMILY), rules().audits.baseline
    of_catalogue = Q(in_group__in=names_at(catalogue, narrowed.until, family))
    return of_catalogue if family else ~of_catalogue


def _in_column(measure: str, column: str) -> Q:
    if measure == "environments" and column == THERE:
        return Q(in_column__in=OPEN)
    return Q(in_column__startswith=column) if column.endswith(":") else Q(in_column=column)


def _is_each(cut: Cut) -> bool:
    return cut.measure == "controls" and cut.column == EACH


def _newest_of_each(rows: QuerySet[Spell]) -> Q:
    """One row for each group among them."""
    later = Q(since__gt=OuterRef("since")) | Q(since=OuterRef("since"), pk__gt=OuterRef("pk"))
    return ~Q(Exists(rows.filter(later, in_group=OuterRef("in_group"))))


def _as_at(cut: Cut, narrowed: Narrowed) -> Q:
    """What began by the end of the day and had not ended; of what happened, in the months of the period.

    Of the period before what happened is told as known now, and what stood as at its own end: as the figures do.
    """
    period = narrowed.before() if cut.before else narrowed
    day = narrowed.until if cut.measure in HAPPENINGS else period.until
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    stands = Q(since__lt=midnight, ends__gte=midnight)
    if cut.measure in BY_THE_HOUR and day == clock.today():
        now = clock.now()
        stands = Q(since__lte=now, ends__gt=now)
    if cut.measure not in HAPPENINGS:
        return stands & ~HAPPENED & (_still_in_force(cut.month) if cut.month and cut.measure == "lines_until" else Q())
    if cut.month is not None:
        return stands & Q(month=cut.month)
    return stands & Q(month__gte=period.since, month__lte=period.until)


def _still_in_force(month: date) -> Q:
    """Lines that begin by the end of the month and end after it; those that have begun have no column."""
    return Q(in_group__gt=f"{month:%Y-%m}", in_column__lte=f"{month:%Y-%m}")


def _narrowed(narrowed: Narrowed) -> Q:
    found = Q()
    if narrowed.jurisdiction:
        found &= Q(jurisdiction=narrowed.jurisdiction)
    if narrowed.tier:
        found &= Q(tier=narrowed.tier)
    if narrowed.release:
        found &= Q(release_id=narrowed.release)
        if narrowed.provider:
            found &= Q(Exists(Release.objects.filter(pk=OuterRef("release_id"), provider=UUID(narrowed.provider))))
    elif narrowed.provider:
        found &= Q(provider_id=narrowed.provider)
    bit = OF_RELEASE if narrowed.release else OF_PROVIDER if narrowed.provider else EVERYWHERE
    return found & Q(reach__in=[reach for reach in range(8) if reach & bit])


def rows_of(cut: Cut, narrowed: Narrowed, request: PortalRequest) -> QuerySet[Spell]:
    """Those of them that the reader may see, with the partner (`partner`, its id `partner_id`) and `called`."""
    subjects = SUBJECTS[cut.measure]
    rows = spells_of(cut, narrowed)
    seen = Q(pk__in=[])
    for subject in subjects:
        own = subject.seen(request)
        seen |= Q(Exists(_its(subject.model._default_manager.all() if own is None else own)))
    if any(subject.seen(request) is not None for subject in subjects):
        rows = rows.filter(seen)
    names, partners, ids = [], [], []
    for subject in subjects:
        its = _its(subject.model._default_manager.all())
        names.append(Subquery(its.values(text=Cast(subject.name, CharField()))[:1]))
        partners.append(Subquery(its.values(f"{subject.partner}organisation__name")[:1]))
        ids.append(Subquery(its.values(f"{subject.partner}pk")[:1], output_field=UUIDField()))
    return rows.annotate(
        called=names[0] if len(names) == 1 else Coalesce(*names),
        partner=partners[0] if len(partners) == 1 else Coalesce(*partners),
        partner_id=ids[0] if len(ids) == 1 else Coalesce(*ids),
    )


def _its(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().filter(pk=OuterRef("subject_id"))
