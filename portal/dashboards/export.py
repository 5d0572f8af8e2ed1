"""A figure as a file: its table as CSV or workbook, its chart or matrix as SVG or PNG that can stand alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.core import clock
from portal.dashboards.figures import Figure
from portal.dashboards.filters import FilterForm, Narrowed
from portal.ui.drawing import KINDS, Words, draw_chart, draw_matrix
from portal.ui.tables import CONTENT_TYPES, file_of, safe_cell


def picture_of(figure: Figure, kind: str, *, note: str = "", bare: bool = False) -> bytes:
    """The chart or matrix as SVG or PNG; `bare` leaves the words to the document that it stands in."""
    words = Words() if bare else Words(figure.title, str(figure.sub), note)
    if figure.chart is not None:
        return draw_chart(figure.chart, kind=kind, words=words)
    return draw_matrix(figure.matrix or {"columns": [], "rows": []}, kind=kind, words=words)


def attachment(figure: Figure, kind: str, *, filters: str) -> HttpResponse:
    """The figure as a download. `filters` is the sentence on what narrows it. Http404 where there is no such file."""
    if kind not in dict(figure.files):
        raise Http404("No such file of this figure.")
    name = f"{figure.key}-{clock.today().isoformat()}"
    if kind in CONTENT_TYPES:
        response = HttpResponse(file_of(kind, _lines(figure), title=name), content_type=CONTENT_TYPES[kind])
    else:
        response = HttpResponse(picture_of(figure, kind, note=_note(filters)), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def in_words(form: FilterForm, narrowed: Narrowed) -> str:
    """The filters in force as a sentence: the period, and whatever else was chosen, by the words of the form."""
    period = _("From %(since)s to %(until)s") % {"since": _day(narrowed.since), "until": _day(narrowed.until)}
    chosen = [_chosen(form, name) for name in ("jurisdiction", "tier", "provider", "release") if name in form.fields]
    return "; ".join([period, *filter(None, chosen)]) + "."


def _chosen(form: FilterForm, name: str) -> str:
    field, value = form.fields[name], form.cleaned_data.get(name)
    if not value:
        return ""
    flat: dict[str, Any] = {}
    for key, label in getattr(field, "choices", []):
        flat |= dict(label) if isinstance(label, list | tuple) else {key: label}
    return f"{str(field.label).lower()}: {flat.get(value, value)}"


def _note(filters: str) -> str:
    said = {"filters": filters, "day": _day(clock.today())}
    return _("Trusted Partner Portal, drawn on %(day)s. %(filters)s") % said


def _day(value: Any) -> str:
    return date_format(value, "j F Y")


def _lines(figure: Figure) -> Iterator[list[Any]]:
    yield [safe_cell(str(cell)) for cell in figure.head]
    for row in figure.rows:
        yield [safe_cell(cell) for cell in row]
