"""The form in which something that went wrong is reported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from portal.ui.forms import Described

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class IncidentForm(forms.Form):
    """Report an incident. Severities and kinds are the rulebook's; lines are those of the institution's grants."""

    title = forms.CharField(label=_("In a few words"), max_length=200)
    severity = forms.ChoiceField(label=_("How bad is it?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What kind of incident is it?"), widget=forms.RadioSelect)
    description = area(_("What happened?"), help_text=_("What you know now is enough. You can add to it at any time."))
    aware_at = forms.DateTimeField(label=_("When did you notice?"), widget=MOMENT, help_text=_("Date and time in UTC."))
    occurred_at = forms.DateTimeField(
        label=_("When did it happen, if you know?"), widget=MOMENT, required=False, help_text=_("Date and time in UTC.")
    )
    line = forms.ModelChoiceField(  # type: ignore[var-annotated]
        label=_("Which line of a grant does it concern?"),
        queryset=None,
        required=False,
        empty_label=_("None, or not known"),
    )

    def __init__(self, *args: Any, rulebook: Any, lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        incidents = rulebook.incidents
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            (rule.key, Described(rule.label, rule.meaning)) for rule in incidents.severities
        ]
        self.fields["kind"].choices = [(item.key, item.label) for item in incidents.kinds]  # type: ignore[attr-defined]
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
