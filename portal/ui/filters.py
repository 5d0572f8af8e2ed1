"""Filters of lists that several apps have."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _


class AnyYesNo(forms.NullBooleanSelect):
    """Django's own says “Unknown” where nothing is chosen: of a filter that reads as if something were not known."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", _("Any")), ("true", _("Yes")), ("false", _("No"))]


class YesNoFilter(django_filters.BooleanFilter):
    """Any, yes, or no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=AnyYesNo, **kwargs)
