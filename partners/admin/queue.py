"""The queue as a list: what its rows need beside them is read for the rows of the page, once for all."""

from __future__ import annotations

from typing import cast

import django_tables2 as tables
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.admin import presence
from partners.models import Application
from partners.queries.clock import clock_of
from partners.queries.desk import age_of
from partners.queries.search import Found, snippets
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.ui.tables import DayColumn, NumberColumn, StateColumn, Table, export


class QueueList(ChangeList):
    """Adds to the rows of a page what was found in them, and who has them open."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = rows = list(self.result_list)
        actor = cast(PortalRequest, request).actor
        presence.at_rows(rows, actor)
        found: Found | None = getattr(request, "found", None)
        if found is not None:
            shown = snippets(actor, found, [row.pk for row in rows])
            for row in rows:
                row.snippet = shown.get(row.pk, "")


class QueueTable(Table):
    """The queue as it is exported."""

    reference = tables.Column(verbose_name=gettext_lazy("Case"))
    institution = tables.Column(verbose_name=gettext_lazy("Institution"), accessor="institution__name")
    kind = tables.Column(verbose_name=gettext_lazy("Kind"))
    state = StateColumn(verbose_name=gettext_lazy("State"))
    tier = tables.Column(verbose_name=gettext_lazy("Tier"))
    submitted_at = DayColumn(verbose_name=gettext_lazy("Submitted"))
    stage = tables.Column(verbose_name=gettext_lazy("Stage"), empty_values=())
    used = NumberColumn(verbose_name=gettext_lazy("Working days used"), empty_values=(), accessor="pk")
    limit = NumberColumn(verbose_name=gettext_lazy("Working days"), empty_values=(), accessor="pk")
    note = tables.Column(verbose_name=gettext_lazy("Clock"), empty_values=(), accessor="pk")
    due_on = DayColumn(verbose_name=gettext_lazy("Due"))
    age = NumberColumn(verbose_name=gettext_lazy("Age in working days"), empty_values=(), accessor="pk")
    reviewer_names = tables.Column(verbose_name=gettext_lazy("Reviewers"))

    def value_stage(self, record: Application) -> str:
        return reading.label if (reading := clock_of(record)) else ""

    def value_used(self, record: Application) -> int | None:
        return reading.used if (reading := clock_of(record)) else None

    def value_limit(self, record: Application) -> int | None:
        return reading.limit if (reading := clock_of(record)) else None

    def value_note(self, record: Application) -> str:
        return reading.note if (reading := clock_of(record)) else ""

    def value_age(self, record: Application) -> int:
        return age_of(record)

    def value_reviewer_names(self, value: list[str]) -> str:
        return ", ".join(value or ())


def exported(kind: str, rows: QuerySet[Application]) -> HttpResponseBase:
    """The queue as it is filtered, searched and sorted, as a download."""
    name = f"{slugify(_('Applications'))}-{clock.today().isoformat()}"
    return export(kind, name, QueueTable, rows)
