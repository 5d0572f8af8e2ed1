"""Reads about evaluation plans and the people named on lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from grants.models import EvaluationPlan, GrantLinePerson, LinePerson
from grants.rules.plan import missing_parts, use_cases_with_plan
from partners.models import Person
from portal.core.compiled import compiled
from portal.rulebook.schema import Rulebook, Term
from portal.rulebook.schema.scope import UseCase

N = TypeVar("N", LinePerson, GrantLinePerson)


def plans_of(request_id: UUID) -> dict[str, EvaluationPlan]:
    """Use case → its plan. One query."""
    return {row.use_case: row for row in _plans(request_id)}


@compiled
def _plans(request: UUID) -> QuerySet[EvaluationPlan]:
    return EvaluationPlan.objects.filter(request=request).select_related("written_by").order_by("use_case")


def written(plans: Mapping[str, EvaluationPlan]) -> dict[str, dict[str, str]]:
    """Use case → part → text: what is read of the plans, without who wrote them and when."""
    return {use_case: plan.parts for use_case, plan in plans.items()}


def asked_people(request_id: UUID) -> dict[UUID, list[Person]]:
    """Line of the request → the people named on it, by name. One query."""
    return _by_line(_asked(request_id))


@compiled
def _asked(request: UUID) -> QuerySet[LinePerson]:
    return _in_order(LinePerson.objects.filter(line__request=request))


def granted_people(line_ids: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Line of a grant → the people named on it, by name. One query."""
    return _by_line(_in_order(GrantLinePerson.objects.filter(line__in=list(line_ids))))


def _in_order(rows: QuerySet[N]) -> QuerySet[N]:
    return rows.select_related("person").order_by("person__name", "person_id")


def _by_line(rows: Iterable[LinePerson | GrantLinePerson]) -> dict[UUID, list[Person]]:
    found: dict[UUID, list[Person]] = defaultdict(list)
    for row in rows:
        found[row.line_id].append(row.person)
    return found


@dataclass(frozen=True)
class ShownPlan:
    """A plan as pages show it: each part of the rulebook with its text, and what is not written yet."""

    use_case: UseCase
    parts: list[tuple[Term, str]]
    missing: list[str]

    @property
    def written(self) -> int:
        """How many parts there are a text for."""
        return len(self.parts) - len(self.missing)


def shown_plans(book: Rulebook, use_cases: Collection[str], plans: Mapping[str, EvaluationPlan]) -> list[ShownPlan]:
    """A plan for each use case of the lines that needs one, written or not, in the order of the rulebook."""
    texts = written(plans)
    return [
        ShownPlan(
            item,
            [(part, texts.get(item.key, {}).get(part.key, "")) for part in book.scope.plan_parts],
            missing_parts(book, texts.get(item.key, {})),
        )
        for item in use_cases_with_plan(book, use_cases)
    ]
