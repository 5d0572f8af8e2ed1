"""Fields and choices made from the rulebook, and shapes that several forms share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Refused
from portal.rulebook.schema import Term
from portal.ui.forms import Described, refuse


def terms(items: Iterable[Term]) -> list[tuple[str, str]]:
    """Choices from a vocabulary of the rulebook, with what each word means."""
    return [(item.key, Described(item.label, item.meaning)) for item in items]


def plain_terms(items: Iterable[Term], empty: Any = None) -> list[tuple[str, Any]]:
    """Choices for a drop-down list."""
    found: list[tuple[str, Any]] = [(item.key, item.label) for item in items]
    return [("", empty), *found] if empty is not None else found


def refuse_into(form: forms.BaseForm, error: Refused | ValidationError) -> None:
    """Show in the form's error summary why a deed was refused; nothing was changed."""
    if isinstance(error, Refused):
        refuse(form, error.verdict)
        return
    form.add_error(None, ValidationError(error.messages))


class LinesField(forms.CharField):
    """Several sentences, one on each line; at most 20 of 300 characters."""

    widget = forms.Textarea
    MOST, LONGEST = 20, 300

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        options.setdefault("required", False)
        super().__init__(max_length=self.MOST * self.LONGEST, **options)

    def clean(self, value: Any) -> list[str]:
        found = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(found) > self.MOST or any(len(line) > self.LONGEST for line in found):
            raise ValidationError(_("Write at most 20 lines of at most 300 characters."), code="too_long")
        return found


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea)

    def __init__(self, *args: Any, label: Any = None, required: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = required
        if label is not None:
            self.fields["reason"].label = label


class DeclarationsForm(forms.Form):
    """One box for each declaration of the rulebook; all have to be ticked, and in what capacity be said."""

    capacity = forms.CharField(
        label=_("In what capacity do you bind the institution?"), max_length=150, help_text=_("Such as “Director”.")
    )

    def __init__(self, *args: Any, declarations: Iterable[Any] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        boxes = {f"declare_{item.key}": forms.BooleanField(label=item.text) for item in declarations}
        self.fields = {**boxes, **self.fields}

    @property
    def declared(self) -> set[str]:
        """Keys of the declarations made."""
        return {
            name.removeprefix("declare_")
            for name, value in self.cleaned_data.items()
            if name.startswith("declare_") and value
        }
