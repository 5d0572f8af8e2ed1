"""Forms of a provider: models, releases, consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms.fields import LinesField, plain_terms, terms
from grants.models import Consent
from portal.rulebook.schema import Rulebook
from portal.ui.forms import offer


class ModelForm(forms.Form):
    """A model family."""

    name = forms.CharField(label=_("Name of the model"), max_length=100)
    summary = forms.CharField(label=_("What it is"), max_length=2000, required=False, widget=forms.Textarea)


class ReleaseForm(forms.Form):
    """One version of a model."""

    version = forms.CharField(label=_("Version"), max_length=40, help_text=_("Such as 4.1."))
    key = forms.RegexField(
        label=_("Identifier at the gateway"),
        regex=r"^[a-z0-9][a-z0-9._-]{0,79}\Z",
        help_text=_("What your gateway names it in its questions, such as meridian-4.1. It never changes."),
        error_messages={"invalid": _("Use lower-case letters, digits, dots, hyphens and underscores only.")},
    )
    capability_tier = forms.ChoiceField(label=_("Capability tier"), widget=forms.RadioSelect)
    access_routes = forms.MultipleChoiceField(label=_("Access routes"), widget=forms.CheckboxSelectMultiple)
    notes = forms.CharField(label=_("Notes for partners"), max_length=2000, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, book: Rulebook, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "capability_tier", terms(book.scope.capability_tiers))
        offer(self, "access_routes", terms(book.scope.access_routes))


class ConsentForm(forms.Form):
    """A provider's answer for one line."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Consent.Answer.choices, widget=forms.RadioSelect)
    conditions = LinesField(label=_("Conditions"), help_text=_("One on each line. The partner reads them."))
    reason_code = forms.ChoiceField(label=_("Why you decline"), required=False)
    reason = forms.CharField(
        label=_("In words"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, book: Rulebook, **options: Any) -> None:
        super().__init__(*args, **options)
        reasons = plain_terms(book.consent.decline_reasons, _("Choose a reason"))
        offer(self, "reason_code", reasons)
