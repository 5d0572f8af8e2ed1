"""Reads about evaluation plans and the people named on lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from grants.models import EvaluationPlan, GrantLinePerson, LinePerson
from partners.models import Person


def plans_of(request_id: UUID) -> dict[str, EvaluationPlan]:
    """Use case → its plan. One query."""
    rows = EvaluationPlan.objects.filter(request=request_id).select_related("written_by")
    return {row.use_case: row for row in rows.order_by("use_case")}


def written(plans: Mapping[str, EvaluationPlan]) -> dict[str, dict[str, str]]:
    """Use case → part → text: what is read of the plans, without who wrote them and when."""
    return {use_case: plan.parts for use_case, plan in plans.items()}


def asked_people(request_id: UUID) -> dict[UUID, list[Person]]:
    """Line of the request → the people named on it, by name. One query."""
    return _by_line(LinePerson.objects.filter(line__request=request_id))


def granted_people(line_ids: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Line of a grant → the people named on it, by name. One query."""
    return _by_line(GrantLinePerson.objects.filter(line__in=list(line_ids)))


def _by_line(rows: Any) -> dict[UUID, list[Person]]:
    found: dict[UUID, list[Person]] = defaultdict(list)
    for row in rows.select_related("person").order_by("person__name", "person_id"):
        found[row.line_id].append(row.person)
    return found
