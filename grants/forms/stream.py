"""Input about streams of signals."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PauseForm(forms.Form):
    """Why a stream is paused: its receiver reads it in the stream's status."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("The receiver reads it, and the record keeps it.")
    )
