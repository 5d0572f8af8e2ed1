"""Questions at the gate, asked by a person: the test console, and the page that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms.fields import plain_terms
from grants.models import Release
from grants.rules.facts import Question
from portal.core import clock
from portal.rulebook.schema import Rulebook
from portal.ui.forms import offer

_MOST = 10**15
Choices = Sequence[tuple[str, Any]]


class VolumeForm(forms.Form):
    """What both kinds of question have: use, class of data, and how much."""

    use_case = forms.ChoiceField(label=_("Use"))
    data_class = forms.ChoiceField(label=_("Class of data"), required=False)
    requests = forms.IntegerField(label=_("Requests today"), required=False, min_value=0, max_value=_MOST)
    tokens = forms.IntegerField(label=_("Tokens today"), required=False, min_value=0, max_value=_MOST)
    seats = forms.IntegerField(label=_("People at once"), required=False, min_value=0, max_value=_MOST)

    def __init__(self, *args: Any, book: Rulebook, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "use_case", plain_terms(book.scope.use_cases))
        offer(self, "data_class", plain_terms(book.scope.data_classes, _("Not named")))

    def with_volume(self, question: Question) -> Question:
        """The question with how much is asked for, 0 where nothing was said."""
        data = self.cleaned_data
        return replace(question, requests=data["requests"] or 0, tokens=data["tokens"] or 0, seats=data["seats"] or 0)


class ProviderQuestionForm(VolumeForm):
    """What a gateway of the provider would ask: names as it has them, known here or not."""

    subject_type = forms.ChoiceField(
        label=_("Who asks"),
        choices=(
            ("partner", _("A partner: its key or LEI")),
            ("person", _("A person: account or e-mail address")),
            ("workload", _("A workload: id of an environment")),
        ),
    )
    subject_id = forms.CharField(label=_("By what name"), max_length=300)
    release = forms.CharField(label=_("Release"), max_length=300, help_text=_("Its identifier at your gateway."))
    environment = forms.CharField(label=_("Environment"), max_length=300, required=False)
    field_order = ("subject_type", "subject_id", "use_case", "release", "environment", "data_class")

    def question(self, provider_id: UUID) -> Question:
        """The question of a valid form."""
        data = self.cleaned_data
        asked = Question(
            provider_id=provider_id,
            subject_type=data["subject_type"],
            subject_id=data["subject_id"].strip(),
            use_case=data["use_case"],
            release=data["release"].strip(),
            environment=data["environment"].strip(),
            data_class=data["data_class"],
            today=clock.today(),
        )
        return self.with_volume(asked)


class PartnerQuestionForm(VolumeForm):
    """What a provider's gateway would ask about the institution: chosen from what it has."""

    release = forms.ModelChoiceField(label=_("Release"), queryset=Release.objects.none(), empty_label=_("Choose one"))
    environment = forms.ChoiceField(label=_("Environment"), required=False)
    subject = forms.ChoiceField(label=_("Who asks"))
    field_order = ("release", "use_case", "environment", "data_class", "subject")

    def __init__(self, *args: Any, releases: Any, environments: Choices, subjects: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["release"]
        field.queryset = releases
        field.label_from_instance = lambda release: f"{release} ({release.provider})"
        offer(self, "environment", [("", _("Not named")), *environments])
        offer(self, "subject", subjects)

    def question(self) -> Question:
        """The question of a valid form. Its subject is one of the institution's own."""
        data = self.cleaned_data
        kind, _colon, name = data["subject"].partition(":")
        asked = Question(
            provider_id=data["release"].provider_id,
            subject_type=kind,
            subject_id=name,
            use_case=data["use_case"],
            release=data["release"].key,
            environment=data["environment"],
            data_class=data["data_class"],
            today=clock.today(),
        )
        return self.with_volume(asked)
