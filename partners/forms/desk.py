"""Forms of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Application, Recommendation, SectionAssessment
from portal.accounts.models import User
from portal.rulebook.schema import Rulebook
from portal.ui.forms import Described, offer


def _text(label: Any, *, rows: int = 5, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}), max_length=4000, required=required
    )


class TierForm(forms.Form):
    """The tier of a case."""

    tier = forms.ChoiceField(label=_("Tier"), widget=forms.RadioSelect)
    reason = _text(
        _("Reason"), rows=3, required=False, hint=_("Needed where you choose another tier than the suggested one.")
    )

    def __init__(self, *args: Any, rules: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Application.Tier.choices)
        offer(self, "tier", [(item.key, Described(str(labels[item.key]), item.meaning)) for item in rules.risk.tiers])


class ReviewerForm(forms.Form):
    """Who is to review the case. `reviewer` is the account."""

    reviewer = forms.ChoiceField(label=_("Reviewer"))

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        offer(self, "reviewer", [("", _("Choose a person")), *((key, str(who)) for key, who in self.people.items())])

    def clean_reviewer(self) -> User:
        return self.people[self.cleaned_data["reviewer"]]


class ConflictForm(forms.Form):
    """Whether there is a conflict of interest."""

    conflict = forms.ChoiceField(
        label=_("Do you have a conflict of interest?"),
        help_text=_(
            "You work or worked for this institution, its owners or a competitor; you or someone close to you gains or "
            "loses by the decision; or you would not judge freely for another reason."
        ),
        widget=forms.RadioSelect,
        choices=[
            ("no", _("No, I have none")),
            ("yes", Described(str(_("Yes")), str(_("You will no longer see this case; someone else takes over.")))),
        ],
    )
    detail = _text(
        _("What is it?"), rows=3, required=False, hint=_("A few words; only people of authorities read them.")
    )


class AssessForm(forms.Form):
    """The assessment of one section."""

    outcome = forms.ChoiceField(
        label=_("Assessment"), widget=forms.RadioSelect, choices=SectionAssessment.Outcome.choices
    )
    note = _text(
        _("Note for colleagues"),
        required=False,
        hint=_("Needed for “partly met” and “not met”. The institution does not read it."),
    )


class AskForm(forms.Form):
    """A question to the institution."""

    section = forms.ChoiceField(
        label=_("Which section is it about?"), help_text=_("Only this section opens for changes.")
    )
    text = _text(_("Your question"), hint=_("The institution reads it as you write it."))

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "section", [("", _("Choose a section")), *sections])


class RecommendForm(forms.Form):
    """A recommendation."""

    outcome = forms.ChoiceField(
        label=_("What do you recommend?"), widget=forms.RadioSelect, choices=Recommendation.Outcome.choices
    )
    text = _text(_("Reasons"), rows=8, hint=_("Signatories read this first."))


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = _text(_("Reason"), rows=4)


class ConfirmForm(forms.Form):
    """Nothing but a button."""


class SignForm(forms.Form):
    """A signature under what the page shows."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    read = forms.BooleanField(
        label=_("I have read what is shown on this page and sign it for my authority"),
        error_messages={"required": _("Confirm that you have read it.")},
    )
    note = _text(_("Remark"), rows=3, required=False, hint=_("Kept with your signature."))


class RefuseForm(forms.Form):
    """A refusal with reasons from the rulebook."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reasons = forms.MultipleChoiceField(
        label=_("Why do you refuse?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    note = _text(_("Explain it to the institution"), rows=6, hint=_("This goes into the letter of refusal."))

    def __init__(self, *args: Any, rules: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "reasons",
            [
                (item.key, Described(item.label, item.meaning) if item.meaning else item.label)
                for item in rules.refusals.application
            ],
        )
