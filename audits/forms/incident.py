"""The form in which something that went wrong is reported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import FollowUp, Incident, Marking, Severity
from grants.models import Environment, GrantLine
from portal.core import clock
from portal.ui.forms import Described, offer, offer_rows

AUDIENCES = {
    "red": _("The institution and the authorities alone; everyone who looks is recorded."),
    "amber_strict": _("Oversight as well; everyone who looks is recorded."),
    "amber": _("The provider of the release as well, so that it can act."),
    "green": _("As before, and those who see it may tell others in the scheme."),
    "clear": _("Nothing in it needs protection."),
}
"""Who sees an incident with each marking, for whoever sets it."""
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
    harms = forms.MultipleChoiceField(
        label=_("Did any of this happen, or is it likely?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Some laws want a report about it within days or hours. Leave all open if none of it did."),
    )
    line: forms.ModelChoiceField[GrantLine] = forms.ModelChoiceField(
        label=_("Which line of a grant does it concern?"),
        queryset=None,
        required=False,
        empty_label=_("None, or not known"),
    )
    environment: forms.ModelChoiceField[Environment] = forms.ModelChoiceField(
        label=_("In which environment?"),
        queryset=None,
        required=False,
        empty_label=_("None, or not known"),
        help_text=_("Where you name a line, its environment is meant."),
    )

    def __init__(self, *args: Any, rulebook: Any, lines: Any, environments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        incidents = rulebook.incidents
        offer(self, "severity", [(rule.key, Described(rule.label, rule.meaning)) for rule in incidents.severities])
        offer(self, "kind", [(item.key, item.label) for item in incidents.kinds])
        offer(self, "harms", [(item.key, Described(item.label, item.meaning)) for item in incidents.harms])
        offer_rows(self, "line", lines)
        offer_rows(self, "environment", environments)


class FilingForm(forms.Form):
    """What is filed for a deadline. Where the recipient has no part in the portal, also when it was sent there."""

    text = area(_("What you file"), help_text=_("It goes to the recipient and onto the incident’s timeline."))
    sent_at = forms.DateTimeField(
        label=_("When was it sent?"),
        widget=MOMENT,
        help_text=_("Date and time in UTC. What follows is counted from it."),
    )

    def __init__(self, *args: Any, deadline: Any, external: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not external:
            del self.fields["sent_at"]
            return
        self.fields["text"].help_text = _(
            "A copy of what you sent. Name the recipient’s file number where there is one."
        )
        self.fields["sent_at"].initial = clock.now()


class SeverityForm(forms.Form):
    """Severity, which decides how fast, and harms, which decide what laws want a report, with a note."""

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    harms = forms.MultipleChoiceField(
        label=_("Harm that was done or is likely"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = area(_("Why this severity?"), most=2000)

    def __init__(self, *args: Any, rulebook: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "harms", [(item.key, Described(item.label, item.meaning)) for item in rulebook.incidents.harms])


class DuplicateForm(forms.Form):
    """Which incident it is the same as."""

    of: forms.ModelChoiceField[Incident] = forms.ModelChoiceField(
        label=_("Which incident is it the same as?"),
        queryset=None,
        empty_label=_("Choose one"),
        help_text=_("Listed are incidents of the same institution that are being worked on."),
    )

    def __init__(self, *args: Any, incidents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "of", incidents)


class MarkForm(forms.Form):
    """Who may see an incident, and the techniques of MITRE ATLAS seen in it."""

    marking = forms.ChoiceField(label=_("Who may see it?"), widget=forms.RadioSelect)
    techniques = forms.CharField(
        label=_("Techniques of MITRE ATLAS"),
        required=False,
        max_length=400,
        help_text=_("Identifiers with blanks between them, such as AML.T0051 AML.T0024.002."),
    )
    reason = area(_("Why?"), most=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "marking", [(key, Described(str(label), str(AUDIENCES[key]))) for key, label in Marking.choices])

    def clean_techniques(self) -> list[str]:
        return str(self.cleaned_data["techniques"]).replace(",", " ").upper().split()


class CloseForm(forms.Form):
    """Where the lessons go. They are shown above the form."""

    follow_up = forms.ChoiceField(
        label=_("What follows from the lessons?"),
        choices=FollowUp.choices,
        widget=forms.RadioSelect,
        help_text=_("What goes to an auditor waits on the page of each audit of the institution."),
    )
    note = area(_("Remark"), required=False, most=2000)
