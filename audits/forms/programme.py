"""Forms of the programme: an audit planned by hand, and what its sample is drawn from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import Audit, Catalogue
from partners.models import Qualification
from portal.ui.forms import offer_rows


class PlanAuditForm(forms.Form):
    """An audit for cause, or a follow-up. The institution is named by its qualification, which is on every letter."""

    qualification = forms.CharField(
        label=_("Qualification"), max_length=20, help_text=_("Its reference, such as Q-2026-0001.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (Audit.Kind.CAUSE, Audit.Kind.FOLLOW_UP)],
        widget=forms.RadioSelect,
        initial=Audit.Kind.CAUSE.value,
    )
    planned_for = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    mode = forms.ChoiceField(
        label=_("How"), choices=Audit.Mode.choices, widget=forms.RadioSelect, initial=Audit.Mode.DESK.value
    )
    unannounced = forms.BooleanField(
        label=_("Unannounced"),
        required=False,
        help_text=_("The institution learns of it when fieldwork begins, and of the reason then too."),
    )
    reason = area(_("Why?"), help_text=_("The institution can read this once it knows of the audit."), most=2000)

    def __init__(self, *args: Any, qualifications: QuerySet[Qualification], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._qualifications = qualifications

    def clean_qualification(self) -> Qualification:
        """The live qualification of that reference, of the officer's own authority."""
        text = self.cleaned_data["qualification"].strip()
        found = self._qualifications.filter(reference__iexact=text).first()
        if found is None:
            raise forms.ValidationError(_("Your authority has no qualified institution under this reference."))
        return found


class SampleForm(forms.Form):
    """From which catalogue, and how many controls."""

    catalogue: forms.ModelChoiceField[Catalogue] = forms.ModelChoiceField(
        label=_("Catalogue"), queryset=None, empty_label=_("Choose one")
    )
    count = forms.IntegerField(label=_("Controls to be drawn"), min_value=1, max_value=20_000)
    reason = area(_("Why?"), most=2000)

    def __init__(self, *args: Any, catalogues: QuerySet[Catalogue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "catalogue", catalogues)
