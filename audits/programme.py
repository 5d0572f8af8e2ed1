"""The programme: on which day an audit is, whether it is announced, and why. Pure: facts and rules in, a plan out.

A partner must not be able to tell from what it sees that an unannounced audit is near. So whether one is announced is
decided by a lot under the portal's key, and an unannounced one is on a day before the announcement of an announced one
would have come: that no announcement comes means nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from portal.core import clock
from portal.rulebook.durations import add_working_days, working_day_from, working_days_before
from portal.rulebook.schema import Rulebook

SOON = 10
"""Working days over which unannounced audits are spread that should have been already."""


@dataclass(frozen=True, slots=True)
class Due:
    """A partner for whom an audit must be planned, or planned anew (`audit_id`): what decides on its day.

    The clock began to run on `since`; `falls_on` is the latest day by the rules. `sooner` is the key of the rule that
    brought it forward, and then `since` the day of what happened; `before` is the day that the plan had, if any.
    """

    qualification_id: UUID
    institution_id: UUID
    authority_id: UUID
    country: str
    tier: str
    number: int
    is_first: bool
    since: date
    falls_on: date
    sooner: str
    audit_id: UUID | None
    before: date | None
    moved_to: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """When and how: `announce_on` is None for an unannounced audit."""

    planned_for: date
    mode: str
    announced: bool
    announce_on: date | None
    sample_size: int
    draw_at: datetime
    why: dict[str, Any]


def plan_of(due: Due, rules: Rulebook) -> Plan:
    """The plan for what is due. The same facts give the same plan on the same day, whoever makes it."""
    rule = rules.audits.intervals[due.tier]
    announced = not is_unannounced(due.institution_id, due.number, percent=rule.unannounced_percent)
    day = _announced_day(due, rule) if announced else _unannounced_day(due, rule)
    if due.moved_to is not None:
        day = min(day, max(due.moved_to, clock.today()))
    return Plan(
        planned_for=day,
        mode=_mode(due, rules),
        announced=announced,
        announce_on=announce_by(day, rule.notice_working_days, due.country) if announced else None,
        sample_size=rule.sample,
        draw_at=draw_time(day),
        why=_why(due, rules),
    )


def draw_time(day: date) -> datetime:
    """When the sample of an audit on that day is drawn: as the day (UTC) begins, or now where it is today.

    Whoever fixes it cannot know the lot: the checkpoint that gives it is taken afterwards, with an entry of its own.
    """
    return max(datetime.combine(day, time.min, UTC), clock.now())


@lru_cache(maxsize=10_000)
def announce_by(day: date, notice: int, country: str) -> date:
    """The last day on which a partner can be told with so many working days of notice."""
    return working_days_before(day, notice, country)


# --- by lot ---------------------------------------------------------------------------------------
def is_unannounced(institution_id: UUID, number: int, *, percent: int) -> bool:
    """Whether that periodic audit of the institution is one of the `percent` that come unannounced."""
    return percent > 0 and _lot("announced", institution_id, number) % 100 < percent


def _lot(purpose: str, *parts: object) -> int:
    """A number that nobody outside can know and nobody inside chooses: an HMAC under a key made from SECRET_KEY."""
    message = ":".join(str(part) for part in parts)
    return int.from_bytes(hmac.new(_key(purpose), message.encode(), hashlib.sha256).digest()[:8])


@cache
def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"audits.programme.{purpose}:{settings.SECRET_KEY}".encode()).digest()


# --- the day --------------------------------------------------------------------------------------
def _announced_day(due: Due, rule: Any) -> date:
    """The day by the rules, or the first on which notice can be given in time."""
    earliest = _earliest(clock.today(), rule.notice_working_days, due.country)
    return working_day_from(max(due.falls_on, earliest), due.country)


@lru_cache(maxsize=10_000)
def _earliest(today: date, notice: int, country: str) -> date:
    return add_working_days(today, notice, country)


def _unannounced_day(due: Due, rule: Any) -> date:
    """A day by lot in the second half of the time, before an announcement would have come; soon where that is over."""
    today = clock.today()
    last = announce_by(due.falls_on, rule.notice_working_days, due.country) - timedelta(days=1)
    first = max(due.since + (due.falls_on - due.since) / 2, today + timedelta(days=1))
    lot = _lot("day", due.institution_id, due.number, due.falls_on)
    if first > last:
        return add_working_days(today, 1 + lot % SOON, due.country)
    return working_day_from(first + timedelta(days=lot % ((last - first).days + 1)), due.country)


def _mode(due: Due, rules: Rulebook) -> str:
    usual = str(rules.audits.intervals[due.tier].mode)
    return next((rule.mode for rule in rules.audits.sooner if rule.key == due.sooner and rule.mode), usual)


def _why(due: Due, rules: Rulebook) -> dict[str, Any]:
    """The facts behind the day. `audits.reasons.why_then` says them in a sentence."""
    rule, since = rules.audits.intervals[due.tier], due.since.isoformat()
    if due.sooner:
        brought = next(item for item in rules.audits.sooner if item.key == due.sooner)
        facts: dict[str, Any] = {"reason": "sooner", "rule": brought.key, "on": brought.on, "since": since}
        facts["days"] = brought.within_days
    elif due.is_first:
        facts = {"reason": "first", "since": since, "days": rule.first_after_days}
    else:
        facts = {"reason": "interval", "since": since, "months": rule.every_months}
    facts |= {"tier": due.tier, "falls_on": due.falls_on.isoformat()}
    return facts | {"before": due.before.isoformat()} if due.before else facts
