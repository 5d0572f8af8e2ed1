"""The list behind a figure or one of its cells: as many rows as it says, those that the reader may see by name."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from portal.core.requests import PortalRequest
from portal.dashboards.boards import DRAWN
from portal.dashboards.filters import PERIODS, Narrowed, from_address
from portal.dashboards.lists import BehindFilter
from portal.dashboards.models import Spell
from portal.dashboards.queries.offered import Offered, offered
from portal.dashboards.rows.queries import HAPPENINGS, Cut, index_order, rows_of, spells_of
from portal.dashboards.rows.subjects import HOLD, PARTNER, SUBJECTS, Subject
from portal.dashboards.rows.titles import TITLES, UNITS
from portal.dashboards.rows.words import Said
from portal.dashboards.sights import Sight, for_readers
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.paging import bounded_count
from portal.ui.tables import DayColumn, Table


class RowFilter(BehindFilter):
    """The filters of the boards, and the group, column and month of the cell; the rows come narrowed already."""

    until = django_filters.DateFilter(
        label=_("As at"), method="narrowed", widget=forms.DateInput(attrs={"type": "date"})
    )
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=list(PERIODS.items()), method="narrowed", empty_label=PERIODS["12"]
    )
    group = django_filters.ChoiceFilter(label=_("Of what"), method="narrowed", empty_label=_("Any"))
    column = django_filters.ChoiceFilter(label=_("Counted as"), method="narrowed", empty_label=_("Any"))
    month = django_filters.ChoiceFilter(label=_("Month"), method="narrowed", empty_label=_("Any"))
    before = django_filters.ChoiceFilter(
        label=_("Rows of"),
        method="narrowed",
        choices=[("1", _("The period before"))],
        empty_label=_("The period asked for"),
    )

    class Meta:
        model = Spell
        fields: list[str] = []

    def __init__(self, *args: Any, cut: Cut, said: Said, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {
            "group": (cut.group, said.group(cut.group or "")),
            "column": (cut.column, said.column(cut.column or "")),
            "month": (cut.month and cut.month.isoformat(), cut.month and said.month(cut.month)),
        }
        if not cut.before:
            del self.filters["before"]
        for name, (value, words) in chosen.items():
            if value:
                self.filters[name].extra["choices"] = [(value, words)]
            else:
                del self.filters[name]
        if cut.measure not in HAPPENINGS:
            del self.filters["period"]

    def narrowed(self, rows: QuerySet[Any], name: str, value: object) -> QuerySet[Any]:
        return rows


UNGROUPED = frozenset({"ladder", "holders", "appeals", "appeals_decided", "taken_back", "holds_acknowledged"})
"""Measures in which a group says nothing."""


def _without(measure: str) -> tuple[str, ...]:
    """Columns that would be empty, or say twice who the partner is."""
    found: tuple[str, ...] = () if measure in UNITS else ("units",)
    if measure in UNGROUPED:
        found += ("in_group",)
    if SUBJECTS[measure] == (PARTNER,):
        found += ("called",)
    return found


class RowTable(Table):
    """What was counted."""

    called = tables.Column(verbose_name=_("What"))
    partner = tables.Column(verbose_name=_("Partner"))
    in_group = tables.Column(verbose_name=_("Of what"))
    in_column = tables.Column(verbose_name=_("Counted as"))
    since = DayColumn(verbose_name=_("Since"))
    units = tables.Column(verbose_name=_("Took"))

    def __init__(self, *args: Any, said: Said, request: PortalRequest, **kwargs: Any) -> None:
        self.said = said
        self.actor_request = request
        self.subjects = SUBJECTS[said.measure]
        kwargs["exclude"] = _without(said.measure)
        super().__init__(*args, **kwargs)

    def render_called(self, value: str, record: Any) -> Any:
        url, words = self._subject(record).url(self.actor_request, record.subject_id), self.value_called(value)
        return format_html('<a href="{}">{}</a>', url, words) if url else words

    def _subject(self, record: Any) -> Subject:
        """Of cases that are of two kinds the one that the stage names."""
        stage = record.in_column if ":" in record.in_column else record.in_group.partition(":")[2]
        return self.subjects[-1] if stage.startswith("request:") else self.subjects[0]

    def value_called(self, value: str) -> str:
        return _gettext("Hold") if HOLD in self.subjects else value

    def render_partner(self, value: str, record: Any) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("partners:partner", args=[record.partner_id]), value)

    def value_partner(self, value: str) -> str:
        return value

    def render_in_group(self, value: str) -> str:
        return self.said.group(value)

    def render_in_column(self, value: str) -> str:
        return self.said.column(value)

    def render_units(self, value: int) -> str:
        return UNITS[self.said.measure](value)

    def value_units(self, value: int) -> int:
        return value

    value_in_group, value_in_column = render_in_group, render_in_column


class RowList(ListView):
    """What a figure counts, on its day and narrowed as it is."""

    table_class = RowTable
    filterset_class = RowFilter
    search_fields = ("partner", "called")
    search_label = _("Partner or reference")
    default_sort = "-since"
    sorts = {"since": ("since",), "partner": ("partner",)}
    empty_title = _("No row that you may see")
    empty_text = _("Nothing was counted here on that day, or it is not for you to see by name.")

    sight: Sight
    measure: str

    def dispatch(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        self.sight, self.measure = kwargs.pop("sight"), kwargs.pop("measure")
        if self.measure not in SUBJECTS or not _is_told(self.measure, self.sight):
            raise Http404("No such list.")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def offered(self) -> Offered:
        return offered([self.sight.provider] if self.sight.provider else [])

    @cached_property
    def asked(self) -> Narrowed:
        """The filters of the boards, as the address says."""
        countries = {item.country for item in rules().eligibility.jurisdictions}
        return from_address(self.request.GET, countries, self.offered, self.sight.provider)[1]

    @cached_property
    def cut(self) -> Cut:
        """The cell. What no measure could say is no part of it."""
        said = {key: self.request.GET.get(key, "")[:120] or None for key in ("group", "column")}
        month, before = _month(self.request.GET.get("month", "")), self.request.GET.get("before") == "1"
        return Cut(self.measure, **said, month=month, before=before)

    @property
    def counted_by(self) -> tuple[str, ...]:  # type: ignore[override]
        return index_order(self.cut)

    @cached_property
    def said(self) -> Said:
        return Said(self.measure, rules(), self.offered, self.asked.until)

    @property
    def title(self) -> Any:  # type: ignore[override]
        return TITLES[self.measure]

    @cached_property
    def lead(self) -> str:  # type: ignore[override]
        """The day that it tells of, and whether there is more than the reader may see."""
        period = self.asked.before() if self.cut.before else self.asked
        day = date_format(period.until, "j F Y")
        told = _gettext("As at %(day)s.") % {"day": day}
        if self.measure in HAPPENINGS and self.cut.month is None:
            since = date_format(period.since, "j F Y")
            told = _gettext("From %(since)s to %(day)s.") % {"since": since, "day": day}
        counted, shown = (
            bounded_count(rows, self.counted_by) for rows in (spells_of(self.cut, self.asked), self.get_queryset())
        )
        if counted == shown:
            return told
        return _gettext("%(told)s The figure counts more than this: only what you may see by name is listed.") % {
            "told": told
        }

    @property
    def filterset(self) -> Any:
        if "_filterset" not in self.__dict__:
            self.__dict__["_filterset"] = RowFilter(
                self.request.GET,
                queryset=self.get_queryset(),
                request=self.request,
                book=rules(),
                sight=self.sight,
                cut=self.cut,
                said=self.said,
            )
        return self.__dict__["_filterset"]

    def get_queryset(self) -> QuerySet[Spell]:
        return rows_of(self.cut, self.asked, self.request)

    def table_options(self) -> dict[str, Any]:
        return {"said": self.said, "request": self.request}


def _month(said: str) -> date | None:
    try:
        return date.fromisoformat(said).replace(day=1)
    except ValueError:
        return None


def _is_told(measure: str, sight: Sight) -> bool:
    """Whether a figure that the reader is told counts it."""
    return any(
        measure in names
        for one in DRAWN.values()
        if one.is_told(sight, by_model=bool(sight.provider))
        for names in (one.reads.standing, one.reads.happened, one.reads.spread)
    )


rows = for_readers(RowList.as_view())
