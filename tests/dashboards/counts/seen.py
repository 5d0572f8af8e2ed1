"""What one reader sees of the facts with some filters, and what a figure has to say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from portal.dashboards.figures import Figure
from portal.dashboards.filters import Narrowed
from portal.rulebook.schema import Rulebook
from tests.dashboards.counts.facts import Facts
from tests.dashboards.rollup.naive_happened import Happening

Row = Mapping[str, object]
"""Heading → cell of a figure's table; zeros may be left out."""


@dataclass(frozen=True)
class Count:
    """What a figure has to say: its rows, words of its title, and the number that the period before had.

    `apart` are headings that are held to something else (what stood on a past day: tests/dashboards/test_as_at.py).
    """

    rows: list[Row]
    title: tuple[str, ...] = ()
    before: int | None = None
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """The facts through the filters."""

    facts: Facts
    asked: Narrowed
    book: Rulebook

    def now(self, measure: str) -> Counter[tuple[str, str]]:
        return self.facts.standing(self.asked, measure)

    def happened(self, measure: str) -> list[Happening]:
        return list(self.facts.happened(self.asked, measure))

    def happened_before(self, measure: str) -> list[Happening]:
        return list(self.facts.happened(self._before, measure))

    def took(self, measure: str) -> dict[str, list[int]]:
        """Group → how long each of them took."""
        return _by_group(self.happened(measure))

    def took_before(self, measure: str) -> dict[str, list[int]]:
        return _by_group(self.happened_before(measure))

    @property
    def _before(self) -> Narrowed:
        """As many months as the period touches, up to the day before it."""
        months = (self.asked.until.year - self.asked.since.year) * 12 + self.asked.until.month - self.asked.since.month
        return replace(
            self.asked, since=months_on(self.asked.since, -months - 1), until=self.asked.since - timedelta(days=1)
        )


Naive = Callable[[Seen], Count]


def _by_group(rows: list[Happening]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in rows:
        found.setdefault(one.group, []).append(one.units)
    return found


def months_on(day: date, months: int) -> date:
    """The first of the month so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def month_called(day: date) -> str:
    return f"{day:%b %Y}"


def share(part: int, of: int) -> str:
    return f"{round(100 * part / of)} %" if of else "–"


def by_age(ages: Mapping[int, int], firsts: Sequence[int]) -> Row:
    """How many are of each band of days, in which band the middle one is, and the oldest one."""
    ends = [*(f"{first} to {after - 1} days" for first, after in pairwise(firsts)), f"{firsts[-1]} days or more"]
    names = dict(zip(firsts, [f"Under {firsts[1]} days", *ends[1:]], strict=True))
    everyone = sorted(first for first, count in ages.items() for _one in range(count))
    middle = names[everyone[(len(everyone) - 1) // 2]] if everyone else "–"
    oldest = names[everyone[-1]] if everyone else "–"
    counted = {names[first]: count for first, count in ages.items()}
    return {"All": len(everyone), **counted, "Half are up to": middle, "Oldest": oldest}


def plainly(cells: Row, apart: tuple[str, ...] = ()) -> dict[str, object]:
    """A row without its zeros, and without what is held to something else."""
    return {head: cell for head, cell in cells.items() if cell not in (0, "0") and head not in apart}


def rows_of(figure: Figure) -> list[Row]:
    """The table of a figure as its reader has it."""
    heads = [str(head) for head in figure.head]
    assert len(set(heads)) == len(heads), f"two columns of {figure.key} have one name"
    return [dict(zip(heads, row, strict=True)) for row in figure.rows]


def says_something(figure: Figure) -> bool:
    """Whether its table has anything but headings, zeros and dashes."""
    return any(cell not in (0, "0", "–") for row in figure.rows for cell in row[1:])


def assert_counts(figure: Figure, count: Count, where: object) -> None:
    """Raises AssertionError where the figure says something else than the count."""
    said, expected = (
        sorted((plainly(row, count.apart) for row in rows), key=repr) for rows in (rows_of(figure), count.rows)
    )
    assert said == expected, (figure.key, where)
    for words in count.title:
        assert words in figure.title, (figure.key, where, figure.title)
    if count.before is not None and figure.before:
        numbers = ("As many" if count.before else "None", f"({count.before})")
        assert any(words in figure.before for words in numbers), (figure.key, where, figure.before, count.before)


def assert_exported(lines: list[list[str]], count: Count, where: object) -> None:
    """The same of a figure's file: its head, and its rows, in which everything is text."""
    head, *rows = lines
    said, expected = (
        sorted(({key: str(cell) for key, cell in plainly(row, count.apart).items()} for row in found), key=repr)
        for found in ([dict(zip(head, row, strict=True)) for row in rows], count.rows)
    )
    assert said == expected, where
