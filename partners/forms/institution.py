"""The form of an institution's details."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.core.identifiers import IdentifierError, clean_lei, clean_ror
from portal.rulebook.schema import Term
from portal.ui.forms import Described, offer


class InstitutionForm(forms.Form):
    """What kind of institution it is, and how it is identified."""

    kind = forms.ChoiceField(label=_("What kind of institution is it?"), widget=forms.RadioSelect)
    lei = forms.CharField(
        label=_("Legal Entity Identifier (LEI)"),
        help_text=_("20 letters and digits, as in the GLEIF register."),
        required=False,
        max_length=60,
    )
    ror = forms.CharField(
        label=_("ROR identifier"),
        help_text=_("Your address in the Research Organization Registry, such as https://ror.org/03yrm5c26."),
        required=False,
        max_length=120,
    )
    address = forms.CharField(
        label=_("Registered address"), widget=forms.Textarea(attrs={"rows": 4}), max_length=400, required=False
    )

    language = forms.ChoiceField(
        label=_("Language of letters"),
        help_text=_("Decisions, questions, reminders and certificates come in it. These pages are in English."),
        choices=settings.LETTER_LANGUAGES,
        required=False,
    )

    def __init__(self, *args: Any, kinds: Iterable[Term], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [(item.key, Described(item.label, item.meaning)) for item in kinds])

    def clean_lei(self) -> str:
        return _identifier(self.cleaned_data["lei"], clean_lei)

    def clean_ror(self) -> str:
        return _identifier(self.cleaned_data["ror"], clean_ror)


def _identifier(value: str, clean: Any) -> str:
    if not value:
        return ""
    try:
        return str(clean(value))
    except IdentifierError as error:
        raise ValidationError(str(error)) from error
