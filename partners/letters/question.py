"""The letter of a question to the institution, and the reminder that it waits for an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from partners.letters.words import day, facts, frame, of_the_rules
from partners.models import Application, Query
from partners.queries.rulebook import rules_of


def question(application: Application, query: Query, *, made: datetime, code: str) -> dict[str, Any]:
    """What the authority asks, about which section, and by when it asks for an answer."""
    return {
        **frame(application, made=made, code=code),
        "number": query.reference,
        "title": _("A question about your application"),
        "tone": "amber",
        "verdict": _("Please answer by %(day)s.") % {"day": day(query.due_on)},
        "facts": _about(application, query),
        "quote": {"title": _("What we ask"), "text": query.text},
        "lists": [{"title": _("How to answer"), "items": _how()}],
    }


def reminder(application: Application, query: Query, *, late: bool, made: datetime, code: str) -> dict[str, Any]:
    """A question waits for its answer: it is due soon, or was."""
    words = {"day": day(query.due_on)}
    verdict = _("Your answer was due on %(day)s.") if late else _("Your answer is due on %(day)s.")
    return {
        **frame(application, made=made, code=code),
        "number": query.reference,
        "title": _("Reminder: our question waits for your answer"),
        "tone": "red" if late else "amber",
        "verdict": verdict % words,
        "facts": _about(application, query),
        "paragraphs": [
            _("Your application does not go on before you have answered. Nothing is decided because time has passed.")
        ],
        "quote": {"title": _("What we asked"), "text": query.text},
        "lists": [{"title": _("How to answer"), "items": _how()}],
    }


def _about(application: Application, query: Query) -> list[list[str]]:
    titles = {item.key: of_the_rules(item.title) for item in rules_of(application).questionnaire.sections}
    return facts(
        [
            (_("Application"), application.reference),
            (_("Section"), titles.get(query.section, query.section)),
            (_("Asked by"), query.asked_body.name),
            (_("Asked on"), day(query.asked_at)),
            (_("Answer by"), day(query.due_on)),
        ]
    )


def _how() -> list[str]:
    return [
        _("Sign in to the portal and open the application. The section concerned is open for changes."),
        _("The authority’s clock stands still until you have answered."),
    ]
