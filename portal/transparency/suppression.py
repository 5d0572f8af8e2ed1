"""Publishing counts so that no small number can be read off, nor worked out from the others.

A count of one to four is shown as “fewer than 5”. For each there must be another table that agrees with everything
published and in which it has another value: so as few other numbers as needed are not shown either. Where that cannot
be had, the table is not published. Nought is shown: nobody is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

ENOUGH = 5
"""The least count that is shown."""
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A published count; `few`: one to four; `hidden`: five or more, left out to protect another."""

    shown: Literal["count", "few", "hidden"]
    count: int | None


def is_few(count: int) -> bool:
    """Whether so few must not be told."""
    return 0 < count < ENOUGH


def published(rows: Sequence[Sequence[int]]) -> list[list[Cell]] | None:
    """The rows with their totals at the end (a single column has none), for a table whose columns' totals are known.

    None where small counts cannot be protected. The columns' totals must not be small themselves: merge first.
    """
    grid = [[*row, sum(row)] if len(row) > 1 else list(row) for row in rows]
    few = {(r, c) for r, row in enumerate(grid) for c, count in enumerate(row) if is_few(count)}
    hidden = set(few)
    for place in sorted(few):
        cost, others = min(
            ((_cost(grid, cells - hidden), sorted(cells)) for cells in _alternatives(grid, place)), default=(0, [])
        )
        del cost
        if not others:
            return None
        hidden |= set(others)
    return [[_cell(count, (r, c), few, hidden) for c, count in enumerate(row)] for r, row in enumerate(grid)]


def _cell(count: int, place: Place, few: set[Place], hidden: set[Place]) -> Cell:
    if place in few:
        return Cell("few", None)
    return Cell("hidden", None) if place in hidden else Cell("count", count)


def _cost(grid: list[list[int]], cells: set[Place]) -> int:
    """What is lost by not showing these as well."""
    return sum(grid[r][c] for r, c in cells)


def _alternatives(grid: list[list[int]], place: Place) -> Iterator[set[Place]]:
    """Cells that, changed by one together with this one, leave every total as it is and no count out of its range."""
    row, column = place
    last = len(grid[0]) - 1
    for other in range(len(grid)):
        if other == row:
            continue
        if last == 0:
            changes = [{(row, 0): way, (other, 0): -way} for way in (1, -1)]
        else:
            changes = [
                _swap(row, other, column, beside, way, last)
                for beside, way in product(range(last + 1), (1, -1))
                if beside != column
            ]
        for change in changes:
            if all(_stays(grid[r][c], by) for (r, c), by in change.items()):
                yield set(change)


def _swap(row: int, other: int, column: int, beside: int, way: int, last: int) -> dict[Place, int]:
    """One more here is one less beside it, or one more in the row's total; in the other row the other way round."""
    back = way if last in (column, beside) else -way
    return {(row, column): way, (row, beside): back, (other, column): -way, (other, beside): -back}


def _stays(count: int, by: int) -> bool:
    """Whether a count that is not shown may as well be one more or less, by what is said of it."""
    return is_few(count + by) if is_few(count) else count >= ENOUGH and count + by >= ENOUGH


def reasons_published(counts: Sequence[int], refused: int) -> list[Cell]:
    """Counts of reasons, of which each of so many refusals has one or more: shown so that their number tells nothing.

    There are at least as many reasons as refusals; where that would narrow down a small count, others are left out.
    """
    few = {place for place, count in enumerate(counts) if is_few(count)}
    hidden = set(few)
    shown = sorted((place for place in range(len(counts)) if counts[place] >= ENOUGH), key=lambda one: counts[one])
    for place in shown:
        if not few or refused - sum(counts[one] for one in shown if one not in hidden) <= _least(few, hidden):
            break
        hidden.add(place)
    flat = {(place, 0) for place in few}, {(place, 0) for place in hidden}
    return [_cell(count, (place, 0), *flat) for place, count in enumerate(counts)]


def _least(few: set[int], hidden: set[int]) -> int:
    """The least that hidden counts can come to, by what is said of each."""
    return len(few) + ENOUGH * len(hidden - few)
