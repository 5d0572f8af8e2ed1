"""The oversight boards. They read and never write: there is no form on them but the filters."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.core.requests import PortalRequest
from portal.dashboards.behind import followed
from portal.dashboards.boards import BY_KEY, DRAWN, Board, Page, Reads, overview, pages_for, told
from portal.dashboards.export import attachment, in_words
from portal.dashboards.filters import FilterForm, from_address
from portal.dashboards.queries.kept import kept
from portal.dashboards.queries.offered import offered
from portal.dashboards.sights import Sight, for_readers
from portal.rulebook.queries import rules


@require_safe
@for_readers
def oversight(request: PortalRequest, *, sight: Sight) -> HttpResponse:
    """How the scheme stands in a few figures, and what somebody should look at."""
    form, board = board_of(request, sight, overview.READS)
    figures = overview.findings(board)
    context = {
        "keys": overview.key_figures(board),
        "alarms": overview.to_look_at(figures),
        "calm": [(one, overview.PAGE_OF[one.key].key) for one in figures if not one.alarm],
    }
    return render(request, "dashboards/overview.html", context | _frame(request, form, board, None))


@require_safe
@for_readers
def board(request: PortalRequest, page: str, *, sight: Sight) -> HttpResponse:
    """One board: each figure with its finding as the title, and the table behind it."""
    found = BY_KEY.get(page)
    if found is None or found not in pages_for(sight):
        raise Http404("No such board.")
    form, made = board_of(request, sight, *(one.reads for one in told(found, sight)))
    by_model = bool(made.narrowed.provider or made.narrowed.release)
    shown = told(found, sight, by_model=by_model)
    context = {
        "page": found,
        "figures": [(followed(one.make(made), made.narrowed), one.wide) for one in shown],
        "left_out": len(told(found, sight)) - len(shown),
        "query_of_partners": _without_model(request),
    }
    return render(request, "dashboards/board.html", context | _frame(request, form, made, found))


@require_safe
@for_readers
def export(request: HttpRequest, key: str, kind: str, *, sight: Sight) -> HttpResponse:
    """One figure as a file, narrowed as the page is."""
    drawn = DRAWN.get(key)
    if drawn is None or not drawn.is_told(sight, by_model=bool(sight.provider)):
        raise Http404("No such figure.")
    form, made = board_of(request, sight, drawn.reads)
    if not drawn.is_told(sight, by_model=bool(made.narrowed.provider or made.narrowed.release)):
        raise Http404("This figure knows no providers and releases.")
    return attachment(drawn.make(made), kind, filters=in_words(form, made.narrowed))


def board_of(request: HttpRequest, sight: Sight, *wanted: Reads) -> tuple[FilterForm, Board]:
    """The filters as the page shows them, and what figures are made from."""
    book = rules()
    countries = {item.country for item in book.eligibility.jurisdictions}
    choices = offered([sight.provider] if sight.provider else [])
    form, narrowed = from_address(request.GET, countries, choices, own=sight.provider)
    reads = Reads()
    for one in wanted:
        reads |= one
    return form, Board(narrowed, book, reads, sight, choices)


def _frame(request: HttpRequest, form: FilterForm, board: Board, page: Page | None) -> dict[str, Any]:
    """What every board has: filters, tabs, and the day that it tells of."""
    query = request.GET.urlencode()
    sums = kept()
    places = [(_("Overview"), reverse("dashboards:oversight"), page is None)]
    places += [
        (str(one.label), reverse("dashboards:board", args=[one.key]), one is page) for one in pages_for(board.sight)
    ]
    return {
        "form": form,
        "query": query,
        "as_at": overview.as_at(board),
        "filters": in_words(form, board.narrowed),
        "renewing": sums.renewing,
        "waiting_since": sums.waiting_since if sums.late(board.narrowed.until) else None,
        "tabs": [
            {"label": label, "url": f"{url}?{query}" if query else url, "current": current}
            for label, url, current in places
        ],
    }


def _without_model(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("provider", "release"):
        query.pop(name, None)
    return query.urlencode()
