"""The queue as a list: what its rows need beside them is read for the rows of the page, once for all."""

from __future__ import annotations

from typing import Any, cast

import django_tables2 as tables
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
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
from portal.ui.paging import BoundedPaginator
from portal.ui.tables import DayColumn, NumberColumn, StateColumn, Table, export

FIGURES = 6
"""Of the number of a page; a longer one is no page."""


class FoundPaginator(BoundedPaginator):
    """A page of what was found, and how many rows there are, in one statement: each carries the number (`in_all`)."""

    def __init__(self, rows: QuerySet[Application], per_page: int, *args: Any, number: str = "", **kwargs: Any) -> None:
        super().__init__(rows, per_page, *args, **kwargs)
        self.number = int(number) if number.isascii() and number.isdecimal() and 0 < len(number) <= FIGURES else 1

    @cached_property
    def rows(self) -> list[Application]:
        """The rows of the page that was asked for; none where there is no such page."""
        first = (max(self.number, 1) - 1) * self.per_page
        return list(self.object_list[first : first + self.per_page])

    @cached_property
    def _counted(self) -> int:
        if self.rows:
            return int(self.rows[0].in_all)  # type: ignore[attr-defined]
        return 0 if self.number <= 1 else super()._counted


class QueueList(ChangeList):
    """Adds to the rows of a page what was found in them, and who has them open."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        read = isinstance(self.paginator, FoundPaginator) and not (self.show_all and self.can_show_all)
        self.result_list = rows = self.paginator.rows if read else list(self.result_list)
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
