"""Which sections of an application can be changed now."""

from __future__ import annotations

from partners.models import Application, Query
from partners.queries.rulebook import rules_of


def open_sections(application: Application) -> frozenset[str]:
    """All of a draft; afterwards those that an open question is about. One query after submission."""
    if application.state == "draft":
        return frozenset(section.key for section in rules_of(application).questionnaire.sections)
    if application.state not in ("awaiting_applicant", "awaiting_signatures"):
        return frozenset()
    return frozenset(Query.objects.filter(application=application, state="open").values_list("section", flat=True))
