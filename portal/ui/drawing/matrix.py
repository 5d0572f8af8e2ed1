"""Matrices: cells in tones, those that are held hatched."""

from __future__ import annotations

from typing import Any

from portal.ui.drawing.sheet import clean, library, type_of, wrapped
from portal.ui.tokens import tokens

MOST_ROWS = 60
"""Rows in one picture. The table behind it has all of them."""


def cells(axes: Any, matrix: dict[str, Any]) -> None:
    lib, heat = library(), tokens()["heat"]
    columns, rows = matrix["columns"], matrix["rows"]
    red = tokens()["tone"]["red"]
    for y, row in enumerate(rows):
        for x, cell in enumerate(row["cells"]):
            held = bool(cell.get("held"))
            tone = {"fill": red["fill"], "text": red["text"]} if held else heat[str(cell.get("heat") or 0)]
            axes.add_patch(
                lib.Rectangle(
                    (x + 0.03, y + 0.06),
                    0.94,
                    0.88,
                    facecolor=tone["fill"],
                    linewidth=0,
                    hatch="////" if held else None,
                    hatchcolor=red["edge"],
                )
            )
            behind = {"facecolor": tone["fill"], "edgecolor": "none", "pad": 1.2} if held else None
            said = {**type_of(8.5, "ink", "bold"), "color": tone["text"]}
            axes.text(x + 0.5, y + 0.5, clean(cell["label"]), ha="center", va="center", bbox=behind, **said)
    axes.set_xlim(0, max(1, len(columns)))
    axes.set_ylim(max(1, len(rows)), 0)
    room = max(8, 66 // max(1, len(columns)))
    axes.set_xticks(
        [place + 0.5 for place in range(len(columns))], [wrapped(name, room) for name in columns], **type_of(8, "ink-2")
    )
    axes.set_yticks(
        [place + 0.5 for place in range(len(rows))], [wrapped(row["label"], 30) for row in rows], **type_of(8, "ink-2")
    )
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
