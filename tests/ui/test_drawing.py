"""Charts as pictures: what they say without colour, without scripts, and whatever stands in their names."""

from __future__ import annotations

import io
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from math import hypot
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from portal.ui.drawing import MOST_NAMES, Words, draw_chart, draw_matrix
from portal.ui.drawing.maps import LARGEST, SMALLEST, apart
from portal.ui.drawing.sheet import SVG, clean

WORDS = Words("Incidents fell", "By month.", "As at 27 November 2026.")
NASTY = [
    "$\\frac{1}{$",
    "</title><script>alert(1)</script>",
    "a\x0bb\x1f",
    "\u202egnp.exe",
    "研究所",
    "_hidden",
    "",
    "--!>",
    "&amp;",
]


def chart(kind: str = "stacked", *, labels: list[str] | None = None, **more: Any) -> dict[str, Any]:
    names = labels or ["Sep", "Oct", "Nov"]
    series = [{"name": name, "values": list(range(len(names))), "tone": "neutral"} for name in ("Low", "High")]
    return {"kind": kind, "labels": names, "series": series, **more}


def grey(content: bytes) -> bytes:
    return Image.open(io.BytesIO(content)).convert("L").tobytes()


@pytest.mark.parametrize("kind", ["line", "bar", "stacked", "across"])
def test_each_kind_is_drawn_as_svg_and_png(kind: str) -> None:
    root = ElementTree.fromstring(draw_chart(chart(kind), kind="svg", words=WORDS))
    assert root.tag == f"{{{SVG}}}svg"
    assert root.findtext(f"{{{SVG}}}title") == "Incidents fell"
    assert "As at 27 November 2026." in str(root.findtext(f"{{{SVG}}}desc"))
    picture = Image.open(io.BytesIO(draw_chart(chart(kind), kind="png", words=WORDS)))
    assert picture.width == 1440
    assert len(picture.convert("L").getcolors(256) or []) > 4


@pytest.mark.parametrize("kind", ["line", "stacked"])
def test_series_are_told_apart_without_colour(kind: str) -> None:
    """Both series have one tone. If only colour told them apart, changing places would leave the picture as it is."""
    first, second = chart(kind), chart(kind)
    first["series"][0]["values"], first["series"][1]["values"] = [3, 3, 3], [0, 0, 0]
    second["series"][0]["values"], second["series"][1]["values"] = [0, 0, 0], [3, 3, 3]
    assert grey(draw_chart(first, kind="png")) != grey(draw_chart(second, kind="png"))


@pytest.mark.parametrize("kind", ["bar", "stacked", "across"])
def test_every_series_of_bars_but_the_first_has_a_pattern_of_its_own(kind: str) -> None:
    several = chart(kind)
    several["series"] += [{"name": name, "values": [1, 2, 3], "tone": "neutral"} for name in ("Higher", "Highest")]
    root = ElementTree.fromstring(draw_chart(several, kind="svg"))
    patterns = {ElementTree.tostring(one[-1]) for one in root.iter(f"{{{SVG}}}pattern")}
    assert len(patterns) == 3


def test_held_cells_are_hatched() -> None:
    rows = [{"label": "Model 4.1", "cells": [{"label": "2", "heat": 1}, {"label": "2", "held": True}]}]
    made = draw_matrix({"columns": ["Evaluation", "Red-teaming"], "rows": rows}, kind="svg", words=WORDS)
    assert len(list(ElementTree.fromstring(made).iter(f"{{{SVG}}}pattern"))) == 1


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_names_are_never_markup_or_formulas(kind: str) -> None:
    nasty = chart("across", labels=NASTY, unit="$x_1$", target=1, target_label="$\\")
    nasty["series"] = [{"name": name, "values": [1] * len(NASTY)} for name in NASTY[:4]]
    for one in (nasty, {**nasty, "kind": "stacked"}, {**nasty, "kind": "line"}):
        made = draw_chart(one, kind=kind, words=Words(NASTY[1], NASTY[0], NASTY[2]))
        if kind == "svg":
            root = ElementTree.fromstring(made)
            assert not list(root.iter(f"{{{SVG}}}script"))
            assert root.findtext(f"{{{SVG}}}title") == NASTY[1]


def test_a_character_without_a_shape_is_written_as_its_number() -> None:
    assert clean("研 Ünïcode\u202e\x07 ’x’") == "[U+7814] Ünïcode ’x’"


def test_the_same_figures_give_the_same_file() -> None:
    assert draw_chart(chart(), kind="svg", words=WORDS) == draw_chart(chart(), kind="svg", words=WORDS)


def test_several_threads_draw_what_one_draws() -> None:
    alone = [draw_chart(chart(kind), kind="svg") for kind in ("line", "bar", "stacked", "across")]
    with ThreadPoolExecutor(4) as pool:
        together = list(
            pool.map(lambda kind: draw_chart(chart(kind), kind="svg"), ("line", "bar", "stacked", "across"))
        )
    assert together == alone


def test_the_picture_has_an_end_however_many_names_there_are() -> None:
    many = chart("across", labels=[f"Authority {number}" for number in range(500)])
    picture = Image.open(io.BytesIO(draw_chart(many, kind="png")))
    assert picture.height < 200 * (MOST_NAMES + 5)


@pytest.mark.parametrize("values", [[], [0, 0, 0], [None, None, None], [-3, 5, 2]])
def test_nothing_zeros_gaps_and_negative_numbers_are_drawn(values: list[Any]) -> None:
    for kind in ("line", "bar", "stacked", "across"):
        one = {"kind": kind, "labels": ["a", "b", "c"][: len(values)], "series": [{"name": "A", "values": values}]}
        assert draw_chart(one, kind="png").startswith(b"\x89PNG")


@pytest.mark.parametrize("seed", range(10))
def test_no_disc_of_a_map_covers_another(seed: int) -> None:
    rng = random.Random(seed)
    discs = [(rng.uniform(0, 30), rng.uniform(0, 20), rng.uniform(SMALLEST, LARGEST)) for _one in range(10)]
    discs.append(discs[0])
    stands = apart(discs)
    for one, other in combinations(range(len(discs)), 2):
        far = hypot(stands[one][0] - stands[other][0], stands[one][1] - stands[other][1])
        assert far > 0.9 * (discs[one][2] + discs[other][2])


def test_discs_with_room_stay_where_they_are() -> None:
    assert apart([(0, 0, 4), (9, 0, 4)]) == [(0, 0), (9, 0)]


def test_a_map_has_each_figure_and_leaves_out_what_nobody_outlined() -> None:
    series = [{"name": "Accredited", "values": [12, 7, 3]}]
    places = chart("map", labels=["Norway", "Sweden", "Nowhere"], codes=["578", "752", ""], series=series)
    assert draw_chart(places, kind="png").startswith(b"\x89PNG")
    assert ElementTree.fromstring(draw_chart(places, kind="svg")).tag == f"{{{SVG}}}svg"


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(ValueError, match="pie"):
        draw_chart(chart("pie"), kind="svg")
    with pytest.raises(KeyError):
        draw_chart(chart(), kind="gif")
