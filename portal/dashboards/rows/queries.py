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
from portal.dashboards.filters import Narrowed
from portal.dashboards.models import Spell
from portal.dashboards.models.rollup import ENDS, HAPPENED
from portal.dashboards.rollup.read import BY_THE_HOUR
from portal.dashboards.rollup.sources.base import EVERYWHERE, OF_PROVIDER, OF_RELEASE
from portal.dashboards.rows.subjects import SUBJECTS

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

    A column that ends with a colon stands for all that begin so: refused for whatever reason.
    """

    measure: str
    group: str | None = None
    column: str | None = None
    month: date | None = None


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
        rows = rows.filter(in_group=cut.group)
    if cut.column is not None:
        end = "__startswith" if cut.column.endswith(":") else ""
        rows = rows.filter(**{f"in_column{end}": cut.column})
    return rows


def _as_at(cut: Cut, narrowed: Narrowed) -> Q:
    """What began by the end of the day and had not ended; of what happened, in the months of the period."""
    midnight = datetime.combine(narrowed.until + timedelta(days=1), time(), UTC)
    stands = Q(since__lt=midnight, ends__gte=midnight)
    if cut.measure in BY_THE_HOUR and narrowed.until == clock.today():
        now = clock.now()
        stands = Q(since__lte=now, ends__gt=now)
    if cut.measure not in HAPPENINGS:
        return stands & ~HAPPENED
    if cut.month is not None:
        return stands & Q(month=cut.month)
    return stands & Q(month__gte=narrowed.since, month__lte=narrowed.until)


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
