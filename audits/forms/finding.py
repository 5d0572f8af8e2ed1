"""Forms of deeds on findings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import Control, Severity
from portal.ui.forms import offer_rows


class FindingForm(forms.Form):
    """A finding as it is recorded."""

    control: forms.ModelChoiceField[Control] = forms.ModelChoiceField(
        label=_("Control"), queryset=None, required=False, empty_label=_("No single control")
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("In a few words"), max_length=200)
    description = area(_("What was found"), help_text=_("What was promised, what is the case, and how you know."))

    def __init__(self, *args: Any, controls: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "control", controls)


class PlanForm(forms.Form):
    """The plan to put a finding right."""

    plan = area(
        _("How will you put it right?"),
        help_text=_("Say what will be done, by whom and by when. An auditor agrees to the plan or asks for another."),
    )


class RemediationForm(forms.Form):
    """What was done about a finding."""

    remediation = area(
        _("What was done, and what shows it?"),
        help_text=_("Name the documents, settings or logs in which an auditor can see it."),
    )


class AcceptRiskForm(forms.Form):
    """Accepting the risk of a finding until a day."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = area(_("Why can the risk be borne until then?"), most=2000)


class ExtendForm(forms.Form):
    """More time to put a finding right."""

    until = forms.DateField(label=_("To be put right by"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = area(_("Why?"), help_text=_("Everybody concerned can read this."), most=2000)
