"""Published statistics: a year on a page, and each table as a file."""

from __future__ import annotations

import csv
import io

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.transparency.statistics import Statistics, statistics, years
from portal.ui.tables import safe_cell


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What became of applications in a year (`?year=`), how long it took, and why some were declined."""
    found, choices = _asked(request)
    return render(request, "transparency/statistics.html", {"statistics": found, "years": choices})


@require_safe
def export(request: HttpRequest, key: str) -> HttpResponse:
    """One table of a year as CSV, with what is left out left out."""
    found, _choices = _asked(request)
    figure = next((one for one in found.figures if one.key == key), None)
    if figure is None:
        raise Http404("No such figure.")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in (figure.head, *figure.rows):
        writer.writerow([safe_cell(cell) for cell in row])
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statistics-{found.year}-{key}.csv"'
    return response


def _asked(request: HttpRequest) -> tuple[Statistics, list[int]]:
    """The year that the address names, the newest where it names none that there is. Four queries and the rules."""
    choices = years()
    wanted = request.GET.get("year", "")
    year = next((one for one in choices if str(one) == wanted), choices[0])
    return statistics(year), choices
