"""By which text each source's spells were made: after an update, what was made by another is made anew."""

from __future__ import annotations

import functools
from typing import Any

from portal.core.canonical import digest
from portal.dashboards.models import Cursor
from portal.dashboards.rollup import statements
from portal.dashboards.rollup.sources import FIRST, SOURCES, Source


def text_of(source: Source) -> str:
    """SHA-256 over every statement that makes the source's spells and sums, and the tiers that they are split by."""
    said = _plain(statements.made(source, all_subjects=True))
    tiers = "" if source.own_tier else _plain(statements.made(FIRST, all_subjects=True))
    return _digest(source.measures, said, tiers)


@functools.cache
def _plain(text: str) -> str:
    """How a statement is laid out makes nothing otherwise."""
    return " ".join(text.split())


@functools.cache
def _digest(measures: tuple[str, ...], said: str, tiers: str) -> str:
    return digest([*measures, said, tiers, _plain(statements.ADD_ALL)])


def note(cursor: Cursor, *sources: Source) -> None:
    """These sources are made as they say now. The caller saves."""
    for source in sources:
        cursor.made_by[source.name] = {"text": text_of(source), "measures": list(source.measures)}


def made_otherwise(made_by: dict[str, Any]) -> list[Source]:
    """Sources whose spells were made by another text than theirs, or never, in the order in which they are made."""
    return [one for one in SOURCES if made_by.get(one.name, {}).get("text") != text_of(one)]


def measures_before(made_by: dict[str, Any], source: Source) -> list[str]:
    """What the source has made up to now and makes from now on, but for what has become another's."""
    others = {measure for one in SOURCES if one is not source for measure in one.measures}
    before = {*made_by.get(source.name, {}).get("measures", ())}
    return sorted({*source.measures} | (before - others))


def dropped(made_by: dict[str, Any]) -> dict[str, list[str]]:
    """Names of sources that there are no more, each with the measures that are nobody's now."""
    names, measures = {one.name for one in SOURCES}, {measure for one in SOURCES for measure in one.measures}
    return {
        name: [measure for measure in said["measures"] if measure not in measures]
        for name, said in made_by.items()
        if name not in names
    }
