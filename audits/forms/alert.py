"""Forms in which somebody says what an alert was."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from portal.ui.forms import Described, offer


class QuestionForm(forms.Form):
    """What has to be known first."""

    note = area(
        _("What do you want to know?"),
        help_text=_("The partner and the provider do not see this. Ask them in the way that fits the question."),
        most=2000,
    )


class NothingForm(forms.Form):
    """Why it is nothing."""

    note = area(
        _("Why is it nothing?"),
        help_text=_("It counts as a false alarm of its kind, and stays with your name."),
        most=2000,
    )


class EscalateForm(forms.Form):
    """The incident that the alert becomes."""

    title = forms.CharField(label=_("The incident in a few words"), max_length=200)
    severity = forms.ChoiceField(label=_("How bad is it?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What kind of incident is it?"), widget=forms.RadioSelect)
    note = area(
        _("Why is it one?"),
        help_text=_("Stays with the alert. The incident says what was observed; the partner can read the incident."),
        most=2000,
    )

    def __init__(self, *args: Any, rulebook: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        incidents = rulebook.incidents
        offer(self, "severity", [(rule.key, Described(rule.label, rule.meaning)) for rule in incidents.severities])
        offer(self, "kind", [(item.key, item.label) for item in incidents.kinds])
