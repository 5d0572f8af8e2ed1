"""What is said about a large file when it is begun: the fields of the page's form, without the file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from partners.forms.evidence import DescribeForm, RedactedForm, VersionForm
from partners.models import Evidence
from partners.queries.evidence import kinds_of


def described(fields: str, *, replaces: Evidence | None = None, redacts: Evidence | None = None) -> forms.Form:
    """The form of a new document, of the next version of one, or of a redacted copy, with what was filled in."""
    data = QueryDict(fields)
    if replaces is not None:
        return _without_file(VersionForm(data))
    if redacts is not None:
        return _without_file(RedactedForm(data, document=redacts))
    return DescribeForm(data, kinds=kinds_of())


def _without_file(form: Any) -> forms.Form:
    del form.fields["upload"]
    found: forms.Form = form
    return found


def first_error(form: forms.Form) -> str:
    """The first thing that is wrong with it, as a sentence with its field's name."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])
