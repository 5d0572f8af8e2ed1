"""Countries on a map of the world: shaded where there is something, with a disc that bears the figure."""

from __future__ import annotations

import json
from functools import cache
from math import hypot, sqrt
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from portal.ui.drawing.sheet import library, type_of
from portal.ui.tokens import tokens

SMALLEST, LARGEST = 4.2, 8.0
"""Radii of discs, in units of the outlines (the whole map is some 285 wide): the least still holds three figures."""
ROUNDS = 60


@cache
def outlines() -> dict[str, Any]:
    """GeoJSON in the plane, with the middles of countries; empty where the assets were not built."""
    place = finders.find("build/world.json")
    return json.loads(Path(str(place)).read_text(encoding="utf-8")) if place else {}


def paint_map(axes: Any, chart: dict[str, Any]) -> None:
    """The first series is on the discs; countries that nobody outlined are in the table alone."""
    source, shaded = outlines(), set(chart["codes"])
    lib, colour = library(), tokens()["colour"]
    for one in source["features"]:
        face = colour["line"] if one["properties"]["name"] in shaded else colour["line-2"]
        for rings in one["geometry"]["coordinates"]:
            axes.add_patch(lib.Polygon(rings[0], closed=True, facecolor=face, edgecolor="white", linewidth=0.4))
    values = chart["series"][0]["values"]
    there = [(source["centres"][code], value) for code, value in zip(chart["codes"], values, strict=False)
             if code in source["centres"]]  # fmt: skip
    most = max((value for _centre, value in there), default=1) or 1
    discs = [(x, y, SMALLEST + (LARGEST - SMALLEST) * sqrt(value / most)) for (x, y), value in there]
    for (x, y, radius), (u, v), (_centre, value) in zip(discs, apart(discs), there, strict=True):
        axes.plot([x, u], [y, v], color=colour["ink"], linewidth=0.8, marker="o", markersize=2, zorder=2)
        axes.add_patch(lib.Circle((u, v), radius, facecolor=colour["ink"], edgecolor="white", linewidth=1, zorder=3))
        axes.text(u, v, f"{value:,}", ha="center", va="center_baseline", zorder=4,
                  **(type_of(7, "ink", "bold") | {"color": "white"}))  # fmt: skip
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()


def apart(discs: list[tuple[float, float, float]]) -> list[tuple[float, float]]:
    """Where discs (x, y, radius) stand once they have pushed each other aside: none covers another's figure."""
    at = [[x, y] for x, y, _radius in discs]
    for _round in range(ROUNDS):
        for one in range(len(at)):
            for other in range(one):
                dx, dy = at[one][0] - at[other][0], at[one][1] - at[other][1]
                far, near = hypot(dx, dy), discs[one][2] + discs[other][2]
                if far < near:
                    # Two in the same place part along one line.
                    ux, uy = (dx / far, dy / far) if far else (1.0, 0.0)
                    push = (near - far) / 2
                    at[one][0], at[one][1] = at[one][0] + ux * push, at[one][1] + uy * push
                    at[other][0], at[other][1] = at[other][0] - ux * push, at[other][1] - uy * push
    return [(x, y) for x, y in at]
