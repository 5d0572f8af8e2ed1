"""Forms of enforcement: facts, notice, conditions, and what is signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from portal.ui.forms import offer

Choices = list[tuple[str, Any]]


class UnlinkForm(forms.Form):
    """A fact that was linked by mistake, and why the case does not rest on it."""

    fact = forms.ChoiceField(label=_("Which fact?"), widget=forms.RadioSelect)
    reason = area(_("Why does the case not rest on it?"), most=2000, help_text=_("It stays on file with the case."))

    def __init__(self, *args: Any, facts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "fact", facts)


LIMITS = ("requests_per_day", "tokens_per_day", "seats")


def _limit(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=2**31 - 1, help_text=_("Left empty, it stays as it is.")
    )


class LinkForm(forms.Form):
    """What a case rests on, of what is on file about the institution."""

    facts = forms.MultipleChoiceField(
        label=_("What does the case rest on?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Listed is what is on file about this institution and not linked yet, the newest first."),
    )

    def __init__(self, *args: Any, facts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "facts", facts)


class NoticeForm(forms.Form):
    """What is proposed in an enforcement case."""

    measure = forms.ChoiceField(label=_("Measure"), widget=forms.RadioSelect)
    why_step = area(
        _("Why not the step that the ladder suggests?"),
        required=False,
        most=2000,
        help_text=_("Only where another step is chosen. The partner and the signatories read it."),
    )
    reasons = area(_("Why this measure?"), help_text=_("Which rule was broken, how grave it was, and what followed."))
    milder = area(
        _("Which milder steps were weighed, and why do they not suffice?"),
        required=False,
        help_text=_("For everything but a warning. Signatories sign it with the rest."),
    )
    closes = forms.MultipleChoiceField(
        label=_("What does a restriction close?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for a restriction; a suspension or removal reaches everything."),
    )
    limited = forms.MultipleChoiceField(
        label=_("Of which lines does a restriction lower the limits?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Access goes on within the limits that you set below for all of these lines."),
    )
    requests_per_day = _limit(_("Requests a day"))
    tokens_per_day = _limit(_("Tokens a day"))
    seats = _limit(_("People at once"))
    lifted_when = area(
        _("What must be true for it to be lifted?"),
        required=False,
        most=4000,
        help_text=_("One condition a line. Each is tracked, and confirmed by somebody else than who says it is met."),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("A restriction or suspension needs a last day; a removal without one is for good."),
    )

    def __init__(
        self, *args: Any, measures: Choices, suggested: str, closes: Choices, limited: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "measure", measures)
        self.fields["measure"].initial = suggested
        if closes:
            offer(self, "closes", closes)
        else:
            del self.fields["closes"]
        if limited:
            offer(self, "limited", limited)
        else:
            for name in ("limited", *LIMITS):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Lines and limits are named together, or neither."""
        said = super().clean() or {}
        lines, limits = said.get("limited"), any(said.get(name) for name in LIMITS)
        if lines and not limits:
            self.add_error("limited", _("Say which limits are lowered, and to what."))
        if limits and not lines:
            self.add_error("limited", _("Choose the lines whose limits are lowered."))
        return said


class _ConditionForm(forms.Form):
    condition = forms.ChoiceField(label=_("Condition"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, conditions: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "condition", conditions)


class MeetForm(_ConditionForm):
    """A condition that is met, how, and by what that is seen."""

    remark = area(_("How was it met?"), most=2000)
    evidence = forms.ChoiceField(label=_("Document that shows it"), required=False)

    def __init__(self, *args: Any, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if documents:
            offer(self, "evidence", [("", _("None")), *documents])
        else:
            del self.fields["evidence"]


class ConfirmConditionForm(_ConditionForm):
    """A condition that somebody else said to be met."""


class ReturnConditionForm(_ConditionForm):
    """A condition that is not met."""

    reason = area(_("What is missing?"), most=2000, help_text=_("The partner reads it."))
