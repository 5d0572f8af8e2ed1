"""Which sections of an application can be changed now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partners.models import Application, Query
from partners.queries.carried import spilled_sections
from partners.queries.rulebook import rules_of


def open_sections(application: Application, answers: Mapping[str, Any] | None = None) -> frozenset[str]:
    """All of a draft; of a change those that it touches; once it was sent those that an open question is about.

    Where not all are open, so are those that the changes have brought into play: a question that is asked now and
    was not before has to be answered somewhere. Up to four queries; `answers` where they were just read.
    """
    touched = touched_sections(application)
    if application.state == "draft" and application.kind != "change":
        return touched
    return touched | spilled_sections(application, answers) if touched else touched


def is_open(application: Application, section: str) -> bool:
    """Whether that section can be changed now. No query for a section of a draft, one for one that is asked about."""
    return section in touched_sections(application) or section in open_sections(application)


def touched_sections(application: Application) -> frozenset[str]:
    """The sections that are open by themselves. One query after submission."""
    rules = rules_of(application)
    if application.state == "draft":
        if application.kind != "change":
            return frozenset(section.key for section in rules.questionnaire.sections)
        named = {item.key: item.sections for item in rules.qualification.circumstances}
        return frozenset(key for item in application.circumstances for key in named.get(item, ()))
    if application.state not in ("awaiting_applicant", "awaiting_signatures"):
        return frozenset()
    return frozenset(Query.objects.filter(application=application, state="open").values_list("section", flat=True))
