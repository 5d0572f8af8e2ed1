"""A figure as a reader sees it, after the rollups have taken in what happened."""

from __future__ import annotations

from django.http import QueryDict

from portal.dashboards.boards import DRAWN, Board
from portal.dashboards.figures import Figure
from portal.dashboards.filters import from_address
from portal.dashboards.queries.offered import offered
from portal.dashboards.rollup.keep import keep_batch
from portal.dashboards.sights import Sight
from portal.rulebook.queries import rules

COUNTRIES = {"NO", "SE", "GB", "US", "FR", "CA"}


def kept() -> None:
    """The rollups know all that is in the record."""
    while keep_batch():
        pass


def board_of(key: str, query: str = "", provider: str = "") -> Board:
    kept()
    choices = offered([provider] if provider else [])
    _form, narrowed = from_address(QueryDict(query), COUNTRIES, choices, provider)
    return Board(narrowed, rules(), DRAWN[key].reads, Sight(provider), choices)


def figure_of(key: str, query: str = "", provider: str = "") -> Figure:
    return DRAWN[key].make(board_of(key, query, provider))
