"""The partner's calendar of what is owed: month by month, what is overdue first, and as a download."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from audits.queries.owed import owed_by
from audits.views.lists import tabs_at
from partners.models import Institution
from portal.accounts.guards import for_roles
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.rulebook.durations import working_days_between
from portal.ui.tables import CONTENT_TYPES, DayColumn, NumberColumn, Table, export

WHAT = {
    "plan": gettext_lazy("Plan for a finding"),
    "remedy": gettext_lazy("Finding to put right"),
    "report": gettext_lazy("Report"),
    "evidence": gettext_lazy("Evidence for an audit"),
    "incident": gettext_lazy("Report on an incident"),
    "response": gettext_lazy("Response to an audit’s report"),
    "notice": gettext_lazy("Answer to a notice"),
}
PAGES = {
    "plan": "finding",
    "remedy": "finding",
    "report": "obligation",
    "evidence": "evidencerequest",
    "incident": "deadline",
    "response": "audit",
    "notice": "enforcementcase",
}
MOST = 500
"""Rows that the page shows; the download has more."""


class OwedForm(forms.Form):
    """Filters of the calendar."""

    what = forms.ChoiceField(label=gettext_lazy("What"), choices=[("", gettext_lazy("Anything")), *WHAT.items()])
    late = forms.ChoiceField(
        label=gettext_lazy("When"), choices=[("", gettext_lazy("Any day")), ("yes", gettext_lazy("Overdue"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


class OwedTable(Table):
    """What is owed, as it is exported."""

    day = DayColumn(verbose_name=gettext_lazy("Due"))
    what = tables.Column(verbose_name=gettext_lazy("What"))
    name = tables.Column(verbose_name=gettext_lazy("About"))
    ref = tables.Column(verbose_name=gettext_lazy("Reference"))
    late = NumberColumn(verbose_name=gettext_lazy("Working days late"), empty_values=(), accessor="day")

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def render_what(self, value: str) -> str:
        return str(WHAT[value])

    def render_late(self, value: Any) -> int:
        return working_days_between(value, clock.today(), self.country)

    value_what, value_late = render_what, render_late


@require_safe
@for_roles("applicant")
def owed(request: PortalRequest) -> HttpResponse:
    """What the institution owes, by the day on which it is due."""
    actor: Actor = request.actor
    institution = Institution.objects.select_related("organisation").filter(pk=actor.body_id).first()
    if institution is None:
        return render(request, "audits/no_institution.html", status=409)
    form = OwedForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = owed_by(institution.pk, what=chosen.get("what", ""), late=bool(chosen.get("late")))
    country = institution.organisation.jurisdiction
    kind = request.GET.get("export", "")
    if kind in CONTENT_TYPES:
        name = f"{slugify(_('Owed'))}-{clock.today().isoformat()}"
        return cast(HttpResponse, export(kind, name, OwedTable, rows, country=country))
    shown = [_shown(row, country) for row in rows[:MOST]]
    context = {
        "form": form,
        "narrowed": any(chosen.values()),
        "months": [(key, list(group)) for key, group in groupby(shown, key=lambda row: row["month"])],
        "count": len(shown),
        "kept": _kept(request),
        "tabs": tabs_at(request.path),
    }
    return render(request, "audits/owed.html", context)


def _shown(row: dict[str, Any], country: str) -> dict[str, Any]:
    """The row with its words, its page, how late it is, and the month that it stands in: None for what is overdue."""
    today = clock.today()
    late = working_days_between(row["day"], today, country)
    return {
        **row,
        "title": row["name"] or str(WHAT[row["what"]]),
        "label": WHAT[row["what"]],
        "url": reverse(f"audits:{PAGES[row['what']]}", args=[row["item"]]),
        "late": late,
        "month": None if row["day"] < today else row["day"].replace(day=1),
    }


def _kept(request: PortalRequest) -> str:
    query = request.GET.copy()
    query.pop("export", None)
    return query.urlencode()
