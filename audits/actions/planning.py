"""The deed of the sweep that plans audits: a block of partners at a time, none of them ever twice."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from audits.models import Audit
from audits.queries.planning import Due, next_due
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import seldom_collecting
from portal.core.references import next_references
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create_all

BLOCK = 500
"""Partners in one deed: enough to be quick, few enough that nobody waits long for the head of the record."""
PLANNING_LOCK = 7_301_001
"""Advisory lock: two schedulers running by mistake plan one after the other, and the second finds nothing due."""


@as_deed
def plan_block(*, by: Actor, after: UUID | None = None, limit: int = BLOCK) -> tuple[int, UUID | None]:
    """Plan the next audit of the next partners that are due, in the order of their qualifications.

    Gives how many were planned and where to go on; the place is None when there are no more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING_LOCK])
    rulebook = rules()
    due = next_due(rulebook, after=after, limit=limit)
    references = next_references("AU", len(due)) if due else []
    audits = [_audit(item, reference, rulebook.version) for item, reference in zip(due, references, strict=True)]
    create_all(
        audits,
        "plan",
        by=by,
        recorded=lambda audit: {
            "rulebook": rulebook.version,
            "detail": {"planned_for": audit.planned_for, "number": audit.number, "why": audit.why},
            "about": [audit.institution_id],
        },
    )
    return len(due), due[-1].qualification_id if len(due) == limit else None


def plan_due_audits(*, by: Actor) -> int:
    """Plan the next audit of every partner that is due, block by block; returns how many there were."""
    with seldom_collecting():
        planned, after = plan_block(by=by)
        while after is not None:
            more, after = plan_block(by=by, after=after)
            planned += more
    return planned


def _audit(due: Due, reference: str, version: str) -> Audit:
    return Audit(
        reference=reference,
        institution_id=due.institution_id,
        authority_id=due.authority_id,
        number=due.number,
        mode=due.mode,
        tier=due.tier,
        rulebook=version,
        planned_for=due.planned_for,
        planned_at=clock.now(),
        why=due.why,
    )
