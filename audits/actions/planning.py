"""The deeds of the sweep that plans audits, and plans them anew: a block of partners at a time, none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from audits.models import Audit
from audits.programme import Due, Plan, plan_of
from audits.queries.planning import next_due
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import seldom_collecting
from portal.core.references import next_references
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.workflow import as_deed, create_all, record_all

BLOCK = 500
"""Partners in one deed: enough to be quick, few enough that nobody waits long for the head of the record."""
PLANNING_LOCK = 7_301_001
"""Advisory lock: two schedulers running by mistake plan one after the other, and the second finds nothing due."""
PLANNED = ("planned_for", "mode", "announced", "announce_on", "sample_size", "draw_at", "why", "falls_on", "tier")
"""Fields that a plan sets, besides the version of the rules."""


@as_deed
def plan_block(*, by: Actor, after: UUID | None = None, limit: int = BLOCK) -> tuple[int, UUID | None]:
    """Plan the next audits of the next partners that are due, in the order of their qualifications.

    A planned audit that the rules put on another day now is planned anew; one that was announced stays on its day.
    Gives how many there were and where to go on; the place is None when there are no more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING_LOCK])
    rulebook = rules()
    due = next_due(rulebook, after=after, limit=limit)
    _plan_first([item for item in due if item.audit_id is None], rulebook, by)
    _plan_anew([item for item in due if item.audit_id is not None], rulebook, by)
    return len(due), due[-1].qualification_id if len(due) == limit else None


def plan_due_audits(*, by: Actor) -> int:
    """Plan the next audit of every partner that is due, block by block; returns how many there were."""
    with seldom_collecting():
        planned, after = plan_block(by=by)
        while after is not None:
            more, after = plan_block(by=by, after=after)
            planned += more
    return planned


def _plan_first(due: Sequence[Due], rulebook: Rulebook, by: Actor) -> None:
    if not due:
        return
    references, moment = next_references("AU", len(due)), clock.now()
    audits = [
        _planned(
            Audit(
                reference=reference,
                institution_id=item.institution_id,
                authority_id=item.authority_id,
                number=item.number,
                planned_at=moment,
            ),
            item,
            rulebook,
        )
        for item, reference in zip(due, references, strict=True)
    ]
    create_all(audits, "plan", by=by, recorded=recorded_plan)


def _plan_anew(due: Sequence[Due], rulebook: Rulebook, by: Actor) -> None:
    """Those that are still planned when they are locked: an officer may have announced one in the meantime."""
    if not due:
        return
    wanted = {item.audit_id: item for item in due}
    rows = Audit.objects.select_for_update().filter(pk__in=wanted, state="planned").order_by("pk")
    audits = [_planned(audit, wanted[audit.pk], rulebook) for audit in rows]
    record_all(audits, "replan", by=by, fields=(*PLANNED, "rulebook"), recorded=recorded_plan)


def _planned(audit: Audit, due: Due, rulebook: Rulebook) -> Audit:
    """The audit with what the plan says of it. What an officer chose stays; so does a lot whose time has come."""
    plan: Plan = plan_of(due, rulebook)
    fixed = audit.draw_at is not None and audit.draw_at <= clock.now()
    for name in ("mode", "announced", "announce_on", "planned_for"):
        setattr(audit, name, getattr(plan, name))
    if not fixed:
        audit.draw_at = plan.draw_at
        audit.sample_size = max(plan.sample_size, audit.sample_size if is_chosen(audit) else 0)
    audit.why = plan.why | _kept_words(audit, due)
    audit.falls_on, audit.tier, audit.rulebook = due.falls_on, due.tier, rulebook.version
    return audit


def is_chosen(audit: Audit) -> bool:
    """Whether an officer chose what is drawn from, and how many controls."""
    return bool((audit.why or {}).get("chosen"))


def _kept_words(audit: Audit, due: Due) -> dict[str, Any]:
    """What officers said that still holds: why it was moved to the day on which it still is, and what they chose."""
    words = audit.why or {}
    kept = {name: words[name] for name in ("chosen",) if words.get(name)}
    if words.get("moved") and audit.planned_for == due.moved_to:
        kept["moved"] = words["moved"]
    return kept


def recorded_plan(audit: Audit) -> dict[str, Any]:
    """What the record keeps of a plan: what was fixed before anybody could know the lot. Not for the partner yet."""
    return {
        "rulebook": audit.rulebook,
        "detail": {
            "planned_for": audit.planned_for,
            "kind": audit.kind,
            "number": audit.number,
            "why": audit.why,
            "announced": audit.announced,
            "draw": fixed_draw(audit),
        },
        "about": [audit.institution_id],
        "tier": Tier.AUTHORITY,
    }


def fixed_draw(audit: Audit) -> dict[str, Any] | None:
    """Time and number of the draw, as portal.core.sampling holds them against a file."""
    if audit.draw_at is None:
        return None
    return {"at": audit.draw_at.isoformat(), "count": audit.sample_size}
