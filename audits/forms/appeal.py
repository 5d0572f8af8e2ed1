"""Forms of appeals: what a partner lodges, and what a panel decides."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.papers import PapersForm
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

    def __init__(self, *args: Any, can_be_stayed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_be_stayed:
            del self.fields["stay_asked"]


class StatementForm(PapersForm):
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
    """When and where both sides are heard: the time is by the clock of the zone that is chosen with it."""

    at = forms.DateTimeField(
        label=_("When, by the clock there"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Everybody called is told the time there and in UTC."))
    place = forms.CharField(label=_("Where, or the link of the call"), max_length=300)

    def __init__(self, *args: Any, zones: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "zone", [(zone, zone.replace("_", " ")) for zone in zones])

    def clean(self) -> dict[str, Any]:
        """The moment that the clock there shows so. Where clocks change, an hour is there twice or not at all."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("at") and said.get("zone"):
            shown, there = said["at"].replace(tzinfo=None), ZoneInfo(said["zone"])
            first, second = (shown.replace(tzinfo=there, fold=fold) for fold in (0, 1))
            if first.utcoffset() != second.utcoffset():
                self.add_error("at", _("Clocks change there in that hour. Choose another time, or the zone UTC."))
            said["at"] = first.astimezone(UTC)
        return said


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
