"""Chapter: what gateways do by themselves: they hear at once of what stops access, and report what was used."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import F

from grants.actions.delivery import note_acknowledged, note_reached
from grants.actions.stream import create_stream
from grants.actions.usage import Reporter, report_usage
from grants.models import Delivery, GrantLine, Stream
from grants.models.usage import Scope
from grants.partitions import make, wanted
from grants.queries.coverage import keys_of
from grants.rules.usage import Sent
from portal.accounts.actor import machine
from portal.accounts.models import Gateway
from portal.core import clock
from portal.demo.stage import Stage
from portal.demo.timeline import Story

STREAMS_SINCE, REPORTS_SINCE = 119, 35
"""Days before the present since when gateways hear of changes, and report use."""
DAY = timedelta(days=1)
BEHIND = "Halcyon"
"""Whose gateway has not fetched anything for three days."""
AWAY = timedelta(days=3)
HOURS = (8, 13)
"""When the windows of a day begin, in UTC. Each is of four hours."""
LENGTH = timedelta(hours=4)
HOT = 9
"""One line in so many comes near its limit."""
CURIOUS = 7
"""One line in so many is tried for a use that was never granted."""
NIGHTS = {"Caledonian": 1, "Pennine": 8, "Saint Croix": 8}
"""Who used a release in the night of a Sunday, by the beginning of the name: the last one so many days ago or more."""
NIGHT_HOURS = ((2, 0.5), (3, 0.3))
"""When, in UTC, and which share of the day's limit in one hour."""


def listening(stage: Stage) -> Story:
    """Each gateway has a stream from which it fetches, and looks at it all the time."""
    for gateway, _secret in stage.gateways:
        provider = gateway.organisation
        actor = replace(
            machine(name=gateway.name, provider_id=provider.pk, provider=provider.name),
            roles=frozenset({"signal_receiver"}),
        )
        create_stream(gateway=gateway, method=Stream.Method.POLL, description="Polled by the gateway.", by=actor)
    while True:
        yield clock.now() + timedelta(days=7)
        fetched(stage)


def fetched(stage: Stage) -> None:
    """Each gateway has what there is for it, but for the one that is behind."""
    for gateway, _secret in stage.gateways:
        fetch(stage, gateway)


def fetch(stage: Stage, gateway: Gateway) -> None:
    """What came since was fetched within the second in which it was there."""
    stream = Stream.objects.get(gateway=gateway)
    waiting = Delivery.objects.filter(stream=stream, acknowledged_at=None)
    if gateway.name.startswith(BEHIND):
        waiting = waiting.filter(signal__issued_at__lt=stage.present - AWAY)
    last = None
    for pk, issued_at in (
        waiting.annotate(issued_at=F("signal__issued_at")).order_by("pk").values_list("pk", "issued_at")
    ):
        last = issued_at + timedelta(milliseconds=stage.chance(f"fetched {pk}").randint(80, 700))
        Delivery.objects.filter(pk=pk).update(attempts=1)
        note_acknowledged([pk], last)
    if last is not None:
        note_reached(stream.pk, last)


def reporting(stage: Stage) -> Story:
    """Each day each gateway reports the windows that have ended since the day before."""
    make(wanted(clock.today()))
    while True:
        yield clock.now() + DAY
        for gateway, _secret in stage.gateways:
            report(stage, gateway)


def report(stage: Stage, gateway: Gateway) -> None:
    """The use of one day, as far as a grant covered it, and what the gateway refused."""
    now = clock.now()
    sent = [each for each in _of_days(stage, gateway) if now - DAY < datetime.fromisoformat(each.ended) <= now]
    keys = keys_of(sent, gateway.organisation_id)
    told = []
    for each in sent:
        scope = keys[each[1:6]].at(datetime.fromisoformat(each.started))[1]
        if scope == Scope.COVERED:
            told.append(each)
        elif scope in (Scope.ON_HOLD, Scope.NO_LINE):  # the gateway asked, was told no, and counted the attempts
            tries = each.denied or 1 + each.requests % 5
            told.append(each._replace(requests=0, tokens_in=0, tokens_out=0, seats=0, denied=tries))
    if told:
        reporter = Reporter(gateway.pk, gateway.organisation_id)
        report_usage(reporter=reporter, sent=list(enumerate(told)), refused={})


