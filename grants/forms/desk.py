"""Forms of the desk: declaring, assigning, reviewing, signing, holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.forms.fields import LinesField, plain_terms
from grants.models import LineReview, RequestLine
from portal.accounts.models import User
from portal.rulebook.schema import Rulebook
from portal.ui.forms import offer, offer_rows

NO_CONFLICT, CONFLICT = "no", "yes"


class DeclareForm(forms.Form):
    """A declaration on interests."""

    conflict = forms.ChoiceField(
        label=_("Do you have a conflict of interest in this case?"),
        choices=[(NO_CONFLICT, _("No")), (CONFLICT, _("Yes: I will no longer see the case"))],
        widget=forms.RadioSelect,
    )
    explanation = forms.CharField(
        label=_("What the conflict is"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class AssignForm(forms.Form):
    """A reviewer of the authority."""

    reviewer = forms.ModelChoiceField(
        label=_("Reviewer"), queryset=User.objects.none(), empty_label=_("Choose a person")
    )

    def __init__(self, *args: Any, reviewers: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "reviewer", reviewers)


class ReviewForm(forms.Form):
    """The review of one line."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=LineReview.Outcome.choices, widget=forms.RadioSelect)
    requests_per_day = forms.IntegerField(label=_("Requests a day, if narrowed"), min_value=1, required=False)
    tokens_per_day = forms.IntegerField(label=_("Tokens a day, if narrowed"), min_value=1, required=False)
    seats = forms.IntegerField(label=_("People at once, if narrowed"), min_value=1, required=False)
    ends_on = forms.DateField(label=_("Last day, if narrowed"), required=False)
    conditions = LinesField(label=_("Conditions"), help_text=_("One on each line. They are part of the agreement."))
    obligations = forms.MultipleChoiceField(
        label=_("What the gateway applies to every request"), required=False, widget=forms.CheckboxSelectMultiple
    )
    stops_at_limit = forms.BooleanField(
        label=_("Deny for the rest of the day once a day’s limit is used up"),
        help_text=_("By what gateways report. Otherwise everybody concerned is only told."),
        required=False,
    )
    reason_code = forms.ChoiceField(label=_("Reason, if refused"), required=False)
    reason = forms.CharField(
        label=_("In words, for the institution"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, book: Rulebook, line: RequestLine, **options: Any) -> None:
        initial = {name: getattr(line, name) for name in ("requests_per_day", "tokens_per_day", "seats", "ends_on")}
        options["initial"] = {**initial, **options.get("initial", {})}
        super().__init__(*args, **options)
        offer(self, "obligations", plain_terms(book.scope.safeguards))
        reasons = plain_terms(book.refusals.grant_line, _("Not refused"))
        offer(self, "reason_code", reasons)


class AskForm(forms.Form):
    """A question to the institution."""

    question = forms.CharField(label=_("Your question"), max_length=3000, widget=forms.Textarea)


class ExtendForm(forms.Form):
    """More time for providers."""

    working_days = forms.IntegerField(label=_("Working days from today"), min_value=1, max_value=60)
    reason = forms.CharField(label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class SignForm(forms.Form):
    """Signing what was read. `seen` is the digest of it."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decision = forms.ChoiceField(
        label=_("Your decision for your authority"),
        choices=[("sign", _("I sign")), ("refuse", _("I refuse: the case goes back to review"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason, where you refuse"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class HoldForm(forms.Form):
    """Placing an emergency hold."""

    reason = forms.CharField(
        label=_("Why access must stop now"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_("The partner reads this."),
    )
    lifted_when = forms.CharField(
        label=_("What has to happen for it to be lifted"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    incident = forms.CharField(
        label=_("Incident"), max_length=20, required=False, help_text=_("Its reference, such as I-2026-0088.")
    )


class NoteForm(forms.Form):
    """A note that goes into the record."""

    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
