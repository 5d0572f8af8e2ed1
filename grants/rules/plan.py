"""Rules on evaluation plans and on the people named on lines: what has to be there before a request can be sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.schema import Rulebook
from portal.rulebook.schema.scope import UseCase

LONGEST = 4000
"""Characters of one part of a plan."""
Parts = Mapping[str, str]
"""Key of the rulebook's `scope.plan_parts` → what was written."""


def use_cases_with_plan(book: Rulebook, use_cases: Collection[str]) -> list[UseCase]:
    """Of these use cases, those that need a plan, in the order of the rulebook."""
    if not book.scope.plan_parts:
        return []
    return [item for item in book.scope.use_cases if item.key in use_cases and item.needs_plan]


def missing_parts(book: Rulebook, parts: Parts) -> list[str]:
    """Labels of what is not written yet."""
    return [item.label for item in book.scope.plan_parts if not parts.get(item.key, "").strip()]


def plans_whole(book: Rulebook, use_cases: Collection[str], plans: Mapping[str, Parts]) -> Verdict:
    """Whether every use case that needs a plan has a whole one, or the first that has not, and what it lacks."""
    for item in use_cases_with_plan(book, use_cases):
        missing = missing_parts(book, plans.get(item.key, {}))
        if missing:
            reason = _("The evaluation plan for “%(use)s” is not whole. Write: %(missing)s.")
            words = {"use": item.label, "missing": ", ".join(missing)}
            return refused(reason % words, code="plan_missing", rule="scope.plan")
    return ALLOWED


def people_current(named: Iterable[tuple[int, Any]]) -> Verdict:
    """Whether everybody named on a line still has the institution's naming. `named` are (number of the line, person).

    What else a person lacks (a check, a text to accept) may come later: the gate asks for it at every use.
    """
    for number, person in named:
        if person.state != "named":
            reason = _("Line %(number)s names %(name)s, whose access has ended. Take the name off the line.")
            words = {"number": number, "name": person.name}
            return refused(reason % words, code="person_left", rule="grant_request.people")
    return ALLOWED
