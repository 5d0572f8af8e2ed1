"""The sheet that a picture is on: size, words above and below, type, and the drawing library itself."""

from __future__ import annotations

import io
import textwrap
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any
from xml.etree import ElementTree

from portal.ui.documents import FONTS
from portal.ui.tokens import tokens

KINDS = {"svg": "image/svg+xml", "png": "image/png"}
WIDTH = 7.2
"""Inches: the width of the text on A4 with the margins of documents."""
DPI = 200
EDGE = 0.008
"""Left and right of the drawing, as a part of the width."""
Room = tuple[float, float, float, float]
SVG = "http://www.w3.org/2000/svg"
NOT_DRAWN = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Categories of characters without a shape: controls, which no XML may hold, and marks that turn the direction."""
FAMILY = ["Public Sans", "DejaVu Sans"]
"""The second, which comes with the library, for letters that the first lacks."""
_one_at_a_time = Lock()
"""The library keeps fonts and settings for the whole process and does not promise to be used by two threads."""


@dataclass(frozen=True)
class Words:
    """What stands around a picture that has to stand alone: above it finding and what is counted, below it a note."""

    title: str = ""
    sub: str = ""
    note: str = ""


BARE = Words()
"""Within a document, whose own text says it."""


def made(kind: str, height: float, words: Words, paint: Callable[[Any], None]) -> bytes:
    """A file of that kind (KINDS) on which `paint` has drawn; `height` inches are for the drawing itself."""
    if kind not in KINDS:
        raise KeyError(kind)
    with _one_at_a_time:
        figure, room = _sheet(height, words)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        paint(axes)
        _fit(figure, axes, room)
        buffer = io.BytesIO()
        if kind == "png":
            figure.savefig(buffer, format="png", metadata={"Title": clean(words.title), "Software": None})
            return buffer.getvalue()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _named(buffer.getvalue(), words)


def _sheet(height: float, words: Words) -> tuple[Any, Room]:
    """An empty sheet with its words, and the room that they leave."""
    title, sub = textwrap.wrap(clean(words.title), 72), textwrap.wrap(clean(words.sub), 100)
    foot = textwrap.wrap(clean(words.note), 110)
    above, below = 0.1 + 0.25 * len(title) + 0.2 * len(sub), 0.1 + 0.17 * len(foot)
    whole = height + above + below
    figure = library().Figure(figsize=(WIDTH, whole), dpi=DPI, facecolor="white")
    at = 0.07
    for lines, step, said in ((title, 0.25, type_of(12, "ink", "bold")), (sub, 0.2, type_of(9, "ink-2"))):
        for line in lines:
            figure.text(EDGE, 1 - at / whole, line, va="top", **said)
            at += step
    for place, line in enumerate(foot):
        figure.text(EDGE, (below - 0.05 - 0.17 * place) / whole, line, va="top", **type_of(7.5, "ink-3"))
    return figure, (EDGE, below / whole, 1 - EDGE, (whole - above) / whole)


def _fit(figure: Any, axes: Any, room: Room) -> None:
    """Lay the axes so that their names and legend fit into the room (left, bottom, right, top; parts of the figure)."""
    left, bottom, right, top = room
    axes.set_position((left, bottom, right - left, top - bottom))
    for _round in range(2):
        box = axes.get_tightbbox().transformed(figure.transFigure.inverted())
        place = axes.get_position()
        axes.set_position(
            (
                place.x0 + left - box.x0,
                place.y0 + bottom - box.y0,
                max(0.1, place.width - (box.width - (right - left))),
                max(0.1, place.height - (box.height - (top - bottom))),
            )
        )


def _named(content: bytes, words: Words) -> bytes:
    """The SVG with its title and description as elements, which screen readers read."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(content)  # noqa: S314 -- what the library wrote a moment ago
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    if words.title:
        root.set("role", "img")
        root.set("aria-labelledby", "title desc")
        for place, (tag, text) in enumerate((("title", words.title), ("desc", f"{words.sub} {words.note}".strip()))):
            element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": tag})
            element.text = clean(text)
            root.insert(place, element)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def type_of(size: float, colour: str, weight: str = "regular") -> dict[str, Any]:
    return {"family": FAMILY, "size": size, "weight": weight, "color": tokens()["colour"][colour]}


def wrapped(text: Any, width: int) -> str:
    """At most three lines; a longer name ends in an ellipsis."""
    lines = textwrap.wrap(clean(text), width, break_on_hyphens=False)
    return "\n".join(lines if len(lines) <= 3 else [*lines[:2], f"{lines[2][: width - 1]}…"])


def clean(text: Any) -> str:
    """One line of characters that can be drawn; one that no font here has is written as its number ([U+7814])."""
    line = " ".join(str(text).split())
    return "".join(_shape(char) for char in line)


def _shape(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else ""
    if unicodedata.category(char) in NOT_DRAWN:
        return ""
    return char if ord(char) in _drawable() else f"[U+{ord(char):04X}]"


@cache
def _drawable() -> frozenset[int]:
    """The characters that the fonts have a shape for."""
    from matplotlib import font_manager

    library()
    found: set[int] = set()
    for family in FAMILY:
        found |= set(font_manager.get_font(font_manager.findfont(family)).get_charmap())
    return frozenset(found)


@dataclass(frozen=True)
class Library:
    Figure: Any
    Line2D: Any
    MaxNLocator: Any
    Patch: Any
    Rectangle: Any
    Polygon: Any
    Circle: Any


@cache
def library() -> Library:
    """The drawing library, read when something is drawn for the first time: it takes a second."""
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, Patch, Polygon, Rectangle
    from matplotlib.ticker import MaxNLocator

    for font in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(font)
    # What people typed is never a formula; outlines look the same everywhere; names in the file don't change by chance.
    mpl.rcParams.update(
        {"text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "portal", "hatch.linewidth": 0.8}
    )
    return Library(Figure, Line2D, MaxNLocator, Patch, Rectangle, Polygon, Circle)
