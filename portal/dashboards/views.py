"""The oversight dashboard. It reads and never writes: there is no form on it but the filters."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.dashboards.export import attachment, in_words
from portal.dashboards.figures import Figure
from portal.dashboards.filters import OF_PROVIDERS, FilterForm, from_address
from portal.dashboards.queries.assurance import audits_by_authority
from portal.dashboards.queries.counts import Board
from portal.dashboards.queries.incidents import holds_in_force, incidents_over_time, ladder_positions
from portal.dashboards.queries.offered import offered
from portal.dashboards.queries.scope import scope_in_force, taken_back
from portal.dashboards.sights import Sight, for_readers
from portal.rulebook.queries import rules

FIGURES: dict[str, Callable[[Board], Figure]] = {
    "scope": scope_in_force,
    "incidents": incidents_over_time,
    "holds": holds_in_force,
    "taken_back": taken_back,
    "audits": audits_by_authority,
    "ladder": ladder_positions,
}
"""In the order of the page; the key is also the name of the export."""
BY_RELEASE = frozenset({"scope", "incidents"})
"""What concerns models, and so can be told to a provider about its own; the rest is about partners."""


@require_safe
@for_readers
def oversight(request: HttpRequest, *, sight: Sight) -> HttpResponse:
    """Scope, incidents, holds, what was taken back, audits and the ladder, each as a chart with the table behind it."""
    form, board = _board(request, sight)
    figures = {key: make(board) for key, make in figures_for(sight).items()}
    context = {
        "form": form,
        "figures": figures,
        "query": request.GET.urlencode(),
        "not_narrowed": bool(OF_PROVIDERS & set(form.changed_data)) and not sight.provider,
    }
    return render(request, "dashboards/oversight.html", context)


@require_safe
@for_readers
def export(request: HttpRequest, key: str, kind: str, *, sight: Sight) -> HttpResponse:
    """One figure as a file, narrowed as the page is."""
    make = figures_for(sight).get(key)
    if make is None:
        raise Http404("No such figure.")
    form, board = _board(request, sight)
    return attachment(make(board), kind, filters=in_words(form, board.narrowed))


def figures_for(sight: Sight) -> dict[str, Callable[[Board], Figure]]:
    """The figures that may be told: to a provider those about models."""
    return {key: make for key, make in FIGURES.items() if not sight.provider or key in BY_RELEASE}


def _board(request: HttpRequest, sight: Sight) -> tuple[FilterForm, Board]:
    """The filters as the page shows them, and what the figures are made from."""
    book = rules()
    countries = {item.country for item in book.eligibility.jurisdictions}
    choices = offered([sight.provider] if sight.provider else [])
    form, narrowed = from_address(request.GET, countries, choices, own=sight.provider)
    return form, Board(narrowed, book)
