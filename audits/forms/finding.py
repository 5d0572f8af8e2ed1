"""Forms of deeds on findings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import Control, Incident, Severity
from portal.ui.forms import offer, offer_rows


class FindingForm(forms.Form):
    """A finding as it is recorded."""

    control: forms.ModelChoiceField[Control] = forms.ModelChoiceField(
        label=_("Control"), queryset=None, required=False, empty_label=_("No single control")
    )
    incident: forms.ModelChoiceField[Incident] = forms.ModelChoiceField(
        label=_("Lesson of an incident"), queryset=None, required=False, empty_label=_("No incident")
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("In a few words"), max_length=200)
    description = area(_("What was found"), help_text=_("What was promised, what is the case, and how you know."))

    def __init__(self, *args: Any, controls: Any, incidents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "control", controls)
        offer_rows(self, "incident", incidents)


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
        help_text=_("Name the settings or logs in which an auditor can see it."),
    )
    documents = forms.MultipleChoiceField(
        label=_("Which documents show it?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("From your institution’s library. Upload others there first."),
    )

    def __init__(self, *args: Any, documents: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if documents:
            offer(self, "documents", documents)
        else:
            del self.fields["documents"]


class TestForm(forms.Form):
    """A test of a remedy that it passed."""

    method = area(_("How did you test it, and what did you see?"), most=4000)


class FailedTestForm(forms.Form):
    """A test of a remedy that it did not pass."""

    reason = area(
        _("How did you test it, and what is still missing?"), help_text=_("The partner reads this."), most=4000
    )


class ProposeAcceptanceForm(forms.Form):
    """Proposing to accept the risk of a finding until a day."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = area(_("Why can the risk be borne until then?"), most=2000)
    safeguards = area(_("What holds meanwhile?"), required=False, most=2000)


class SignAcceptanceForm(forms.Form):
    """A signature, bound to what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class RefuseAcceptanceForm(SignAcceptanceForm):
    """A refusal, with its reason."""

    reason = area(_("Why do you refuse?"), most=2000)


class ExtendForm(forms.Form):
    """More time to put a finding right."""

    until = forms.DateField(label=_("To be put right by"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = area(_("Why?"), help_text=_("Everybody concerned can read this."), most=2000)
