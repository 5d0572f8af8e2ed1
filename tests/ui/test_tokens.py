"""One file of tokens; everything made from it is fresh and readable."""

from __future__ import annotations

import pytest

from portal.ui import tokens
from portal.ui.unfold import UNFOLD


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_generated_files_are_fresh() -> None:
    assert tokens.stale() == [], "run `python -m portal.ui.tokens`"


@pytest.mark.parametrize("tone", tokens.tokens()["tone"])
def test_words_of_a_tone_are_readable_on_its_fill(tone: str) -> None:
    parts = tokens.tokens()["tone"][tone]
    assert contrast(parts["text"], parts["fill"]) >= 4.5


@pytest.mark.parametrize("tone", tokens.tokens()["tone"])
def test_words_of_a_tone_are_readable_on_its_fill_in_the_dark(tone: str) -> None:
    dark = tokens.tokens()["dark"]
    assert contrast(dark[f"tone-{tone}-text"], dark[f"tone-{tone}-fill"]) >= 4.5


@pytest.mark.parametrize("level", tokens.tokens()["heat"])
def test_figures_are_readable_on_every_heat(level: str) -> None:
    source = tokens.tokens()
    assert contrast(source["heat"][level]["text"], source["heat"][level]["fill"]) >= 4.5
    assert contrast(source["dark"][f"heat-{level}-text"], source["dark"][f"heat-{level}-fill"]) >= 4.5


@pytest.mark.parametrize("name", ["ink", "ink-2", "ink-3", "accent"])
@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_words_are_readable_on_every_ground(name: str, ground: str) -> None:
    assert contrast(tokens.colour(name), tokens.colour(ground)) >= 4.5


def test_edges_of_fields_can_be_seen() -> None:
    assert contrast(tokens.colour("field"), tokens.colour("paper")) >= 3


def test_the_desk_uses_the_same_colours() -> None:
    assert UNFOLD["COLORS"]["primary"]["600"] == tokens.colour("accent")
    assert UNFOLD["COLORS"]["base"]["900"] == tokens.colour("ink")
