"""Bars, lines and their axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.ui.drawing.sheet import FAMILY, clean, library, type_of
from portal.ui.tokens import tokens

MOST_NAMES = 40
"""Bars with a name of their own in one picture. The table behind it has all of them."""
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----")
DASHES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D", "v", "P")


def _columns(axes: Any, chart: dict[str, Any], names: list[str]) -> None:
    """Upright bars, side by side or upon each other."""
    stacked, series = chart["kind"] == "stacked", chart["series"]
    width = 0.6 if stacked else 0.7 / max(1, len(series))
    ground = [0.0] * len(names)
    for index, one in enumerate(series):
        values = _numbers(one["values"])
        shift = 0.0 if stacked else (index - (len(series) - 1) / 2) * width
        bars = axes.bar(
            [place + shift for place in range(len(names))], values, width, bottom=ground if stacked else None,
            **_bar(chart, index),
        )  # fmt: skip
        _figures(axes, bars, one["values"], inside=stacked, most=_most(chart))
        if stacked:
            ground = [a + b for a, b in zip(ground, values, strict=True)]
    axes.set_xlim(-0.6, max(1, len(names)) - 0.4)
    axes.set_ylim(0, max(1.0, _most(chart) * 1.12))
    _axis(axes, chart, names, upright=True)


def _rows(axes: Any, chart: dict[str, Any], names: list[str]) -> None:
    """Lying bars; the first name is on top."""
    series = chart["series"]
    width = 0.7 / max(1, len(series))
    for index, one in enumerate(series):
        shift = (index - (len(series) - 1) / 2) * width
        places = [place + shift for place in range(len(names))]
        bars = axes.barh(places, _numbers(one["values"]), width, **_bar(chart, index))
        for bar, value in zip(bars, one["values"], strict=True):
            at = (bar.get_width() + _most(chart) * 0.01, bar.get_y() + bar.get_height() / 2)
            axes.text(*at, _said(value), **type_of(8.5, "ink", "bold"), va="center")
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, max(1.0, _most(chart) * 1.1))
    _axis(axes, chart, names, upright=False)


def _lines(axes: Any, chart: dict[str, Any], names: list[str]) -> None:
    """Lines that differ by dashes and markers; the last value of each stands at its end."""
    for index, one in enumerate(chart["series"]):
        places = [place for place, value in enumerate(one["values"]) if value is not None]
        values = [one["values"][place] for place in places]
        marker = MARKERS[index % len(MARKERS)] if len(values) <= MOST_NAMES else None
        colour = _colour(chart, index)
        style = DASHES[index % len(DASHES)]
        axes.plot(places, values, color=colour, linestyle=style, linewidth=1.8, marker=marker, markersize=4.5)
        if places:
            axes.annotate(
                _said(values[-1]), (places[-1], values[-1]), xytext=(6, 0), textcoords="offset points", va="center",
                **type_of(8.5, "ink", "bold"),
            )  # fmt: skip
    axes.set_xlim(-0.4, max(1, len(names)) - 0.3)
    axes.set_ylim(min(0.0, _least(chart)), max(1.0, _most(chart) * 1.12))
    _axis(axes, chart, names, upright=True)


PAINTERS: dict[str, Callable[[Any, dict[str, Any], list[str]], None]] = {
    "line": _lines,
    "bar": _columns,
    "stacked": _columns,
    "across": _rows,
}


def _bar(chart: dict[str, Any], index: int) -> dict[str, Any]:
    several = len(chart["series"]) > 1
    return {
        "color": _colour(chart, index),
        "edgecolor": "white",
        "linewidth": 0.6,
        "hatch": HATCHES[index % len(HATCHES)] if several else "",
        "hatchcolor": "white",
    }


def _figures(axes: Any, bars: Any, values: list[Any], *, inside: bool, most: float) -> None:
    """How many, in the bar where it is high enough, above it where bars stand side by side."""
    for bar, value in zip(bars, values, strict=True):
        height = bar.get_height()
        if not value or (inside and height < most * 0.09):
            continue
        centre = bar.get_x() + bar.get_width() / 2
        if not inside:
            axes.text(centre, height + most * 0.015, _said(value), ha="center", **type_of(8, "ink", "bold"))
            continue
        ground = bar.get_facecolor()
        said = {**type_of(8, "ink", "bold"), "color": "white" if _is_dark(ground) else tokens()["colour"]["ink"]}
        behind = {"facecolor": ground, "edgecolor": "none", "pad": 1}
        axes.text(centre, bar.get_y() + height / 2, _said(value), ha="center", va="center", bbox=behind, **said)


def _axis(axes: Any, chart: dict[str, Any], names: list[str], *, upright: bool) -> None:
    lib, colour = library(), tokens()["colour"]
    names_on, values_on = (axes.xaxis, axes.yaxis) if upright else (axes.yaxis, axes.xaxis)
    every = 1 + (len(names) - 1) // 14 if upright and names else 1
    places = list(range(0, len(names), every))
    names_on.set_ticks(places, [names[place] for place in places], **type_of(8, "ink-2"))
    values_on.set_major_locator(lib.MaxNLocator(nbins=5, integer=bool(chart.get("whole"))))
    for label in values_on.get_ticklabels():
        label.set(**type_of(8, "ink-2"))
    values_on.grid(True, color=colour["line-2"], linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in ("top", "right", "left" if upright else "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom" if upright else "left"].set_color(colour["line"])
    if chart.get("unit"):
        (axes.set_ylabel if upright else axes.set_xlabel)(clean(chart["unit"]), **type_of(8, "ink-3"))
    _guides(axes, chart, upright=upright)
    if len(chart["series"]) > 1:
        _legend(axes, chart)


def _guides(axes: Any, chart: dict[str, Any], *, upright: bool) -> None:
    """The line at a target value, and the line at a name: where to look."""
    colour = tokens()["colour"]
    if chart.get("target") is not None:
        (axes.axhline if upright else axes.axvline)(chart["target"], color=colour["ink-3"], linestyle="--", linewidth=1)
        if chart.get("target_label"):
            at = (1, chart["target"]) if upright else (chart["target"], 1)
            where = axes.get_yaxis_transform() if upright else axes.get_xaxis_transform()
            axes.text(
                *at, clean(chart["target_label"]), transform=where, ha="right", va="bottom", **type_of(8, "ink-3")
            )
    if chart.get("mark") in chart["labels"]:
        place = chart["labels"].index(chart["mark"])
        (axes.axvline if upright else axes.axhline)(place, color=colour["ink"], linewidth=1.2)


def _legend(axes: Any, chart: dict[str, Any]) -> None:
    lib = library()
    handles: list[Any] = []
    for index, _one in enumerate(chart["series"]):
        if chart["kind"] == "line":
            style = {"linestyle": DASHES[index % len(DASHES)], "marker": MARKERS[index % len(MARKERS)]}
            handles.append(lib.Line2D([], [], color=_colour(chart, index), markersize=4.5, **style))
        else:
            bar = _bar(chart, index)
            handles.append(lib.Patch(facecolor=bar.pop("color"), **bar))
    names = [clean(one["name"]).lstrip("_") for one in chart["series"]]
    axes.legend(
        handles, names, loc="lower left", bbox_to_anchor=(0, 1), ncols=min(4, len(names)), frameon=False, borderpad=0.2,
        handlelength=1.6, handleheight=1.1, columnspacing=1.4, borderaxespad=0.3,
        prop={"family": FAMILY, "size": 8}, labelcolor=tokens()["colour"]["ink-2"],
    )  # fmt: skip


def _colour(chart: dict[str, Any], index: int) -> str:
    source, tone = tokens(), chart["series"][index].get("tone")
    series = source["chart"]
    return str(source["tone"][tone]["edge"] if tone else series[index % len(series)])


def _numbers(values: list[Any]) -> list[float]:
    return [float(value or 0) for value in values]


def _totals(chart: dict[str, Any]) -> list[float]:
    rows = [_numbers(one["values"]) for one in chart["series"]]
    if chart["kind"] == "stacked":
        return [sum(column) for column in zip(*rows, strict=True)]
    return [value for row in rows for value in row]


def _most(chart: dict[str, Any]) -> float:
    return max(1e-9, *_totals(chart), float(chart.get("target") or 0))


def _least(chart: dict[str, Any]) -> float:
    return min(_totals(chart), default=0.0)


def _said(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _is_dark(rgba: tuple[float, ...]) -> bool:
    red, green, blue = rgba[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
