"""Counts over the rows of today: what the figures, which are made from the record, are held against."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Count, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from audits.models import Audit, EnforcementCase, Incident
from audits.queries.ladder import LADDER
from grants.models import ConsentWithdrawal, Grant, Hold, LineSurrender, LineVersion
from grants.models.hold import TARGETS
from grants.states import HOLD_STOPS
from portal.core import clock
from portal.dashboards.filters import Narrowed
from portal.rulebook.schema import Rulebook

SOON_DAYS = 90
Counted = dict[tuple[str, str], int]


@dataclass
class Board:
    """What a dashboard is made from: the filters, the rules, and the counts, which are asked for once."""

    narrowed: Narrowed
    book: Rulebook

    @cached_property
    def counts(self) -> dict[str, Counted]:
        """Figure → (group, column) → how many. One query."""
        parts = [
            _incidents(self.narrowed),
            _audits(self.narrowed),
            _ladder(self.narrowed),
            _holds(self.narrowed),
            *_taken_back(self.narrowed),
        ]
        found: dict[str, Counted] = defaultdict(dict)
        for what, group, column, count in parts[0].union(*parts[1:], all=True):
            found[what][group, column] = count
        return found


def _rows(rows: QuerySet[Any], what: str, group: Any, column: Any, count: Any) -> QuerySet[Any]:
    """Grouped counts in the four columns that all parts share."""
    grouped: QuerySet[Any] = (
        rows.order_by()
        .annotate(what=Value(what, CharField()), in_group=group, in_column=column)
        .values("what", "in_group", "in_column")
        .annotate(how_many=count)
        .values_list("what", "in_group", "in_column", "how_many")
    )
    return grouped


def _since(narrowed: Narrowed) -> datetime:
    return datetime.combine(narrowed.since, time(), UTC)


def _incidents(narrowed: Narrowed) -> QuerySet[Any]:
    """By month of the report (its first day) and severity; duplicates and unfounded ones left out."""
    rows = Incident.objects.filter(narrowed.of_institution(), narrowed.of_release(), reported_at__gte=_since(narrowed))
    month = Func(
        F("reported_at"), template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-01')", output_field=CharField()
    )
    return _rows(rows.exclude(state__in=["duplicate", "unfounded"]), "incidents", month, _text("severity"), Count("pk"))


def _audits(narrowed: Narrowed) -> QuerySet[Any]:
    """By authority: closed in the period, under way, due within 90 days, and past their day without having begun."""
    today = clock.today()
    waiting = Q(state__in=["planned", "notified"])
    bucket = Case(
        When(state="closed", closed_at__gte=_since(narrowed), then=Value("done")),
        When(state__in=["fieldwork", "draft_report", "partner_response"], then=Value("running")),
        When(waiting & Q(planned_for__lt=today), then=Value("late")),
        When(waiting & Q(planned_for__lte=today + timedelta(days=SOON_DAYS)), then=Value("due")),
        default=Value(""),
        output_field=CharField(),
    )
    authority = Coalesce(F("authority__name"), Value(""), output_field=CharField())
    return _rows(Audit.objects.filter(narrowed.of_institution()), "audits", authority, bucket, Count("pk"))


def _ladder(narrowed: Narrowed) -> QuerySet[Any]:
    """Partners by the decision in effect today, and those whose case is not decided."""
    in_effect = Q(state="decided") & (Q(effect_until=None) | Q(effect_until__gte=clock.today()))
    rung = Case(
        When(~Q(state="decided"), then=Value("running")),
        When(in_effect & Q(measure__in=[rung.value for rung in LADDER]), then=F("measure")),
        default=Value(""),
        output_field=CharField(),
    )
    rows = EnforcementCase.objects.filter(narrowed.of_institution())
    return _rows(rows, "ladder", Value("", CharField()), rung, Count("institution", distinct=True))


def _holds(narrowed: Narrowed) -> QuerySet[Any]:
    """What stops access now, by what it is on, and whether it is confirmed or needs nobody to confirm it."""
    on = Case(*(When(**{f"{kind}__isnull": False}, then=Value(kind)) for kind in TARGETS), output_field=CharField())
    column = Case(
        When(state="placed", emergency=True, then=Value("waiting")),
        default=Value("confirmed"),
        output_field=CharField(),
    )
    return _rows(Hold.objects.filter(narrowed.of_institution(), state__in=HOLD_STOPS), "holds", on, column, Count("pk"))


def _taken_back(narrowed: Narrowed) -> list[QuerySet[Any]]:
    """What ended or shrank before its day, in the period: by the authorities, a provider, or the partner itself."""
    since, own = _since(narrowed), narrowed.of_institution
    withdrawn = ConsentWithdrawal.objects.filter(own(), given_at__gte=since).exclude(state="taken_back")
    found: dict[str, QuerySet[Any]] = {
        "narrowed": LineVersion.objects.filter(own("line__institution"), since__gte=since),
        "revoked": Grant.objects.filter(own(), state="revoked", ended_at__gte=since),
        "withdrawn": withdrawn,
        "given_back": LineSurrender.objects.filter(own("line__institution"), surrendered_at__gte=since),
        "surrendered": Grant.objects.filter(own(), state="surrendered", ended_at__gte=since),
    }
    nothing = Value("", CharField())
    return [_rows(rows, "taken_back", nothing, Value(kind, CharField()), Count("pk")) for kind, rows in found.items()]


def _text(field: str) -> Any:
    return Cast(F(field), CharField())
