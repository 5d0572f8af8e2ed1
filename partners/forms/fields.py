"""From questions to form fields, and from what was posted to answers. The engine judges; nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.rulebook.answers import PERSON_FIELDS, check, countries, is_blank
from portal.rulebook.schema import Question
from portal.rulebook.schema.questions import TableQuestion
from portal.ui.forms import Described, MemorableDate

MAX_ROWS = 60
PERSON_LABELS = {
    "name": gettext_lazy("Full name"),
    "email": gettext_lazy("E-mail address"),
    "job_title": gettext_lazy("Job title"),
}


class PersonWidget(forms.Widget):
    """Name, e-mail and job title of one person."""

    template_name = "partners/widgets/person.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = value if isinstance(value, Mapping) else {}
        context["parts"] = [
            {
                "name": f"{name}-{part}",
                "id": f"id_{name}" if part == "name" else f"id_{name}-{part}",
                "label": PERSON_LABELS[part],
                "value": given.get(part) or "",
                "type": "email" if part == "email" else "text",
            }
            for part in PERSON_FIELDS
        ]
        return context


class TableWidget(forms.Widget):
    """Rows of the same columns. One row more than there are answers; the button below gives another."""

    template_name = "partners/widgets/table.html"
    use_fieldset = True

    def __init__(self, question: TableQuestion, more: int = 0) -> None:
        super().__init__()
        self.question, self.more = question, more

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = [row if isinstance(row, Mapping) else {} for row in value] if isinstance(value, list) else []
        count = min(max(len(given) + self.more, self.question.min_items, 1), self.question.max_items, MAX_ROWS)
        rows = [*given, *({} for _ in range(count - len(given)))]
        context.update(
            key=self.question.key,
            count=len(rows),
            full=len(rows) >= min(self.question.max_items, MAX_ROWS),
            columns=[column.label for column in self.question.columns],
            rows=[self._row(name, index, row) for index, row in enumerate(rows)],
        )
        return context

    def _row(self, name: str, index: int, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = []
        for column in self.question.columns:
            value = row.get(column.key)
            cells.append(
                {
                    "name": f"{name}-{index}-{column.key}",
                    "id": f"id_{name}" if not cells and index == 0 else f"id_{name}-{index}-{column.key}",
                    "label": column.label,
                    "row": index + 1,
                    "value": _word(value),
                    "numeric": column.type == "number",
                    "day": column.type == "date",
                    "options": _choices(column),
                }
            )
        return cells


def _word(value: Any) -> str:
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _choices(asked: Any) -> list[tuple[str, Any]]:
    if asked.type == "country":
        return [("", _("Choose a country")), *sorted(countries().items(), key=lambda pair: pair[1])]
    if asked.type == "choice":
        return [("", _("Choose one")), *((item.key, item.label) for item in asked.options)]
    if asked.type == "yes_no":
        return [("", _("Choose one")), ("true", _("Yes")), ("false", _("No"))]
    return []


def _options(question: Any) -> list[tuple[str, Any]]:
    return [
        (item.key, Described(item.label, item.meaning) if item.meaning else item.label) for item in question.options
    ]


def field_for(question: Question, *, documents: list[tuple[str, Any]], more_rows: int = 0) -> forms.Field:
    """A field that shows the question. It never refuses: what is wrong is saved too, and said by the engine."""
    words: dict[str, Any] = {"label": question.label, "help_text": escape(question.hint), "required": question.required}
    match question.type:
        case "long_text":
            return forms.CharField(
                widget=forms.Textarea(attrs={"rows": min(12, max(4, question.max_length // 300))}),
                max_length=question.max_length,
                **words,
            )
        case "number":
            label = f"{question.label} ({question.unit})" if question.unit else question.label
            box = forms.TextInput(attrs={"inputmode": "decimal", "class": "usa-input--small", "autocomplete": "off"})
            return forms.CharField(widget=box, **{**words, "label": label})
        case "date":
            return forms.CharField(widget=MemorableDate(), **words)
        case "choice":
            return forms.ChoiceField(widget=forms.RadioSelect, choices=_options(question), **words)
        case "yes_no":
            choices = [("true", _("Yes")), ("false", _("No"))]
            return forms.ChoiceField(widget=forms.RadioSelect, choices=choices, **words)
        case "several":
            return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=_options(question), **words)
        case "country" if question.many:
            choices = sorted(countries().items(), key=lambda pair: pair[1])
            several = forms.SelectMultiple(attrs={"size": 8})
            return forms.MultipleChoiceField(widget=several, choices=choices, **words)
        case "country":
            return forms.ChoiceField(choices=_choices(question), **words)
        case "person":
            return forms.Field(widget=PersonWidget(), **words)
        case "table":
            return forms.Field(widget=TableWidget(question, more_rows), **words)
        case "evidence":
            return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=documents, **words)
    return forms.CharField(max_length=question.max_length, **words)


def shown(question: Question, answer: Any) -> Any:
    """The answer as the field's widget takes it."""
    if question.type == "yes_no":
        return _word(answer)
    if question.type in ("several", "evidence") or (question.type == "country" and question.many):
        return answer if isinstance(answer, list) else []
    if question.type in ("person", "table"):
        return answer
    return "" if answer is None or isinstance(answer, list | dict) else str(answer)


def posted(question: Question, data: QueryDict) -> Any:
    """What was posted for the question: in its kept form where it is right, as typed where it is not."""
    typed = _typed(question, data)
    checked = check(question, typed)
    return typed if checked.value is None else checked.value


def _typed(question: Question, data: QueryDict) -> Any:
    key = question.key
    match question.type:
        case "date":
            return MemorableDate().value_from_datadict(data, None, key) or ""
        case "several" | "evidence":
            return data.getlist(key)
        case "country" if question.many:
            return data.getlist(key)
        case "yes_no":
            return {"true": True, "false": False}.get(data.get(key, ""), data.get(key, ""))
        case "person":
            person = {part: data.get(f"{key}-{part}", "") for part in PERSON_FIELDS}
            return None if is_blank(person) else person
        case "table":
            return _typed_rows(question, data)
    return data.get(key, "")


def _typed_rows(question: TableQuestion, data: QueryDict) -> list[dict[str, Any]]:
    count = data.get(f"{question.key}-rows", "")
    rows = []
    for index in range(min(int(count), MAX_ROWS) if count.isascii() and count.isdigit() and len(count) < 5 else 0):
        row = {column.key: data.get(f"{question.key}-{index}-{column.key}", "") for column in question.columns}
        if not is_blank(row):
            rows.append(row)
    return rows
