"""The questions of a periodic report, and checking its answers by the rulebook's own answer rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from audits.models import Obligation, Report
from portal.rulebook.answers import check
from portal.rulebook.display import render
from portal.rulebook.queries import rules
from portal.rulebook.schema import ObligationRule, Question, find, holds

REMARK = 1000
"""Characters of a remark, at most."""


@dataclass
class CheckedReport:
    """The answers to keep, and by question what is wrong."""

    answers: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)


def rule_of(obligation: Obligation) -> ObligationRule:
    """The rule under which the report was asked for."""
    return find(rules(obligation.rulebook).obligations, obligation.kind)


@dataclass(frozen=True)
class Filed:
    """One answer as it was filed, in words; beside it what the portal knew, and why the answer differs."""

    question: str
    answer: str
    known: str = ""
    source: str = ""
    remark: str = ""


def filed(rule: ObligationRule, report: Report) -> list[Filed]:
    """Questions with the answers filed, in words and in order."""
    found = []
    for item in rule.questions:
        if item.key not in report.answers:
            continue
        known = report.known.get(item.key, {})
        differs = bool(known) and known["value"] != report.answers[item.key]
        found.append(
            Filed(
                item.label,
                render(item, report.answers[item.key]),
                render(item, known["value"]) if differs else "",
                known.get("source", ""),
                report.remarks.get(item.key, ""),
            )
        )
    return found


def checked(
    obligation: Obligation,
    answers: Mapping[str, Any],
    *,
    known: Mapping[str, int] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> CheckedReport:
    """The answers in their kept form. A question that is not asked keeps no answer.

    `known` is what the portal knows, by question: an answer that differs from it needs a remark.
    """
    return checked_answers(rule_of(obligation).questions, answers, known=known, remarks=remarks)


def checked_answers(
    questions: Iterable[Question],
    answers: Mapping[str, Any],
    *,
    known: Mapping[str, int] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> CheckedReport:
    """As `checked`, for these questions of whatever report."""
    result = CheckedReport()
    for question in questions:
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
            _held_against(result, question, (known or {}).get(question.key), (remarks or {}).get(question.key, ""))
    return result


def _held_against(result: CheckedReport, question: Question, known: int | None, remark: str) -> None:
    """Note the remark where the answer differs from what is known, or that it is missing."""
    if known is None or result.answers[question.key] == known:
        return
    if remark.strip():
        result.remarks[question.key] = remark.strip()[:REMARK]
    else:
        result.problems[question.key] = _("The portal knows %(known)s. Say in the remark why your number differs.") % {
            "known": render(question, known)
        }
