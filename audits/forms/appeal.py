"""Forms of appeals: what a partner lodges, and what a panel decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import AppealForm, area
from audits.models import Outcome
from portal.ui.forms import offer


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=False, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"})
    )


class LodgeForm(AppealForm):
    """An appeal, and whether the partner asks for a stay."""

    stay_asked = forms.BooleanField(
        label=_("We ask that the decision has no effect while the appeal is heard"), required=False
    )


class StatementForm(forms.Form):
    """What a side says."""

    text = area(_("Statement"), help_text=_("The panel and the other side read it, word for word."))


class StayForm(forms.Form):
    """Letting access go on meanwhile."""

    reasons = area(_("Why?"), help_text=_("Both sides read this."), most=2000)
    until = _day(_("Until"), _("The last day of the stay. Left empty, it lasts until the panel has decided."))


class NoStayForm(forms.Form):
    """Leaving the decision in effect meanwhile."""

    reasons = area(_("Why?"), help_text=_("Both sides read this."), most=2000)


class HearingForm(forms.Form):
    """When and where both sides are heard."""

    at = forms.DateTimeField(
        label=_("When (UTC)"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    place = forms.CharField(label=_("Where, or the link of the call"), max_length=300)


class HearingNoteForm(forms.Form):
    """What was said at a hearing."""

    text = area(_("What was said"), help_text=_("Both sides can read it. To correct a note, write another one."))


class DraftForm(forms.Form):
    """A decision as a member of the panel drafts it."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    reasons = area(_("Reasons"), help_text=_("Both sides read them, word for word."), most=20_000)
    measure = forms.ChoiceField(label=_("Which measure instead?"), required=False)
    until = _day(_("Until"), _("Only where the decision is varied: the last day of the measure."))
    lifted_when = area(_("What must be true for it to be lifted?"), required=False, most=2000)
    published_text = area(
        _("Text for publication"),
        help_text=_("Everybody can read it. Name no institution, no person, no model or release, no reference."),
        most=10_000,
    )

    def __init__(self, *args: Any, measures: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "measure", [("", _("None: the decision is not varied")), *measures])
        if not measures:
            self.fields["outcome"].choices = [  # type: ignore[attr-defined]
                one for one in Outcome.choices if one[0] != Outcome.VARY
            ]


class VoteForm(forms.Form):
    """A vote, bound to what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    outcome = forms.ChoiceField(label=_("Your vote"), choices=Outcome.choices, widget=forms.RadioSelect)
    opinion = area(_("Your opinion"), required=False, help_text=_("Needed where you see it differently."), most=4000)
