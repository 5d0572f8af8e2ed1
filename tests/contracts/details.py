"""Pages of one object, by the permission matrix: each is to be held to a budget, for everybody who may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.urls import NoReverseMatch, reverse

from tests.contracts.matrix import OK, Row
from tests.query_budget import Place


def is_of_an_object(row: Row) -> bool:
    """Whether the address names an object, and not only the world in which a page is asked."""
    if row.make is None:
        return False
    try:
        reverse(row.url)
    except NoReverseMatch:
        return True
    return False


def readers(row: Row, *variants: str) -> set[str]:
    """The personas that may open the page, of the owners; and of colleagues or strangers where a variant is named.

    What a visitor may open is the same for everybody: the visitor stands for them.
    """
    if OK in row.get.of("anonymous"):
        return {"anonymous"}
    named = ("", *variants)
    return {who for who in row.get.asked if OK in row.get.of(who) and who.partition(".")[2] in named}


def unheld(rows: Iterable[Row], held: Iterable[Place], *, but: Collection[str] = ()) -> list[str]:
    """Pages of an object, as `address@persona`, that no story opens for that persona.

    `but` are addresses that only lead on to another, with `@` and the persona where they do so for some people only.
    """
    opened = {(place[0].partition("?")[0].partition(" ")[0], place[-1]) for place in held}
    wanted = {(row.url, who) for row in rows if is_of_an_object(row) for who in readers(row)}
    return sorted(f"{url}@{who}" for url, who in wanted - opened if not {url, f"{url}@{who}"} & set(but))
