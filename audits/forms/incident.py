"""The form in which something that went wrong is reported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from grants.models import GrantLine
from portal.ui.forms import Described, offer, offer_rows

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
    line: forms.ModelChoiceField[GrantLine] = forms.ModelChoiceField(
        label=_("Which line of a grant does it concern?"),
        queryset=None,
        required=False,
        empty_label=_("None, or not known"),
    )

    def __init__(self, *args: Any, rulebook: Any, lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        incidents = rulebook.incidents
        offer(self, "severity", [(rule.key, Described(rule.label, rule.meaning)) for rule in incidents.severities])
        offer(self, "kind", [(item.key, item.label) for item in incidents.kinds])
        offer_rows(self, "line", lines)
