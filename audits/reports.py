"""The questions of a periodic report, and checking its answers by the rulebook's own answer rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from audits.models import Obligation
from portal.rulebook.answers import check
from portal.rulebook.display import render
from portal.rulebook.queries import rules
from portal.rulebook.schema import ObligationRule, find, holds


@dataclass
class CheckedReport:
    """The answers to keep, and by question what is wrong."""

    answers: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)


def rule_of(obligation: Obligation) -> ObligationRule:
    """The rule under which the report was asked for."""
    return find(rules(obligation.rulebook).obligations, obligation.kind)


def answered(rule: ObligationRule, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Questions with the answers filed, in words and in order."""
    return [(item.label, render(item, answers[item.key])) for item in rule.questions if item.key in answers]


def checked(obligation: Obligation, answers: Mapping[str, Any]) -> CheckedReport:
    """The answers in their kept form. A question that is not asked keeps no answer."""
    rule, result = rule_of(obligation), CheckedReport()
    for question in rule.questions:
        if question.when is not None and not holds(question.when, result.answers):
            continue
        found = check(question, answers.get(question.key))
        if found.problem:
            result.problems[question.key] = found.problem
        elif found.is_blank and question.required:
            result.problems[question.key] = _("Answer “%(question)s”.") % {"question": question.label}
        elif not found.is_blank:
            result.answers[question.key] = found.value
            if question.type == "evidence":
                result.documents += found.value
    return result
