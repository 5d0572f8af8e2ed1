"""Boards held against counts over the rows, with any filters: what the tests of a made world and of the story share."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.http import QueryDict

from grants.models import Release
from portal.dashboards.boards import DRAWN, PAGE_OF, Board, overview, told
from portal.dashboards.figures import Figure
from portal.dashboards.filters import Narrowed, from_address
from portal.dashboards.queries.offered import offered
from portal.dashboards.sights import Sight
from portal.rulebook.queries import rules
from tests.dashboards.counts import COUNTS, Seen
from tests.dashboards.counts.facts import Facts
from tests.dashboards.counts.seen import assert_counts


def key_figures(seen: Seen) -> dict[str, int]:
    """The first page's numbers, by the figure that they lead to: this board's numbers and their labels' first words."""
    held = seen.now("holds").total()
    late_incidents = sum(count for (_severity, column), count in seen.now("incidents_open").items() if column == "late")
    found = {
        "scope": seen.now("lines").total(),
        "incidents": sum(one.group in ("high", "critical") for one in seen.happened("incidents")),
        "incidents_open": late_incidents,
        "holds": held,
    }
    if not (seen.asked.provider or seen.asked.release):
        late = {("audits", "late"), ("findings", "overdue"), ("obligations", "late")}
        found |= {
            "concentration": seen.now("qualified").total(),
            "audits": sum(
                count
                for measure, word in late
                for (_group, column), count in seen.now(measure).items()
                if column == word
            ),
            "load": seen.now("cases").total(),
        }
    return found


@dataclass
class Held:
    """The facts of a moment, and the boards that were asked for, by their filters."""

    facts: Facts = field(default_factory=Facts)
    _boards: dict[tuple[str, str], Board] = field(default_factory=dict)

    def board(self, query: str, provider: str = "") -> Board:
        """The board as an address says it, for a reader of the whole scheme or of one provider's models."""
        if (query, provider) not in self._boards:
            choices = offered([provider] if provider else [])
            countries = set(self.facts.countries.values())
            form, asked = from_address(QueryDict(query), countries, choices, provider)
            assert not form.errors, (query, form.errors)
            self._boards[query, provider] = Board(asked, rules(), overview.READS, Sight(provider), choices)
        return self._boards[query, provider]

    def assert_figure(self, key: str, query: str = "", provider: str = "") -> Figure | None:
        """The figure says what the rows say; None where the reader is not told it with these filters."""
        board = self.board(query, provider)
        if not _is_told(key, board):
            return None
        made = DRAWN[key].make(board)
        assert_counts(made, COUNTS[key](self.seen(board.narrowed)), (query, provider))
        return made

    def assert_first_page(self, query: str = "", provider: str = "") -> None:
        board = self.board(query, provider)
        said = {one.figure: one.value for one in overview.key_figures(board)}
        assert said == key_figures(self.seen(board.narrowed)), (query, provider)

    def seen(self, asked: Narrowed) -> Seen:
        return Seen(self.facts, asked, rules())

    def queries(self, *, some: int = 0, seed: int = 1) -> list[str]:
        """Every combination of country, tier, provider, release and period; so many drawn by lot, where that is said.

        Each value of each filter alone is among them whatever is drawn.
        """
        releases = list(Release.objects.order_by("pk"))
        models = ["", *(f"provider={pk}" for pk in sorted({str(one.provider_id) for one in releases}))]
        models += [f"release={one.pk}" for one in releases]
        models += [f"provider={one.provider_id}&release={one.pk}" for one in releases[:2]]
        countries = ["", *(f"jurisdiction={one}" for one in sorted(set(self.facts.countries.values())))]
        tiers = ["", "tier=standard", "tier=elevated", "tier=high"]
        periods = ["", "period=3", "period=6", "period=24"]
        choices = [countries, tiers, models, periods]
        alone = [one for values in choices for one in values if one]
        whole = [
            "&".join(filter(None, (country, tier, model, period)))
            for country in countries
            for tier in tiers
            for model in models
            for period in periods
        ]
        drawn = random.Random(seed).sample(whole, min(some, len(whole))) if some else whole
        return list(dict.fromkeys(["", *alone, *drawn]))


def _is_told(key: str, board: Board) -> bool:
    by_model = bool(board.narrowed.provider or board.narrowed.release)
    return DRAWN[key] in told(PAGE_OF[key], board.sight, by_model=by_model)


def providers() -> Iterator[str]:
    """Providers with a release, by id."""
    return iter(sorted({str(pk) for pk in Release.objects.values_list("provider", flat=True)}))
