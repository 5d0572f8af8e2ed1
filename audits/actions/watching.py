"""The watch over reported use: each settled hour of an institution is judged once; what is unusual raises an alert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from audits.actions.alert import Occasion, raise_alert
from audits.detection.watch import HOURLY, Settings, Sound, Watch
from audits.models import AlertKind, KnownPlace, UseWatch, WatchedSeries
from audits.queries.watching import (
    HOUR,
    Series,
    Span,
    countries_of,
    declared_countries,
    hours_of,
    judged_until,
    places_of,
    unwatched,
)
from partners.models import Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.queries import rules
from portal.rulebook.schema.alerts import Alerts
from portal.workflow import as_deed

LONGEST = timedelta(days=40)
"""Judged at once; what is left is due again."""
_KEEP = """
INSERT INTO audits_watchedseries AS s (institution_id, release_id, use_case, last, state)
SELECT institution_id, release_id, use_case, last, decode(state, 'hex')
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::text[])
    n (institution_id, release_id, use_case, last, state)
ON CONFLICT (institution_id, release_id, use_case) DO UPDATE SET last = excluded.last, state = excluded.state
"""
_KNOW = """
INSERT INTO audits_knownplace AS k (institution_id, kind, value, first_at, last_at)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (institution_id, kind, value)
DO UPDATE SET first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)
"""


def begin_watches() -> int:
    """A watch for each institution that has none and has use, from its first hour on."""
    made = [UseWatch(institution=row, through=row.first) for row in unwatched()]
    return len(UseWatch.objects.bulk_create(made, ignore_conflicts=True))


@dataclass
class _Round:
    """One judging of some institutions: which hours, by which rules, and what was found."""

    span: Span
    rules: Alerts
    settings: Settings
    fresh: datetime
    found: list[Occasion] = field(default_factory=list)


@as_deed
def watch_use(*, institution_ids: Iterable[UUID], by: Actor) -> int:
    """Judge the settled hours of these institutions that were not judged; the number of alerts raised.

    Twice, late or on two workers is once: the watch's row is locked (one that another worker holds is left to it), and
    says how far its institution was judged. What comes later for an hour that was judged is never judged.
    """
    wanted = list(institution_ids)
    locked = UseWatch.objects.select_for_update(skip_locked=True).filter(pk__in=wanted).order_by("pk")
    starts = dict(locked.values_list("pk", "through"))
    if not starts:
        return 0
    now = _round(list(starts), min(starts.values()))
    if now.span.until <= now.span.since:
        return 0
    _judge_series(now)
    _judge_places(now)
    people = Institution.objects.select_related("organisation").in_bulk({item.institution_id for item in now.found})
    for item in now.found:
        raise_alert(institution=people[item.institution_id], occasion=item, by=by)
    UseWatch.objects.filter(pk__in=starts, through__lt=now.span.until).update(through=now.span.until)
    return len(now.found)


def _round(ids: list[UUID], start: datetime) -> _Round:
    said = rules().alerts
    settings = replace(HOURLY, loud=float(said.surprise), worth=float(said.least_requests))
    until = min(judged_until(ids, said), start + LONGEST)
    return _Round(Span(ids, start, until), said, settings, clock.now() - timedelta(days=said.fresh_days))


# --- volume and rhythm ----------------------------------------------------------------------------
def _judge_series(now: _Round) -> None:
    kept = {
        Series(*row[:3]): row[3:]
        for row in WatchedSeries.objects.filter(institution__in=now.span.ids).values_list(
            "institution_id", "release_id", "use_case", "last", "state"
        )
    }
    written: list[tuple[Any, ...]] = []
    for of, hours in groupby(hours_of(now.span), key=lambda row: Series(*row[:3])):
        last, state = kept.get(of, (None, b""))
        watch = Watch.unpack(bytes(state), now.settings) or Watch(now.settings)
        for *_of, hour, requests in hours:
            if last is not None:
                _silence(watch, last, hour)
                _dormant_use(now, of, last, hour, int(requests))
            sound = watch.hear(hour.hour, float(requests))
            if sound.heard and hour >= now.fresh:
                now.found.append(_unusual(of, hour, sound))
            last = hour
        written.append((*of, last, watch.pack().hex()))  # bytes in an array cost the driver ten times as much
    _write(_KEEP, written)


def _silence(watch: Watch, last: datetime, hour: datetime) -> None:
    """The hours without use in between, as many as are remembered."""
    gap = int((hour - last) / HOUR) - 1
    for back in range(min(gap, watch.settings.memory), 0, -1):
        watch.hear((hour - back * HOUR).hour, 0.0)


def _unusual(of: Series, hour: datetime, sound: Sound) -> Occasion:
    kind = AlertKind.RHYTHM if sound.usual == 0 else AlertKind.VOLUME
    facts = {
        "requests": round(sound.value), "most": _whole(sound.most), "usual": _whole(sound.usual),
        "before": _whole(sound.before), "level": round(sound.level, 1), "mean": round(sound.mean, 1),
        "view": sound.view, "days": HOURLY.kept,
    }  # fmt: skip
    key = f"use:{of.institution_id}:{of.release_id}:{of.use_case}:{hour:%Y%m%d%H}"
    return Occasion(
        kind, key, of.institution_id, hour, hour + HOUR, facts, of.release_id, of.use_case, score=sound.score
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _dormant_use(now: _Round, of: Series, last: datetime, hour: datetime, requests: int) -> None:
    if hour - last <= timedelta(days=now.rules.dormant_days) or hour < now.fresh:
        return
    facts = {"days": (hour - last).days, "last": last.isoformat(), "requests": requests}
    key = f"dormant:{of.institution_id}:{of.release_id}:{of.use_case}:{hour:%Y%m%d%H}"
    now.found.append(
        Occasion(AlertKind.DORMANT, key, of.institution_id, hour, hour + HOUR, facts, of.release_id, of.use_case)
    )


# --- places ---------------------------------------------------------------------------------------
def _judge_places(now: _Round) -> None:
    known: dict[tuple[UUID, str, str], datetime] = {}
    settled: set[UUID] = set()
    """Institutions of which environments are known: the first one of all is no news."""
    for institution, kind, value, last in KnownPlace.objects.filter(institution__in=now.span.ids).values_list(
        "institution_id", "kind", "value", "last_at"
    ):
        known[institution, kind, value] = last
        settled.add(institution)
    seen = _seen(now)
    news = any(key[1] == "country" and key not in known for key in seen)
    declared = declared_countries(now.span.ids) if news else set()
    for (institution, kind, value), (first, last, requests) in seen.items():
        before = known.get((institution, kind, value))
        expected = (institution, value) in declared if kind == "country" else institution not in settled
        facts: dict[str, Any] = {"value": value, "requests": requests}
        if before is None and not expected and kind != "gateway":
            key = f"{kind}:{institution}:{value}"
        elif before is not None and kind == "gateway" and first - before > timedelta(days=now.rules.dormant_days):
            key = f"awake:{institution}:{value}:{first:%Y%m%d%H}"
            facts |= {"days": (first - before).days, "last": before.isoformat()}
        else:
            continue
        if first < now.fresh:
            continue
        gateway = UUID(value) if kind == "gateway" else None
        what = AlertKind.DORMANT if gateway else AlertKind(kind)
        now.found.append(Occasion(what, key, institution, first, max(first, last), facts, gateway_id=gateway))
    _write(_KNOW, [(*key, first, last) for key, (first, last, _requests) in sorted(seen.items(), key=str)])


def _seen(now: _Round) -> dict[tuple[UUID, str, str], tuple[datetime, datetime, int]]:
    """(institution, kind, value) → first and last time, and requests."""
    found: dict[tuple[UUID, str, str], tuple[datetime, datetime, int]] = {}

    def saw(institution: UUID, kind: str, value: str, first: datetime, last: datetime, requests: int) -> None:
        before = found.get((institution, kind, value))
        if before is not None:
            first, last, requests = min(first, before[0]), max(last, before[1]), requests + before[2]
        found[institution, kind, value] = (first, last, requests)

    for institution, environment, gateway, first, last, requests in places_of(now.span):
        saw(institution, "environment", environment, first, last, int(requests))
        saw(institution, "gateway", str(gateway), first, last, int(requests))
    for institution, country, first, last, requests in countries_of(now.span):
        saw(institution, "country", country, first, last, int(requests))
    return found


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
