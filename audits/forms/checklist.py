"""One family of a checklist as a form: for each control a result, a note, and the version that was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.actions.fieldwork import Answer
from audits.models import Check, Result

FIELDS = ("result", "note", "version")


@dataclass(frozen=True)
class Line:
    """The fields of one control, for the template."""

    check: Check
    result: Any
    note: Any
    version: Any


class ChecklistForm(forms.Form):
    """Controls may be left without a result; a result that is not “met” needs a note that says why."""

    def __init__(self, *args: Any, checks: list[Check], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checks = checks
        for check in checks:
            key = check.pk.hex
            self.fields[f"result_{key}"] = forms.ChoiceField(
                label=_("Result"),
                choices=Result.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=check.result,
            )
            self.fields[f"note_{key}"] = forms.CharField(
                label=_("Note"),
                widget=forms.Textarea(attrs={"rows": 3}),
                max_length=4000,
                required=False,
                initial=check.note,
            )
            self.fields[f"version_{key}"] = forms.IntegerField(
                widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000, initial=check.version
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for check in self.checks:
            key = check.pk.hex
            result, note = found.get(f"result_{key}"), found.get(f"note_{key}")
            if result in (Result.PARTLY, Result.NOT_MET) and not note:
                self.add_error(f"note_{key}", _("Say what is missing."))
            if note and not result:
                self.add_error(f"result_{key}", _("Choose the result that the note is about."))
        return found

    def lines(self) -> Iterator[Line]:
        """Each control with its fields."""
        for check in self.checks:
            key = check.pk.hex
            yield Line(check, *(self[f"{name}_{key}"] for name in FIELDS))

    def answers(self) -> list[Answer]:
        """Every control that has a result, as the action takes it."""
        said = self.cleaned_data
        return [
            Answer(check.pk, said[f"result_{key}"], said[f"note_{key}"], said[f"version_{key}"])
            for check in self.checks
            if said[f"result_{(key := check.pk.hex)}"]
        ]


def typed(data: Any, checks: list[Check]) -> dict[str, Any]:
    """What stands in the fields of these controls on the page that was sent, right or not: for the next page."""
    names = (f"{name}_{check.pk.hex}" for check in checks for name in FIELDS)
    return {name: data[name] for name in names if name in data}
