"""Forms of an institution: a request, its lines, an answer, an environment, an agreement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.forms.fields import DeclarationsForm, plain_terms, terms
from grants.models import Environment, Release
from portal.core import clock
from portal.rulebook.schema import Limits, Rulebook
from portal.ui.forms import offer, offer_rows


class RequestForm(forms.Form):
    """What the request is called, and what for."""

    title = forms.CharField(label=_("Title of the request"), max_length=150, help_text=_("Such as “Red-teaming 2027”."))
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=6000,
        widget=forms.Textarea,
        help_text=_("What the whole of it is for, in a few sentences. Each use has an evaluation plan of its own."),
    )


class ReleaseChoice(forms.ModelChoiceField):
    """Releases with their provider."""

    def label_from_instance(self, obj: Release) -> str:
        announced = f" ({obj.state_label})" if obj.state == "announced" else ""
        return f"{obj.model.name} {obj.version} · {obj.provider.name}{announced}"


class LineForm(forms.Form):
    """One line of scope, in the words of the rulebook."""

    release = ReleaseChoice(
        label=_("Model release"), queryset=Release.objects.none(), empty_label=_("Choose a release")
    )
    use_case = forms.ChoiceField(label=_("Use"), widget=forms.RadioSelect)
    environment = forms.ModelChoiceField(
        label=_("Environment"), queryset=Environment.objects.none(), empty_label=_("Choose an environment")
    )
    data_class = forms.ChoiceField(label=_("Most sensitive class of data"), widget=forms.RadioSelect)
    access_route = forms.ChoiceField(label=_("Access route"))
    requests_per_day = forms.IntegerField(label=_("Requests a day"), min_value=1, max_value=2_000_000_000)
    tokens_per_day = forms.IntegerField(label=_("Tokens a day"), min_value=1, max_value=10**12)
    seats = forms.IntegerField(label=_("People at once"), min_value=1, max_value=100_000)
    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(label=_("Last day"))
    justification = forms.CharField(
        label=_("Why this line is needed"), max_length=2000, required=False, widget=forms.Textarea
    )

    def __init__(
        self,
        *args: Any,
        book: Rulebook,
        limits: Limits,
        releases: QuerySet[Release],
        environments: QuerySet[Environment],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "release", releases)
        offer_rows(self, "environment", environments)
        offer(self, "use_case", terms(book.scope.use_cases))
        offer(self, "data_class", terms(book.scope.data_classes))
        offer(self, "access_route", plain_terms(book.scope.access_routes))
        most = _("At most %(most)s in your risk tier.")
        self.fields["requests_per_day"].help_text = most % {"most": f"{limits.requests_per_day:,}"}
        self.fields["tokens_per_day"].help_text = most % {"most": f"{limits.tokens_per_day:,}"}
        self.fields["seats"].help_text = most % {"most": limits.seats}
        self.fields["ends_on"].help_text = _("At most %(days)s days after the first.") % {"days": limits.max_days}
        self.fields["starts_on"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The last day is before the first day."))
        return cleaned


class AnswerForm(forms.Form):
    """An answer to the authority's question."""

    answer = forms.CharField(label=_("Your answer"), max_length=6000, widget=forms.Textarea)


class AgreementForm(DeclarationsForm):
    """Accepting the agreement in the name of the institution."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
