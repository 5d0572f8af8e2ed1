"""Forms of an institution on its environments: what it is, and what is attested about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.models import Attestation, StatementCatalogue
from grants.queries.statement import Group, Stated
from partners.forms.evidence import FILE_HINT, MEANINGS
from partners.inspection import ACCEPT
from partners.models import Evidence
from portal.accounts.models.organisation import jurisdiction_choices
from portal.ui.forms import Described, offer, offer_rows


class EnvironmentForm(forms.Form):
    """A place where models are used."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Such as “Fjell lab”."))
    key = forms.RegexField(
        label=_("Identifier at the gateway"),
        regex=r"^[a-z0-9][a-z0-9._-]{0,79}\Z",
        help_text=_(
            "Lower-case letters, digits, dots and hyphens, such as fjell-lab. Gateways name it in their questions."
        ),
        error_messages={"invalid": _("Use lower-case letters, digits, dots, hyphens and underscores only.")},
    )
    country = forms.ChoiceField(label=_("Country where it runs"))
    owner = forms.CharField(label=_("Who answers for it"), max_length=150, help_text=_("Function or name."))
    description = forms.CharField(label=_("Description"), max_length=4000, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "country", [("", _("Choose a country")), *jurisdiction_choices()])


class ChangeForm(EnvironmentForm):
    """The same for one that is there: what gateways call it stays."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["key"]


MEANS: dict[str, Any] = {
    Attestation.Value.MET: _("It is so, and you say how."),
    Attestation.Value.EXCEEDS: _("More is done than the statement asks."),
    Attestation.Value.NOT_MET: _("It is not so, or only in part."),
}
"""What each answer means."""


class SafeguardsForm(forms.Form):
    """One answer for each group of the scheme's own statements: it holds for every statement of the group."""

    def __init__(self, *args: Any, groups: Sequence[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.groups = groups
        for group in groups:
            value, note = shared(group.rows)
            self.fields[f"value_{group.key}"] = forms.ChoiceField(
                label=group.title,
                choices=Attestation.Value.choices,
                widget=forms.RadioSelect,
                initial=value,
                required=False,
            )
            self.fields[f"note_{group.key}"] = forms.CharField(
                label=_("How “%(name)s” is met") % {"name": group.title},
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=note,
            )

    @property
    def values(self) -> dict[str, tuple[str, str]]:
        """Group → (value, how), for those that have one."""
        data = self.cleaned_data
        pairs = {group.key: (data[f"value_{group.key}"], data[f"note_{group.key}"]) for group in self.groups}
        return {key: pair for key, pair in pairs.items() if pair[0]}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.get(f"value_{group.key}") for group in self.groups):
            self.add_error(None, _("Answer for at least one safeguard."))
        for group in self.groups:
            if cleaned.get(f"value_{group.key}") in ("met", "exceeds") and not cleaned.get(f"note_{group.key}"):
                self.add_error(f"note_{group.key}", _("Say how it is met."))
        return cleaned


def shared(rows: Iterable[Stated]) -> tuple[str | None, str]:
    """The answer that all of these statements have, or nothing where they differ."""
    answers = {(row.value, row.attestation.note if row.attestation else "") for row in rows}
    value, note = answers.pop() if len(answers) == 1 else ("", "")
    return value or None, note


class DocumentChoice(forms.ModelMultipleChoiceField):
    """Documents with their day."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.uploaded_at:%-d %b %Y})"


class StatementsForm(forms.Form):
    """One answer for the statements that are ticked."""

    statements = forms.MultipleChoiceField(
        label=_("Statements that you answer now"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the statements that you answer.")},
    )
    value = forms.ChoiceField(label=_("Your answer for those ticked"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("How"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is in place, who looks after it, and how one can see that it works."),
    )  # fmt: skip
    documents = DocumentChoice(
        label=_("Documents that show it"),
        queryset=Evidence.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, rows: Sequence[Stated], documents: QuerySet[Evidence], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [
            (row.statement.identifier, Described(f"{row.statement.identifier} · {row.statement.text}", said(row)))
            for row in rows
        ]
        offer(self, "statements", choices)
        offer(self, "value", [(key, Described(str(Attestation.Value(key).label), MEANS[key])) for key in MEANS])
        offer_rows(self, "documents", documents)
        if not documents:
            del self.fields["documents"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("value") in ("met", "exceeds") and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say how it is met."))
        return cleaned

    @property
    def chosen(self) -> frozenset[UUID]:
        """The documents ticked."""
        return frozenset(item.pk for item in self.cleaned_data.get("documents", ()))


def said(row: Stated) -> str:
    """What is answered so far, in a few words."""
    importance = str(row.statement.get_importance_display())
    if row.attestation is None:
        return f"{importance} · {_('not answered')}"
    return f"{importance} · {row.attestation.get_value_display()} · {row.attestation.note[:120]}"


class DocumentForm(forms.Form):
    """A document for the attestations of an environment."""

    upload = forms.FileField(
        label=_("File"), help_text=FILE_HINT, widget=forms.FileInput(attrs={"accept": ACCEPT}), max_length=1000,
        allow_empty_file=True,
    )  # fmt: skip
    marking = forms.ChoiceField(
        label=_("Who may read it (Traffic Light Protocol 2.0)"),
        choices=[(key, Described(str(label), MEANINGS[key])) for key, label in Evidence.Marking.choices],
        widget=forms.RadioSelect,
        initial=Evidence.Marking.AMBER,
    )


class AdoptForm(forms.Form):
    """Another catalogue to answer."""

    catalogue = forms.ModelChoiceField(
        label=_("Catalogue"), queryset=StatementCatalogue.objects.none(), empty_label=_("Choose a catalogue")
    )

    def __init__(self, *args: Any, catalogues: QuerySet[StatementCatalogue], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, "catalogue", catalogues)
