"""Who has how much to do at an authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from partners.models.application import REVIEW
from partners.states.application import IN_HAND
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core import clock

_LOAD = """
WITH open AS (
    SELECT app.id, app.state, app.due_on, app.submitted_at, newest.sections, newest.carried
    FROM partners_application app CROSS JOIN LATERAL (
        SELECT sections, carried FROM partners_revision WHERE application_id = app.id ORDER BY number DESC LIMIT 1
    ) newest
    WHERE app.authority_id = %(body)s AND app.state = ANY(%(states)s)
)
SELECT held.user_id, count(*), count(*) FILTER (WHERE open.due_on < %(today)s),
    count(*) FILTER (WHERE open.due_on BETWEEN %(today)s AND %(sunday)s),
    min(open.submitted_at)::date,
    sum(CASE WHEN open.state = 'awaiting_signatures' THEN 0 ELSE (
        SELECT count(*) FROM jsonb_each_text(open.sections) section WHERE NOT open.carried ? section.key
        AND NOT EXISTS (
            SELECT FROM partners_sectionassessment done WHERE done.application_id = open.id
            AND done.section = section.key AND done.section_digest = section.value AND done.by_id = held.user_id
        )
    ) END)
FROM open JOIN partners_applicationuserobjectpermission held ON held.content_object_id = open.id
JOIN auth_permission named ON named.id = held.permission_id AND named.codename = %(review)s
GROUP BY held.user_id
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one reviewer has in hand: open cases, of these late and due this week; sections not assessed as they are."""

    user_id: UUID
    name: str
    cases: int = 0
    late: int = 0
    week: int = 0
    oldest: date | None = None
    sections: int = 0


def workload(body_id: UUID, reviewers: Sequence[User] | None = None) -> list[Load]:
    """Every reviewer of an authority, whoever has least to do first. Two queries, whatever the number of cases.

    One where the `reviewers` are known.
    """
    known = members_with("reviewer", body_id) if reviewers is None else reviewers
    people = {user.pk: user.name for user in known}
    today = clock.today()
    values: dict[str, Any] = {
        "body": body_id, "states": list(IN_HAND), "review": REVIEW, "today": today,
        "sunday": date.fromordinal(today.toordinal() + 6 - today.weekday()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, values)
        counted = {row[0]: row[1:] for row in cursor.fetchall()}
    loads = [Load(pk, name, *map_row(counted.get(pk))) for pk, name in people.items()]
    return sorted(loads, key=lambda one: (one.sections, one.cases, one.name))


def map_row(row: tuple[int, int, int, date, int] | None) -> tuple[int, int, int, date | None, int]:
    """The figures of a row; nothing in hand where there is none."""
    if row is None:
        return 0, 0, 0, None, 0
    cases, late, week, oldest, sections = row
    return cases, late, week, oldest, int(sections or 0)
