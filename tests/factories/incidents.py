"""Reports on incidents, filled in with something valid for each question, and filed by the real deed."""

from __future__ import annotations

from typing import Any

from audits.actions.incident_report import file_incident_report
from audits.models import IncidentDeadline, IncidentReport
from audits.queries.incident_report import form_of
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.schema import Question


def an_answer(question: Question) -> Any:
    """Something valid for a question of any type that forms of incidents have."""
    first = question.options[0].key if question.type in ("choice", "several") else ""
    return {
        "yes_no": True, "date": clock.today().isoformat(), "choice": first, "several": [first], "number": 1,
    }.get(question.type, "As far as we know.")  # fmt: skip


def answers_for(deadline: IncidentDeadline, **said: Any) -> dict[str, Any]:
    """An answer to each question of its form; `said` in the place of some."""
    return {question.key: an_answer(question) for question in form_of(deadline).questions} | said


def file(deadline: IncidentDeadline, by: Actor, marking: str = "amber", **said: Any) -> IncidentReport:
    """File it. `sent_at` as the deed takes it; the rest are answers."""
    sent = said.pop("sent_at", None)
    return file_incident_report(
        deadline=deadline, answers=answers_for(deadline, **said), marking=marking, sent_at=sent, by=by
    )
