"""Forms about evidence: what an auditor asks for, and what the partner answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import Check, SampledWindow
from partners.forms.evidence import FILE_HINT, MEANINGS
from partners.inspection import ACCEPT
from partners.models import Evidence
from portal.ui.forms import Described, offer, offer_rows


class AskForm(forms.Form):
    """What the partner is asked to show: about one control, about one window that was drawn, or about the whole."""

    title = forms.CharField(label=_("What do you need?"), help_text=_("In a few words."), max_length=200)
    text = area(
        _("What exactly should it show?"),
        help_text=_("Name the document, the setting or the record, and the period. The partner reads this."),
    )
    tested: forms.ModelChoiceField[Check] = forms.ModelChoiceField(
        label=_("About which control?"), queryset=None, required=False, empty_label=_("No single control")
    )
    window: forms.ModelChoiceField[SampledWindow] = forms.ModelChoiceField(
        label=_("About which window of use?"), queryset=None, required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, checks: QuerySet[Check], windows: QuerySet[SampledWindow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "tested", checks)
        offer_rows(self, "window", windows)
        self.fields["tested"].label_from_instance = lambda row: str(row.control)  # type: ignore[attr-defined]
        if not windows:
            del self.fields["window"]
            return
        self.fields["window"].label_from_instance = _window  # type: ignore[attr-defined]


def _window(row: SampledWindow) -> str:
    return f"{row.place}. {row.started_at:%-d %b %Y %H:%M} UTC · {row.event_id}"


class MoreTimeForm(forms.Form):
    """Another day for an answer."""

    due = forms.DateField(label=_("New day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = area(_("Why?"), help_text=_("The partner reads this."), most=2000)


class RemarkForm(forms.Form):
    """What is missing in an answer."""

    remark = area(_("What is missing?"), help_text=_("The partner reads this and answers again."))


class DocumentChoice(forms.ModelMultipleChoiceField):
    """Documents with their day; those that were uploaded for this request say so."""

    def label_from_instance(self, obj: Any) -> str:
        hint = f"{obj.uploaded_at:%-d %b %Y} · {obj.get_marking_display()}"
        if obj.about:
            hint = f"{_('Uploaded for this request')} · {hint}"
        return Described(obj.name, hint)


class EvidenceAnswerForm(forms.Form):
    """The partner's answer. The file is added first; it stands among the documents then, ticked."""

    text = area(
        _("Your answer"),
        help_text=_("Say where the auditor finds what was asked for, or why you cannot show it."),
    )
    documents = DocumentChoice(
        label=_("Documents that show it"),
        queryset=Evidence.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    upload = forms.FileField(
        label=_("Add another document"),
        help_text=FILE_HINT,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        max_length=1000,
        allow_empty_file=True,
        required=False,
    )
    marking = forms.ChoiceField(
        label=_("Who may read the added document (Traffic Light Protocol 2.0)"),
        widget=forms.Select,
        initial=Evidence.Marking.AMBER,
        required=False,
    )

    def __init__(self, *args: Any, documents: QuerySet[Evidence], adding: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "documents", documents)
        offer(self, "marking", [(key, f"{label}: {MEANINGS[key]}") for key, label in Evidence.Marking.choices])
        if adding:
            self.fields["text"].required = False
            self.fields["upload"].required = True

    @property
    def chosen(self) -> list[UUID]:
        """The documents ticked."""
        return [item.pk for item in self.cleaned_data.get("documents", ())]
