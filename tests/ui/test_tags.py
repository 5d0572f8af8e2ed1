"""Every state of every noun has a look: word, icon and tone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.accounts.documents import tables
from portal.core.states import State, StateTable
from portal.ui import tags

ICONS = Path(tags.__file__).parent / "assets" / "icons"


def in_sprite() -> set[str]:
    used = set((ICONS / "used.txt").read_text().split())
    return used | {path.stem for path in (ICONS / "own").glob("*.svg")}


def test_every_state_of_every_lifecycle_has_a_look() -> None:
    known = tables()
    missing = [f"{table.noun}.{state.slug}" for table in known for state in table.states if not _has_look(table, state)]
    assert len(known) > 10
    assert missing == [], "give them a look in portal/ui/tags.py"


def _has_look(table: StateTable, state: State) -> bool:
    try:
        tags.look_of(table.noun, state.slug)
    except KeyError:
        return False
    return True


def test_an_unknown_state_is_an_error_and_not_a_grey_tag() -> None:
    with pytest.raises(KeyError, match=r"tags\.py"):
        tags.look_of("grant", "levitating")


def test_every_icon_of_a_look_is_in_the_sprite() -> None:
    looks = [*tags.EVERYWHERE.values(), *(look for states in tags.BY_NOUN.values() for look in states.values())]
    looks += [look for _, look in tags.DERIVED.values()]
    assert {look.icon for look in looks} - in_sprite() == set()


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    import re

    templates = Path(tags.__file__).parents[2] / "templates"
    pattern = re.compile(r"""\{% icon "(\w+)"|<c-(?:empty|note|button)\b[^>]*\bicon="(\w+)\"""")
    named = {
        one or other
        for path in templates.rglob("*.html")
        for one, other in pattern.findall(path.read_text())
        if one or other
    }
    assert named - in_sprite() == set()


def test_a_tag_has_its_word_and_a_silent_icon() -> None:
    table = StateTable("hold", "Hold", (State("placed", "Placed & held", ""),), ())
    made = tags.tag_of(SimpleNamespace(TABLE=table, state="placed"))
    assert "Placed &amp; held" in made
    assert 'aria-hidden="true"' in made
    assert "tp-tag--red" in made
