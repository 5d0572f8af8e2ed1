"""Lists: filtered, searched, sorted, paged, shared by their URL, and exported as they are filtered.

    class ApplicationList(ListView):
        title = _("Applications")
        table_class = ApplicationTable
        filterset_class = ApplicationFilter          # django-filter; its form is the row of filters
        search_fields = ("number", "institution__name")
        sorts = {"age": ("submitted_at",), "name": ("institution__name",)}     # the whitelist, by column
        default_sort = "-age"
        empty_title, empty_text = _("No applications"), _("…")

        def get_queryset(self):
            return applications_visible_to(self.request.actor)

Addresses: `?q=` search, `?sort=` a column ("-" for descending), `?page=` or `?after=`, `?export=csv|xlsx`,
`?need=` what waits for the person (portal.ui.narrowing).
"""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from portal.core import clock
from portal.core.requests import PortalRequest
from portal.ui import narrowing
from portal.ui.paging import BoundedPaginator, keyset_page
from portal.ui.tables import CONTENT_TYPES, Table, export
from portal.ui.templatetags import ui

Words = str | Promise
OWN = ("q", "sort", "page", "after", "export")
"""Keys of the address that are the list's own and no filter."""
KEPT = ("sort", narrowing.PARAMETER)
"""Keys of the address that stay when the filters are sent."""


