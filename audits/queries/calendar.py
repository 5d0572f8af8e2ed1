"""Audits of a year by day, the load of each auditor, and what a person's calendar feed shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractMonth

from audits.access import audits_on_desk
from audits.models import AUDIT_PERMISSION, Audit, AuditUserObjectPermission, CalendarFeed
from audits.models.calendar import digest_of
from audits.queries.programme import with_auditor
from portal.accounts.assign import assigned
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor

MOST_SHOWN = 400
"""Audits that a year's page lists; more are in the queue, which can be filtered."""
FEED_BACK, FEED_MOST = timedelta(days=90), 1000
"""How far back a feed goes, and how many audits it has at most."""
OPEN = Q(state__in=("planned", "notified", "fieldwork", "draft_report", "partner_response"))


@dataclass
class Month:
    """A month: its first day, its audits (some of them, where there are very many) and how many there are."""

    first: date
    audits: list[Audit] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Load:
    """How many audits and visits a person has in each month of a year, from January on. `person` None: nobody yet."""

    person: User | None
    months: tuple[int, ...]
    visits: int

    @property
    def total(self) -> int:
        return sum(self.months)


def of_year(actor: Actor, year: int, *, auditor: UUID | None = None) -> list[Month]:
    """The months with the audits that the actor sees on the desk, of that auditor where one is named. Two queries."""
    rows = _seen(actor, year)
    if auditor is not None:
        rows = rows.filter(assigned(AUDIT_PERMISSION, auditor, AuditUserObjectPermission))
    months = [Month(date(year, number, 1)) for number in range(1, 13)]
    shown = rows.select_related("institution__organisation").order_by("planned_for", "reference")
    for audit in shown[:MOST_SHOWN]:
        months[audit.planned_for.month - 1].audits.append(audit)
    counted = rows.order_by().annotate(month=ExtractMonth("planned_for")).values("month").annotate(count=Count("pk"))
    for row in counted:
        months[row["month"] - 1].count = row["count"]
    return months


def loads(actor: Actor, year: int) -> list[Load]:
    """The load of each auditor of the actor's authority, the heaviest first, and what nobody has yet. Three queries."""
    rows = _seen(actor, year)
    held = AuditUserObjectPermission.objects.filter(
        Exists(rows.filter(pk=OuterRef("content_object"))), permission__codename=AUDIT_PERMISSION
    )
    people = {user.pk: user for user in members_with("auditor", actor.body_id)}
    by_person = _counted(held.filter(user__in=people), "user_id", "content_object__")
    found = [Load(user, *by_person[pk]) for pk, user in people.items()]
    found.sort(key=lambda load: (-load.total, str(load.person)))
    nobody = _counted(rows.filter(~with_auditor()), "authority_id", "")
    return [*found, *(Load(None, *counts) for counts in nobody.values())]


def _seen(actor: Actor, year: int) -> QuerySet[Audit]:
    span = (date(year, 1, 1), date(year, 12, 31))
    rows: QuerySet[Audit] = audits_on_desk(Audit.objects.exclude(state="cancelled"), actor)
    return rows.filter(planned_for__range=span)


def _counted(rows: QuerySet[Any], by: str, to_audit: str) -> dict[Any, tuple[tuple[int, ...], int]]:
    """Audits by month, and visits, for each value of `by`. One query."""
    months: dict[Any, list[int]] = defaultdict(lambda: [0] * 12)
    visits: dict[Any, int] = defaultdict(int)
    counted = (
        rows.order_by()
        .annotate(month=ExtractMonth(f"{to_audit}planned_for"))
        .values(by, "month")
        .annotate(count=Count("pk"), visits=Count("pk", filter=Q(**{f"{to_audit}mode": Audit.Mode.VISIT})))
    )
    for row in counted:
        months[row[by]][row["month"] - 1] += row["count"]
        visits[row[by]] += row["visits"]
    found = {key: (tuple(counts), visits[key]) for key, counts in months.items()}
    return defaultdict(lambda: ((0,) * 12, 0), found)


# --- feeds ----------------------------------------------------------------------------------------
def feed_by(token: str) -> CalendarFeed | None:
    """The active feed of that token, whose person is still an auditor. One query."""
    rows = CalendarFeed.objects.filter(token_digest=digest_of(token), state="active").select_related("user")
    return rows.filter(user__in=members_with("auditor").values("pk")).first()


def in_feed(feed: CalendarFeed) -> list[Audit]:
    """The audits that are assigned to the person of the feed, from three months back on. One query."""
    mine = assigned(AUDIT_PERMISSION, feed.user_id, AuditUserObjectPermission)
    rows = Audit.objects.filter(OPEN | Q(state="closed"), mine, planned_for__gte=clock.today() - FEED_BACK)
    return list(rows.select_related("institution__organisation").order_by("planned_for", "pk")[:FEED_MOST])
