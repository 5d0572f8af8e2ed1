"""A decision in the words of the standard: OpenID AuthZEN Authorization API 1.0, §5.5. What gateways read, and pages
that show what gateways read.
"""

from __future__ import annotations

from typing import Any

from grants.rules.decision import Decision
from grants.rules.facts import Question

RESOURCE = "model_release"
LANGUAGE = "en"
Answer = dict[str, Any]


def denial(code: str, reason: str) -> Answer:
    """A no, with its stable code and its sentence for a person (§5.5.1: reason_user, by language)."""
    return {"decision": False, "context": {"reason_code": code, "reason_user": {LANGUAGE: reason}}}


def answer_of(decision: Decision) -> Answer:
    """The decision with its reason and when it could change, or with the line's obligations and limits."""
    if not decision.permitted or decision.line is None:
        content = denial(decision.code, decision.reason)
        if decision.changes_on is not None:
            content["context"]["changes_on"] = decision.changes_on.isoformat()
        return content
    line = decision.line
    ends = decision.changes_on or line.ends_on
    return {
        "decision": True,
        "context": {
            "reason_code": decision.code,
            "grant": line.grant_reference,
            "line": str(line.id),
            "valid_until": ends.isoformat(),
            "obligations": list(decision.obligations),
            "limits": {
                "requests_per_day": line.requests_per_day,
                "tokens_per_day": line.tokens_per_day,
                "seats": line.seats,
            },
        },
    }


def request_of(question: Question) -> dict[str, Any]:
    """The question as a gateway asks it (§6.1)."""
    volume = {"requests": question.requests, "tokens": question.tokens, "seats": question.seats}
    named = {
        "environment": question.environment,
        "data_class": question.data_class,
        "access_route": question.access_route,
        **volume,
    }
    return {
        "subject": {"type": question.subject_type, "id": question.subject_id},
        "action": {"name": question.use_case},
        "resource": {"type": RESOURCE, "id": question.release},
        "context": {name: value for name, value in named.items() if value},
    }