class ListView(TemplateView):
    """Base of all list pages. Queries: the rows, their bounded count, and what the filters' choices need."""

    http_method_names = ["get", "head", "options"]
    template_name = "base_list.html"
    title: Words = ""
    lead: Words = ""
    table_class: type[Table]
    filterset_class: type[django_filters.FilterSet] | None = None
    search_fields: tuple[str, ...] = ()
    search_label: Words = ""
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {}
    default_sort: str = ""
    page_size = 25
    keyset: str = ""
    """A field ("-" for descending) by which to read the list with a cursor instead of page numbers."""
    counted_by: tuple[str, ...] = ()
    """The order of an index by which the first of very many rows are counted, where none would be found without."""
    queue = False
    """Whether the keys j, k and o walk through the rows."""
    empty_title: Words = ""
    empty_text: Words = ""
    empty_url: Words = ""
    empty_action: Words = ""
    exports: tuple[str, ...] = ("csv", "xlsx")

    request: PortalRequest

    # --- what a list says for itself ---
    def get_queryset(self) -> QuerySet[Any]:
        """The rows that the actor may see, before any filter."""
        raise NotImplementedError

    def saved_views(self) -> list[dict[str, Any]]:
        """Chips above the filters: {label, query: {filter: value}, count?}."""
        return []

    def table_options(self) -> dict[str, Any]:
        """Further arguments for the table's class."""
        return {}

    def page_actions(self) -> list[dict[str, Any]]:
        """Buttons at the right of the title: {label, url, kind?}."""
        return []

    # --- rows ---
    @cached_property
    def filterset(self) -> django_filters.FilterSet | None:
        """The filters with what the address says."""
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)

    @cached_property
    def need(self) -> narrowing.Narrowing | None:
        """What waits for the person, if the address asks for only that."""
        return narrowing.asked(self.request)

    @property
    def words(self) -> str:
        """What is searched for, without what a database cannot hold."""
        return self.request.GET.get("q", "").replace("\x00", "").strip()[:200]

    def rows(self) -> QuerySet[Any]:
        """Filtered, searched and sorted."""
        rows: QuerySet[Any] = self.filterset.qs if self.filterset is not None else self.get_queryset()
        if self.need is not None:
            rows = self.need.of(rows)
        if self.words and self.search_fields:
            rows = self.search(rows, self.words)
        return rows if self.keyset else self._sorted(rows)

    def search(self, rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        """Rows in which every word occurs somewhere in `search_fields`."""
        for word in words.split()[:6]:
            match = Q()
            for name in self.search_fields:
                match |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(match)
        return rows

    @property
    def sort(self) -> str:
        """The sorting in force; one that is not on the whitelist is ignored."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self.sorts else self.default_sort

    def _sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        name = self.sort.removeprefix("-")
        if name not in self.sorts:
            return rows
        down = self.sort.startswith("-")
        fields = [_turned(field, down) for field in self.sorts[name]]
        return rows.order_by(*fields, "-pk" if down else "pk")

    # --- the answer ---
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        kind = request.GET.get("export", "")
        if kind in CONTENT_TYPES and kind in self.exports:
            name = f"{slugify(str(self.title)) or 'list'}-{clock.today().isoformat()}"
            rows = self.rows()
            ordered = rows.order_by(self.keyset, "-pk") if self.keyset else rows
            return export(kind, name, self.table_class, ordered, **self.table_options())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows()
        page: Any
        if self.keyset:
            page = keyset_page(
                rows, self.keyset, self.page_size, self.request.GET.get("after", ""), self._url(after=None)
            )
        else:
            pages = BoundedPaginator(rows, self.page_size, counted_by=self.counted_by)
            page = pages.get_page(self.request.GET.get("page"))
        table = self.table_class(list(page.object_list), **self.table_options())
        table.sorting = {} if self.keyset else self._sorting()
        chips = self.chips()
        return super().get_context_data(
            view=self,
            table=table,
            page_obj=page,
            chips=chips,
            narrowed=bool(chips or self.words),
            saved=[self._saved(one) for one in self.saved_views()],
            filter_form=self.filterset.form if self.filterset is not None else None,
            filter_errors=_filter_errors(self.filterset),
            kept=[(key, value) for key, value in self.request.GET.items() if key in KEPT],
            export_urls=[(_EXPORT_LABEL[kind], self._url(export=kind, page=None, after=None)) for kind in self.exports],
            **kwargs,
        )

    def chips(self) -> list[dict[str, Any]]:
        """The filters in use, each with the address without it."""
        found: list[dict[str, Any]] = [*narrowing.chips(self.request, self.need)]
        if self.words:
            found.append({"label": f"“{self.words}”", "url": self._url(q=None, page=None)})
        if self.filterset is None or not self.filterset.form.is_valid():
            return found
        for name, value in self.filterset.form.cleaned_data.items():
            if name not in self.filterset.form.fields or value in (None, "", []) or _is_empty(value):
                continue
            field = self.filterset.form.fields[name]
            found.append({"label": f"{field.label}: {_said(field, value)}", "url": self._url_without(name)})
        return found

    def _saved(self, one: dict[str, Any]) -> dict[str, Any]:
        query = QueryDict(mutable=True)
        for key, value in one["query"].items():
            query.setlist(key, [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)])
        now = {
            key: sorted(self.request.GET.getlist(key))
            for key in self.request.GET
            if key not in OWN and self.request.GET[key]
        }
        wanted = {key: sorted(query.getlist(key)) for key in query}
        return {
            "label": one["label"],
            "count": one.get("count"),
            "url": f"?{query.urlencode()}",
            "current": now == wanted,
        }

    def _sorting(self) -> dict[str, dict[str, str]]:
        """For each sortable column the address that sorts by it (or turns it round), and how it is sorted now."""
        name, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        return {
            column: {
                "url": self._url(sort=column if column != name or down else f"-{column}", page=None),
                "now": ("descending" if down else "ascending") if column == name else "",
            }
            for column in self.sorts
        }

    def _url(self, **changes: Any) -> str:
        return ui.query_string({"request": self.request}, **changes)

    def _url_without(self, name: str) -> str:
        query = self.request.GET.copy()
        for key in [key for key in query if key in ("page", "after", name) or key.startswith((f"{name}_", f"{name}-"))]:
            query.pop(key)
        return f"?{query.urlencode()}"


_EXPORT_LABEL = {"csv": "CSV", "xlsx": "Excel"}


def _turned(field: str, down: bool) -> str:
    return field.removeprefix("-") if down and field.startswith("-") else f"-{field}" if down else field


def _is_empty(value: Any) -> bool:
    if isinstance(value, slice):
        return value.start is None and value.stop is None
    return isinstance(value, QuerySet) and not value


def _said(field: forms.Field, value: Any) -> str:
    """A filter's value in words."""
    if isinstance(value, slice):
        return _("%(a)s to %(b)s") % {"a": _word(value.start), "b": _word(value.stop)}
    choices = (
        {str(key): label for key, label in getattr(field, "choices", [])}
        if not isinstance(field, forms.ModelChoiceField)
        else {}
    )
    items = value if isinstance(value, list | tuple | QuerySet) else [value]
    return ui.sentence([choices.get(str(item), _word(item)) for item in items])


def _word(value: Any) -> str:
    if value is None:
        return "…"
    return ui.short_day(value) if hasattr(value, "isoformat") else str(value)


def _filter_errors(filterset: django_filters.FilterSet | None) -> bool:
    return filterset is not None and filterset.is_bound and not filterset.form.is_valid()