def _of_days(stage: Stage, gateway: Gateway) -> Iterator[Sent]:
    """The windows of yesterday and today, whenever they are over."""
    lines = GrantLine.objects.filter(provider=gateway.organisation_id, grant__state="in_force").select_related(
        "grant", "release", "environment", "institution__organisation"
    )
    nights = _nights(stage)
    for line in lines.order_by("grant__reference", "number"):
        name = f"{line.grant.reference}/{line.number}"
        usual = stage.chance(f"use {name}").uniform(0.05, 0.45)
        number = stage.chance(f"kind {name}").randrange(HOT * CURIOUS)
        for day in (clock.today() - DAY, clock.today()):
            chance = stage.chance(f"use {name} {day}")
            if line.number == 1 and day == nights.get(line.institution_id):
                yield from _night(line, day)
            elif line.starts_on <= day <= line.ends_on and (day.weekday() < 5 or chance.random() < 0.15):
                yield from _day(line, day, chance, usual, hot=number % HOT == 0)
            if number % CURIOUS == 0 and chance.random() < 0.04:
                yield _tried(line, day, chance)


def _day(line: GrantLine, day: date, chance: random.Random, usual: float, *, hot: bool) -> Iterator[Sent]:
    share = chance.uniform(0.8, 0.97) if hot and chance.random() < 0.3 else usual * chance.uniform(0.4, 1.6)
    for hour in HOURS:
        requests = int(line.requests_per_day * share / len(HOURS))
        tokens = int(line.tokens_per_day * share * chance.uniform(0.7, 1.0) / len(HOURS))
        seats = max(1, round(line.seats * chance.uniform(0.2, 0.9)))
        denied = chance.randint(1, 40) if chance.random() < 0.05 else 0
        yield _window(line, line.use_case, day, hour, (requests, tokens * 2 // 3, tokens // 3, seats, denied))


def _nights(stage: Stage) -> dict[UUID, date]:
    """The Sunday of each institution that has one in the story."""
    found = {}
    for partner in stage.partners.values():
        for start, days in NIGHTS.items():
            if partner.body.name.startswith(start):
                day = stage.present.date() - timedelta(days=days)
                found[partner.institution.pk] = day - timedelta(days=(day.weekday() + 1) % 7)
    return found


def _night(line: GrantLine, day: date) -> Iterator[Sent]:
    """Hours in which nobody works, and hardly anything of the day's limit is left after them."""
    for hour, share in NIGHT_HOURS:
        requests, tokens = int(line.requests_per_day * share), int(line.tokens_per_day * share)
        counts = (requests, tokens * 2 // 3, tokens // 3, 1, 0)
        yield _window(line, line.use_case, day, hour, counts, DAY / 24)


def _tried(line: GrantLine, day: date, chance: random.Random) -> Sent:
    """Attempts for a use that the line is not for. The gateway let none of them through."""
    return _window(line, "deployment_pilot", day, 15, (0, 0, 0, 0, chance.randint(2, 30)))


def _window(
    line: GrantLine,
    use_case: str,
    day: date,
    hour: int,
    counts: tuple[int, int, int, int, int],
    length: timedelta = LENGTH,
) -> Sent:
    began = datetime.combine(day, time(hour), UTC)
    requests, tokens_in, tokens_out, seats, denied = counts
    return Sent(
        event_id=f"{line.grant.reference}-{line.number}-{use_case}-{began:%Y%m%d%H}",
        partner=str(line.institution_id),
        release=line.release.key,
        environment=line.environment.key,
        use_case=use_case,
        data_class=line.data_class,
        person="",
        workload="",
        started=began.isoformat(),
        ended=(began + length).isoformat(),
        requests=requests,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        seats=seats,
        denied=denied,
        country=line.institution.organisation.jurisdiction,
    )
