"""Forms about holds on people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms.desk import HoldForm


class HoldPersonForm(HoldForm):
    """Placing an emergency hold on one person."""

    email = forms.EmailField(
        label=_("Work e-mail address of the person"),
        max_length=254,
        help_text=_("As the institution named the person. Providers never read who it is."),
    )
    field_order = ("email", "reason", "lifted_when", "incident")
