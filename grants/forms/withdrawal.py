"""The form on which a provider withdraws its consent to a line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms.fields import plain_terms
from portal.rulebook.schema import Rulebook
from portal.ui.forms import offer


class WithdrawForm(forms.Form):
    """Why consent is withdrawn. The institution and the authority read both."""

    reason_code = forms.ChoiceField(label=_("Why you withdraw your consent"))
    reason = forms.CharField(
        label=_("In words"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The institution and the authority read this."),
    )

    def __init__(self, *args: Any, book: Rulebook, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "reason_code", plain_terms(book.consent.decline_reasons, _("Choose a reason")))
