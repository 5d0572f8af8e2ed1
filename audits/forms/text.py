"""Forms of deeds that need words, a choice or a day, and nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.papers import PapersForm
from portal.accounts.models import User
from portal.ui.forms import offer, offer_rows

LONG = 6000


def area(label: Any, *, help_text: Any = "", required: bool = True, most: int = LONG) -> forms.CharField:
    """A field for several lines."""
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": 6})
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page says what happens, the button does it."""


class ReasonForm(forms.Form):
    """A deed that takes a reason."""

    reason = area(_("Why?"), help_text=_("Everybody concerned can read this."), most=2000)


class ResponseForm(forms.Form):
    """The partner's response to a report."""

    response = area(
        _("Your response to the report"),
        help_text=_("It is kept with the report, word for word. You can respond once."),
    )


class NoteForm(forms.Form):
    """A remark that may be left out."""

    note = area(_("Remark"), required=False, most=2000)


class SummaryForm(forms.Form):
    """The report of an audit."""

    summary = area(
        _("Report"),
        help_text=_("What was looked at, what holds, what does not. Results and findings are attached by themselves."),
        most=20_000,
    )


class RescheduleForm(forms.Form):
    """Another day for an audit."""

    planned_for = forms.DateField(label=_("New day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = area(_("Why?"), most=2000)


class AuditorForm(forms.Form):
    """Who audits. Only people who had no part in the institution's case are offered."""

    auditor: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label=_("Auditor"),
        queryset=None,
        empty_label=_("Choose one"),
        help_text=_("Listed are auditors of your authority who had no part in the case of this institution."),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "auditor", people)


class ResolveForm(forms.Form):
    """Cause and lessons of an incident."""

    cause = area(_("What was the cause?"))
    lessons = area(_("What was learned?"), help_text=_("What changes, so that it does not happen again."))


class SuspendForm(forms.Form):
    """Stopping all access of a partner."""

    reason = area(_("Why at once?"), most=2000)
    lifted_when = area(_("What must be true before it is lifted?"), most=2000)


class FactsForm(forms.Form):
    """The facts of an enforcement case."""

    facts = area(_("Facts"), help_text=_("What happened, and how it is known. Link nothing that is not on file."))


class AnswerForm(PapersForm):
    """The partner's answer to a notice."""

    answer = area(_("Your side"), help_text=_("It goes to the signatories, word for word. You can answer once."))


class SignForm(forms.Form):
    """A signature, bound to what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class AppealForm(PapersForm):
    """An appeal: a ground that the rulebook opens, and the partner's words."""

    ground = forms.ChoiceField(label=_("On what ground?"), widget=forms.RadioSelect)
    statement = area(_("What should be looked at again, and why?"))

    def __init__(self, *args: Any, grounds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "ground", grounds)


class UpdateForm(forms.Form):
    """News on an incident."""

    text = area(_("What is new?"))
