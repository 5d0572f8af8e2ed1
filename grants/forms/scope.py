"""Forms of the scope builder, of one line's terms, and of an evaluation plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.forms.fields import plain_terms
from grants.forms.request import ReleaseChoice
from grants.models import Environment, Release
from grants.rules.plan import LONGEST
from partners.models import Person
from portal.rulebook.schema import Limits, Rulebook
from portal.ui.forms import offer, offer_rows


class ReleasesChoice(forms.ModelMultipleChoiceField):
    """Several releases, with their provider."""

    widget = forms.CheckboxSelectMultiple
    label_from_instance = ReleaseChoice.label_from_instance


class EnvironmentsChoice(forms.ModelMultipleChoiceField):
    """Several environments, with their state where nothing can run in them yet."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Environment) -> str:
        return obj.name if obj.state == "accredited" else f"{obj.name} ({obj.state_label})"


class PeopleChoice(forms.ModelMultipleChoiceField):
    """People whom the institution has named for access."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} · {obj.position}" if obj.position else obj.name


class ChoicesForm(forms.Form):
    """What the matrix is made of. Nothing has to be chosen: the page says what is missing."""

    release = ReleasesChoice(label=_("Model releases"), queryset=Release.objects.none(), required=False)
    use_case = forms.MultipleChoiceField(label=_("Uses"), widget=forms.CheckboxSelectMultiple, required=False)
    environment = EnvironmentsChoice(label=_("Environments"), queryset=Environment.objects.none(), required=False)
    data_class = forms.MultipleChoiceField(
        label=_("Classes of data"), widget=forms.CheckboxSelectMultiple, required=False
    )
    access_route = forms.ChoiceField(label=_("Access route"), required=False)

    def __init__(
        self, *args: Any, book: Rulebook, releases: QuerySet[Release], environments: QuerySet[Environment],
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        offer_rows(self, "release", releases)
        offer_rows(self, "environment", environments)
        offer(self, "use_case", [(item.key, item.label) for item in book.scope.use_cases])
        offer(self, "data_class", [(item.key, item.label) for item in book.scope.data_classes])
        offer(self, "access_route", plain_terms(book.scope.access_routes))


class TermsForm(forms.Form):
    """Limits, dates, reason and people: of one line, or of all lines that are ticked."""

    requests_per_day = forms.IntegerField(label=_("Requests a day"), min_value=1, max_value=2_000_000_000)
    tokens_per_day = forms.IntegerField(label=_("Tokens a day"), min_value=1, max_value=10**12)
    seats = forms.IntegerField(label=_("People at once"), min_value=1, max_value=100_000)
    starts_on = forms.DateField(label=_("First day"), help_text=_("Nothing is permitted before it."))
    ends_on = forms.DateField(label=_("Last day"))
    justification = forms.CharField(
        label=_("Why this is needed"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    people = PeopleChoice(
        label=_("Only these people"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_(
            "Name those who are to use it. With nobody named, everybody whom you have named for access and who is "
            "cleared may use it."
        ),
    )

    def __init__(self, *args: Any, limits: Limits, people: QuerySet[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "people", people)
        most = _("At most %(most)s in your risk tier.")
        self.fields["requests_per_day"].help_text = most % {"most": f"{limits.requests_per_day:,}"}
        self.fields["tokens_per_day"].help_text = most % {"most": f"{limits.tokens_per_day:,}"}
        self.fields["seats"].help_text = most % {"most": limits.seats}
        self.fields["ends_on"].help_text = _("At most %(days)s days, the first and the last included.") % {
            "days": limits.max_days
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The last day is before the first day."))
        return cleaned


class PlanForm(forms.Form):
    """One text for each part of a plan. It may be saved before it is whole."""

    def __init__(self, *args: Any, parts: Iterable[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        for item in parts:
            self.fields[item.key] = forms.CharField(
                label=item.label,
                help_text=item.meaning,
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
