"""The name of a saved view."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.dashboards.models.saved_view import NAME_LENGTH


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the view"), max_length=NAME_LENGTH, help_text=_("For example “Partners in Norway”.")
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())
