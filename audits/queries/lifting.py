"""Reads behind lifting a measure: what is missing, what is signed, and how far the quorum is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from audits.models import DecisionSignature, EnforcementCase, LiftCondition
from audits.queries.ladder import signed_by
from partners.rules.quorum import QuorumState, quorum_state
from portal.rulebook.queries import rules


def conditions_of(case: EnforcementCase) -> list[LiftCondition]:
    """What must be true, with who said and confirmed that it is, in order. One query."""
    return list(case.conditions.select_related("met_by", "confirmed_by", "evidence").order_by("number"))


def lifting_content(case: EnforcementCase, conditions: Sequence[LiftCondition] | None = None) -> dict[str, Any]:
    """What a signature on the lifting is bound to. One query, where the conditions are not at hand."""
    rows = case.conditions.order_by("number") if conditions is None else conditions
    return {
        "lifts": case.reference,
        "measure": case.measure,
        "until": case.effect_until,
        "reason": case.lifting_reason,
        "proposed_at": case.lifting_proposed_at,
        "conditions": [[row.text, row.remark, str(row.met_by_id), str(row.confirmed_by_id)] for row in rows],
        "rulebook": case.rulebook,
    }


def lifting_quorum(case: EnforcementCase, signatures: Iterable[DecisionSignature]) -> QuorumState:
    """How far the quorum is: the rulebook's own for lifting the rung, else that by which it was decided."""
    step = rules(case.rulebook).enforcement.step(case.measure)
    return quorum_state(step.lifting or step.quorum, signed_by(signatures), home=case.authority_id)
