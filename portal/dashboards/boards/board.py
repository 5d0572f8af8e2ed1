"""What a board is made from: the filters, the rules, and what the rollups say, each kind of reading in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from portal.dashboards.filters import Narrowed
from portal.dashboards.queries.offered import Offered, offered
from portal.dashboards.rollup import read
from portal.dashboards.rollup.read import Spread
from portal.dashboards.sights import Sight
from portal.rulebook.schema import Rulebook

Counted = Mapping[tuple[str, str], int]
Monthly = Mapping[tuple[date, str, str], int]


@dataclass(frozen=True)
class Reads:
    """Names of measures, by how they are read."""

    standing: frozenset[str] = frozenset()
    by_month: frozenset[str] = frozenset()
    happened: frozenset[str] = frozenset()
    spread: frozenset[str] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(*(getattr(self, name) | getattr(other, name) for name in self.__dataclass_fields__))


def reads(**names: str) -> Reads:
    """`reads(standing="lines holds", spread="time_to_contain")`."""
    return Reads(**{how: frozenset(said.split()) for how, said in names.items()})


@dataclass
class Board:
    """`reads` are the measures that may be asked for; they are fetched together when the first of a kind is wanted."""

    narrowed: Narrowed
    book: Rulebook
    reads: Reads
    sight: Sight = field(default_factory=Sight)
    offered: Offered = field(default_factory=offered)

    @cached_property
    def _months(self) -> Mapping[str, Monthly]:
        """What stood at the end of the period before, of each month since, and of the day *as at*. One query."""
        eve = self.narrowed.before().until
        names = self.reads.standing | self.reads.by_month
        return read.standing_by_month(replace(self.narrowed, since=eve.replace(day=1)), *sorted(names))

    @cached_property
    def now(self) -> Mapping[str, Counted]:
        """What stands at the end of the day *as at*."""
        return _at(self._months, self.narrowed.until.replace(day=1))

    @cached_property
    def then(self) -> Mapping[str, Counted]:
        """What stood at the end of the period before."""
        return _at(self._months, self.narrowed.before().until.replace(day=1))

    @cached_property
    def by_month(self) -> Mapping[str, Monthly]:
        """What stood at the end of each month of the period."""
        return _within(self._months, self.narrowed)

    @cached_property
    def _happenings(self) -> Mapping[str, Monthly]:
        """What happened in the period and in the one before, as known on the day *as at*. One query."""
        return read.happened(replace(self.narrowed, since=self.narrowed.before().since), *sorted(self.reads.happened))

    @cached_property
    def happened(self) -> Mapping[str, Monthly]:
        return _within(self._happenings, self.narrowed)

    @cached_property
    def happened_before(self) -> Mapping[str, Monthly]:
        return _within(self._happenings, self.narrowed.before())

    @cached_property
    def _spreads(self) -> tuple[Mapping[str, Mapping[str, Spread]], ...]:
        """How long it took in the period and in the one before, as known on the day *as at*. One query."""
        periods = (self.narrowed, self.narrowed.before())
        return read.spreads(periods, *sorted(self.reads.spread), known=self.narrowed.until)

    @property
    def spread(self) -> Mapping[str, Mapping[str, Spread]]:
        return self._spreads[0]

    @property
    def spread_before(self) -> Mapping[str, Mapping[str, Spread]]:
        return self._spreads[1]

    @property
    def bodies(self) -> Mapping[str, str]:
        """Authorities and providers by id."""
        return self.offered.bodies


def _at(months: Mapping[str, Monthly], month: date) -> dict[str, Counted]:
    return {
        measure: {(group, column): count for (first, group, column), count in counted.items() if first == month}
        for measure, counted in months.items()
    }


def _within(months: Mapping[str, Monthly], period: Narrowed) -> dict[str, Monthly]:
    return {
        measure: {cell: count for cell, count in counted.items() if period.since <= cell[0] <= period.until}
        for measure, counted in months.items()
    }


def by_group(counted: Counted) -> dict[str, int]:
    """Summed over the columns."""
    return _summed((group, count) for (group, _column), count in counted.items())


def by_column(counted: Counted) -> dict[str, int]:
    """Summed over the groups."""
    return _summed((column, count) for (_group, column), count in counted.items())


def whole(monthly: Monthly) -> dict[tuple[str, str], int]:
    """Summed over the months."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for (_month, group, column), count in monthly.items():
        found[group, column] += count
    return dict(found)


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for key, count in pairs:
        found[key] += count
    return dict(found)
