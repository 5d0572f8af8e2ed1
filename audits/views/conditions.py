"""Deeds on conditions for lifting a measure, as both the partner's pages and the desk's offer them."""

from __future__ import annotations

from typing import Any

from audits.actions.lifting import meet_condition
from audits.models import EnforcementCase, LiftCondition
from audits.queries.finding import offered
from partners.models import Evidence
from portal.core.actors import Actor
from portal.ui.forms import Described


def to_meet(case: EnforcementCase, _actor: Actor) -> dict[str, Any]:
    """Conditions that can be said to be met, and the documents that can be named."""
    rows = case.conditions.filter(met_at=None).order_by("number")
    return {
        "conditions": [(str(row.pk), Described(row.text, row.returned)) for row in rows],
        "documents": offered(case.institution_id),
    }


def to_judge(case: EnforcementCase) -> dict[str, Any]:
    """Conditions that somebody said to be met and nobody has confirmed."""
    rows = case.conditions.filter(confirmed_at=None).exclude(met_at=None).order_by("number")
    return {"conditions": [(str(row.pk), Described(row.text, row.remark)) for row in rows]}


def condition_of(case: EnforcementCase, said: dict[str, Any]) -> LiftCondition:
    """The condition that was chosen, of those offered."""
    return LiftCondition.objects.get(pk=said["condition"], case=case)


def meet(case: EnforcementCase, said: dict[str, Any], by: Actor) -> LiftCondition:
    """Say that a condition is met, with a document of the institution's library where one is named."""
    key = said.get("evidence")
    evidence = Evidence.objects.get(pk=key, institution_id=case.institution_id) if key else None
    return meet_condition(
        case=case, condition=condition_of(case, said), remark=said["remark"], evidence=evidence, by=by
    )
