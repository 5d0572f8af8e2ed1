"""The form of a periodic report, made from the rulebook's questions by the same fields as the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

from audits.queries.known import Known
from audits.reports import REMARK
from partners.forms.fields import field_for, posted, shown
from portal.rulebook.display import render
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
        known: Mapping[str, Known],
        remarks: Mapping[str, str],
    ) -> None:
        super().__init__(data)
        self.questions, self.known = rule.questions, known
        for question in self.questions:
            field = field_for(question, documents=documents)
            item = known.get(question.key)
            answer = answers.get(question.key, item.value if item else None)
            field.initial = shown(question, answer)
            self.fields[question.key] = field
            if item is not None:
                field.help_text = format_html("{} {}", field.help_text, _said(question, item))
                self.fields[remark_of(question.key)] = forms.CharField(
                    label=_("Why it differs: %(question)s") % {"question": question.label},
                    help_text=_("Only where your number is another than the one that the portal knows."),
                    initial=remarks.get(question.key, ""),
                    max_length=REMARK,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 2}),
                )

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

    def remarks(self) -> dict[str, str]:
        """What was entered as remarks, by question."""
        return {key: self.data.get(remark_of(key), "") for key in self.known}

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Each field, with the answer that brings it up where it is asked only then."""
        found = []
        for question in self.questions:
            found.append({"field": self[question.key], **when_asked(question)})
            if question.key in self.known:
                found.append({"field": self[remark_of(question.key)], **when_asked(question)})
        return found


def remark_of(key: str) -> str:
    """The name of the field for the remark. Keys of questions have no hyphen, so that it is nobody else's."""
    return f"{key}-remark"


def _said(question: Question, known: Known) -> str:
    return _("The portal knows: %(value)s. %(source)s") % {
        "value": render(question, known.value),
        "source": known.source,
    }


def when_asked(question: Question) -> dict[str, str | None]:
    """The simple conditions that a script can follow; without one, the question is always shown."""
    if not isinstance(question.when, Equals):
        return {"when": None, "when_value": None}
    value = question.when.equals
    return {"when": question.when.question, "when_value": str(value).lower() if isinstance(value, bool) else str(value)}
