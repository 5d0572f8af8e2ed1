"""The two questions of the eligibility check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.rulebook.answers import countries
from portal.rulebook.schema import Rulebook
from portal.ui.forms import offer


class EligibilityForm(forms.Form):
    """What kind of organisation, and where. Sent by GET, so that the answer can be linked."""

    kind = forms.ChoiceField(label=_("What kind of organisation is it?"))
    country = forms.ChoiceField(label=_("In which country is its registered seat?"))

    def __init__(self, *args: Any, rules: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        part = rules.eligibility
        kinds: list[Any] = [(item.key, item.label) for item in part.kinds]
        if part.other_kinds:
            kinds.append((gettext("None of these"), [(item.key, item.label) for item in part.other_kinds]))
        names = sorted(countries().items(), key=lambda pair: pair[1])
        listed = {item.country for item in part.jurisdictions}
        places: list[Any] = [
            (gettext("Countries of the scheme"), [pair for pair in names if pair[0] in listed]),
            (gettext("Other countries"), [pair for pair in names if pair[0] not in listed]),
        ]
        offer(self, "kind", [("", gettext("Choose one")), *kinds])
        offer(self, "country", [("", gettext("Choose a country")), *places])
