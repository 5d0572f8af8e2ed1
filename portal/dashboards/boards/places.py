"""Where in the world models are used, and how much of the scheme rests on few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pycountry
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.states_places import ENVIRONMENT
from portal.accounts.models.organisation import jurisdiction_name
from portal.dashboards.boards.board import Board, by_column, by_group
from portal.dashboards.boards.words import percent, than_then
from portal.dashboards.figures import Figure, cell

OPEN = ("accredited", "attested", "registered", "suspended", "expired")
"""States of an environment that is still there, the one in which it can be used first."""
THERE = "there"
"""All of them, as the part of a measure that a cell counts."""
FIRST = 3
MODERATE, HIGH = 0.15, 0.25
"""Bounds of the Herfindahl index between which a market is called moderately concentrated."""


def environments_by_country(board: Board) -> Figure:
    """Environments that are there, by the country that they stand in; those that are accredited may be used."""
    now = {cell: count for cell, count in board.now["environments"].items() if cell[1] in OPEN}
    total = by_group(now)
    codes = sorted(total, key=lambda code: (-now.get((code, "accredited"), 0), -total[code], jurisdiction_name(code)))
    states = [state for state in OPEN if by_column(now).get(state)]
    labels = {state.slug: str(state.label) for state in ENVIRONMENT.states}
    names = [jurisdiction_name(code) for code in codes]
    accredited = [now.get((code, "accredited"), 0) for code in codes]
    usable = [code for code, count in zip(codes, accredited, strict=True) if count]
    then = sum(count for (_code, state), count in board.then["environments"].items() if state == "accredited")
    return Figure(
        key="places",
        title=_place_title(sum(accredited), [jurisdiction_name(code) for code in usable], sum(total.values())),
        sub=_("Environments by the country they stand in. Only accredited ones can be used."),
        head=[_("Country"), *(labels[state] for state in states), _("All")],
        rows=[
            [
                name,
                *(cell(now.get((code, state), 0), "environments", code, state) for state in states),
                cell(total[code], "environments", code, THERE),
            ]
            for code, name in zip(codes, names, strict=True)
        ],
        chart={
            "kind": "map",
            "labels": [jurisdiction_name(code) for code in usable],
            "codes": [_number(code) for code in usable],
            "series": [
                {"name": _("Accredited"), "values": [now[code, "accredited"] for code in usable]},
                {"name": _("All"), "values": [total[code] for code in usable]},
            ],
        },
        before=than_then(sum(accredited), then, board.narrowed),
    )


def _number(code: str) -> str:
    """ISO 3166-1 numeric, by which the outlines are called; "" where there is none."""
    country = pycountry.countries.get(alpha_2=code)
    return country.numeric if country else ""


def _place_title(accredited: int, countries: list[str], total: int) -> str:
    if not total:
        return _("There is no environment")
    if not accredited:
        return ngettext(
            "None of %(n)s environment is accredited", "None of %(n)s environments is accredited", total
        ) % {"n": total}
    said = ngettext("%(n)s environment can be used", "%(n)s environments can be used", accredited) % {"n": accredited}
    if len(countries) == 1:
        return _("%(said)s, all in %(country)s") % {"said": said, "country": countries[0]}
    words = ngettext(
        "%(said)s in %(m)s country, most in %(country)s",
        "%(said)s in %(m)s countries, most in %(country)s",
        len(countries),
    )
    return words % {"said": said, "m": len(countries), "country": countries[0]}


@dataclass(frozen=True)
class Held:
    """Who holds how much: the first three as (name, count), the whole, and the sum of the squared counts."""

    first: list[tuple[str, int]]
    total: int
    squares: int

    @property
    def index(self) -> float | None:
        """The sum of the squared shares, from nearly 0 to 1; None of nothing. (Hirschman 1945, Herfindahl 1950.)"""
        return self.squares / self.total**2 if self.total else None

    @property
    def shares(self) -> list[float]:
        """In per cent: of the first three, and of all others."""
        first = [round(100 * count / self.total, 1) for _name, count in self.first]
        first += [0] * (FIRST - len(first))
        return [*first, max(0, round(100 - sum(first), 1)) if self.total else 0]


def held_by_name(counted: Mapping[str, int], called: Mapping[str, str]) -> Held:
    """By key how much each holds, and what it is called: two of one name are two."""
    named = [(called.get(key, key), count) for key, count in counted.items()]
    ranked = sorted(named, key=lambda one: (-one[1], one[0]))[:FIRST]
    return Held(ranked, sum(counted.values()), sum(count**2 for count in counted.values()))


def held_by_size(sizes: Mapping[int, int]) -> Held:
    """The same of holders without names: how much each of them holds → how many of them there are."""
    ranked = [size for size in sorted(sizes, reverse=True) for _one in range(min(FIRST, sizes[size]))][:FIRST]
    return Held(
        [("", size) for size in ranked],
        sum(size * count for size, count in sizes.items()),
        sum(size**2 * count for size, count in sizes.items()),
    )


def concentration(board: Board) -> Figure:
    """How much of what is in force rests on the first three providers, releases, countries and partners."""
    in_force = by_group({cell: n for cell, n in board.now["grants"].items() if cell[1] == "in_force"})
    lines, partners = by_group(board.now["lines"]), by_group(board.now["qualified"])
    countries = {code: jurisdiction_name(code) for code in partners}
    sizes = {int(size): count for size, count in by_column(board.now["holders"]).items()}
    kinds = [
        (_("Providers, by grants in force"), held_by_name(in_force, dict(board.offered.providers))),
        (_("Releases, by lines in force"), held_by_name(lines, board.offered.called())),
        (_("Partners, by grants in force"), held_by_size(sizes)),
        (_("Countries, by trusted partners"), held_by_name(partners, countries)),
    ]
    return Figure(
        key="concentration",
        title=_concentration_title(kinds[0][1], kinds[2][1]),
        sub=_(
            "What the first three hold of the whole. The Herfindahl index adds up the squares of all shares: 1 is one "
            "holder of everything, below 0.15 counts as spread, above 0.25 as concentrated."
        ),
        head=[_("Of what"), _("First"), _("Second"), _("Third"), _("All others"), _("Herfindahl index"), _("Which is")],
        rows=[[label, *_first_three(held), *_index(held)] for label, held in kinds],
        chart={
            "kind": "across",
            "stack": True,
            "unit": "%",
            "most": 100,
            "labels": [label for label, _held in kinds],
            "series": [
                {"name": name, "values": [held.shares[place] for _label, held in kinds], "tone": tone}
                for place, (name, tone) in enumerate(
                    (
                        (_("First"), "black"),
                        (_("Second"), "blue"),
                        (_("Third"), "green"),
                        (_("All others"), "neutral"),
                    )
                )
            ],
        },
    )


def _first_three(held: Held) -> list[str]:
    """The first three with their shares, and the share of all others."""
    said = [": ".join(filter(None, (name, percent(count, held.total)))) for name, count in held.first]
    rest = percent(held.total - sum(count for _name, count in held.first), held.total)
    return [*said, *["–"] * (FIRST - len(said)), rest]


def _index(held: Held) -> list[Any]:
    index = held.index
    if index is None:
        return ["–", "–"]
    word = _("spread") if index < MODERATE else _("moderately concentrated") if index <= HIGH else _("concentrated")
    return [f"{index:.2f}", word]


def _concentration_title(providers: Held, partners: Held) -> str:
    if not providers.first:
        return _("No grant is in force that could rest on few")
    (name, count), most = providers.first[0], sum(size for _name, size in partners.first)
    said = {
        "share": percent(count, providers.total),
        "name": name,
        "held": percent(most, partners.total),
        "n": len(partners.first),
    }
    words = ngettext(
        "%(share)s of grants in force are for models of %(name)s; one partner holds %(held)s",
        "%(share)s of grants in force are for models of %(name)s; the %(n)s largest partners hold %(held)s",
        len(partners.first),
    )
    return words % said
