"""No small count can be read off, nor worked out: each could be another, and all that is shown would be the same."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.transparency.suppression import ENOUGH, Cell, is_few, published, reasons_published

COUNTS = st.one_of(st.integers(0, 9), st.integers(0, 40))
GRIDS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=1, max_size=3)
)


def fits(count: int, cell: Cell) -> bool:
    """Whether the count may be what that cell says."""
    if cell.shown == "count":
        return count == cell.count
    return is_few(count) if cell.shown == "few" else count >= ENOUGH


def agrees(rows: list[list[int]], totals: list[int], cells: list[list[Cell]]) -> bool:
    """Whether a table could have been published so, by its columns' totals and every cell with its row's total."""
    if [sum(column) for column in zip(*rows, strict=True)] != totals or min(map(min, rows)) < 0:
        return False
    whole = [[*row, sum(row)] if len(row) > 1 else row for row in rows]
    return all(
        fits(count, cell)
        for row, shown in zip(whole, cells, strict=True)
        for count, cell in zip(row, shown, strict=True)
    )


def others(rows: list[list[int]], cells: list[list[Cell]]) -> set[tuple[tuple[int, int], int]]:
    """(cell, value) of every table near this one that would look the same, found by trying them all."""
    totals = [sum(column) for column in zip(*rows, strict=True)]
    width, found = len(rows[0]), set()
    for steps in product((-1, 0, 1), repeat=len(rows) * width):
        changed = [[rows[r][c] + steps[r * width + c] for c in range(width)] for r in range(len(rows))]
        if agrees(changed, totals, cells):
            whole = [[*row, sum(row)] if width > 1 else row for row in changed]
            found |= {((r, c), count) for r, row in enumerate(whole) for c, count in enumerate(row)}
    return found


@settings(max_examples=40, deadline=None, derandomize=True)
@given(GRIDS.filter(lambda rows: len(rows) * len(rows[0]) <= 6))
def test_each_small_count_could_be_another(rows: list[list[int]]) -> None:
    cells = published(rows)
    if cells is None:
        return
    near = others(rows, cells)
    for r, row in enumerate(cells):
        for c, cell in enumerate(row):
            if cell.shown == "few":
                assert len({count for place, count in near if place == (r, c)}) > 1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(GRIDS)
def test_what_is_shown_is_right_and_never_small(rows: list[list[int]]) -> None:
    cells = published(rows)
    assert cells is None or agrees(rows, [sum(column) for column in zip(*rows, strict=True)], cells)
    for row in cells or []:
        assert not any(cell.count is not None and is_few(cell.count) for cell in row)


def test_a_table_without_small_counts_is_shown_whole() -> None:
    cells = published([[5, 0, 9], [20, 7, 0]])
    assert cells is not None
    assert [[cell.count for cell in row] for row in cells] == [[5, 0, 9, 14], [20, 7, 0, 27]]


def test_a_single_small_count_takes_others_with_it() -> None:
    cells = published([[2, 20, 30], [10, 20, 30]])
    assert cells is not None
    assert sum(cell.shown == "hidden" for row in cells for cell in row) == 3


def test_where_nothing_can_protect_it_the_table_is_not_published() -> None:
    assert published([[2, 20, 30]]) is None
    assert published([[2], [0]]) is None


@pytest.mark.parametrize(
    ("counts", "refused", "told"),
    [
        ([9, 6, 2], 9, [9, 6, None]),  # the two that are shown cover every refusal: nothing follows for the third
        ([6, 2], 8, [None, None]),  # six and at least two more would give the two away
        ([6, 0], 6, [6, 0]),
        ([3], 3, [None]),
    ],
)
def test_reasons_do_not_give_each_other_away(counts: list[int], refused: int, told: list[int | None]) -> None:
    assert [cell.count for cell in reasons_published(counts, refused)] == told
