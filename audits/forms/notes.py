"""Form of a working note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import Check
from portal.ui.forms import offer_rows


class WorkingNoteForm(forms.Form):
    """A note, on one control or on the audit as a whole."""

    tested: forms.ModelChoiceField[Check] = forms.ModelChoiceField(
        label=_("About which control?"), queryset=None, required=False, empty_label=_("The audit as a whole")
    )
    text = area(_("Note"), help_text=_("Only the auditors of this audit read it. It is no part of the report."))

    def __init__(self, *args: Any, checks: QuerySet[Check], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "tested", checks)
        self.fields["tested"].label_from_instance = lambda row: str(row.control)  # type: ignore[attr-defined]
