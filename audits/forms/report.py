"""The form of a periodic report, made from the rulebook's questions by the same fields as the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from partners.forms.fields import field_for, posted, shown
from portal.rulebook.schema import ObligationRule, Question
from portal.rulebook.schema.conditions import Equals


class ReportForm(forms.Form):
    """One field for each question. The rulebook judges the answers (audits.reports.checked), not the fields."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        rule: ObligationRule,
        answers: Mapping[str, Any],
        documents: list[tuple[str, Any]],
    ) -> None:
        super().__init__(data)
        self.questions = rule.questions
        for question in self.questions:
            field = field_for(question, documents=documents)
            field.initial = shown(question, answers.get(question.key))
            self.fields[question.key] = field

    def judge(self, problems: Mapping[str, str]) -> bool:
        """Show these problems at their fields, and say whether there are none."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        for key, problem in problems.items():
            self.add_error(key, problem)
        return not problems

    def posted(self) -> dict[str, Any]:
        """What was entered, question by question, in its kept form where it is right."""
        assert isinstance(self.data, QueryDict)
        return {question.key: posted(question, self.data) for question in self.questions}

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Each field, with the answer that brings it up where it is asked only then."""
        return [{"field": self[question.key], **_when(question)} for question in self.questions]


def _when(question: Question) -> dict[str, str | None]:
    """The simple conditions that a script can follow; without one, the question is always shown."""
    if not isinstance(question.when, Equals):
        return {"when": None, "when_value": None}
    value = question.when.equals
    return {"when": question.when.question, "when_value": str(value).lower() if isinstance(value, bool) else str(value)}
