"""How much of the catalogue of controls was tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboards.boards.board import Board
from portal.dashboards.boards.words import percent
from portal.dashboards.figures import BEFORE, Figure, cell
from portal.dashboards.queries.controls import families_at

FAMILY = "family:"
"""Before a family's identifier the group of a cell; alone, whatever is of no family of the catalogue in force."""
EACH = "each"
"""The column of a cell that counts every control once, however often it was tested."""
SHOWN_FAMILIES = 20
"""Families in the chart, those of which least was tested first; the table behind it has all of them."""


def controls_covered(board: Board) -> Figure:
    """How much of the catalogue that audits are held against was tested in the period, by family."""
    tests, before = (
        {control: one.count for control, one in found["controls"].items()}
        for found in (board.spread, board.spread_before)
    )
    families = families_at(board.book.audits.baseline, board.narrowed.until)
    known = {control for family in families for control in family.controls}
    lines = [(family, *_coverage(family.controls, tests, before)) for family in families]
    other = [control for control in {*tests, *before} if control not in known]
    tested, earlier = (len(known & set(found)) for found in (tests, before))
    shown = sorted(lines, key=lambda one: (one[2] / one[1], one[0].title.lower()))[:SHOWN_FAMILIES]
    return Figure(
        key="controls",
        title=_control_title(tested, len(known), len([one for one in lines if not one[2]])),
        sub=_("Controls of the catalogue in force that auditors tested in the period, as a share of each family."),
        head=[
            _("Family of controls"),
            _("Controls"),
            _("Tested in the period"),
            _("Share"),
            _("Tests"),
            _("Tested in the period before"),
        ],
        rows=[
            *(
                _row(family.title, f"{FAMILY}{family.key}", all_, percent(count, all_), (count, made, earlier_))
                for family, all_, count, made, earlier_ in lines
            ),
            *_not_in_force(other, tests, before),
        ],
        chart={
            "kind": "across",
            "unit": "%",
            "most": 100,
            "labels": [one[0].title for one in shown],
            "series": [
                {"name": _("Tested"), "values": [round(100 * one[2] / one[1]) for one in shown], "tone": "green"}
            ],
        },
        before=_("In the period before %(share)s of the same controls were tested.")
        % {"share": percent(earlier, len(known))}
        if earlier
        else "",
        note=_("The %(n)s families of which least was tested are drawn; the table has all %(all)s.")
        % {"n": SHOWN_FAMILIES, "all": len(lines)}
        if len(lines) > SHOWN_FAMILIES
        else "",
    )


def _row(title: str, group: str, controls: int | str, share: str, counted: tuple[int, int, int]) -> list[Any]:
    """`counted`: controls that were tested, the tests, and controls that were tested in the period before."""
    tested, tests, earlier = counted
    return [
        title,
        controls,
        cell(tested, "controls", group, EACH),
        share,
        cell(tests, "controls", group),
        cell(earlier, "controls", group, EACH, **BEFORE),
    ]


def _coverage(
    controls: Iterable[str], tests: Mapping[str, int], before: Mapping[str, int]
) -> tuple[int, int, int, int]:
    """How many controls there are, how many of them were tested, in how many tests, and how many before."""
    names = list(controls)
    tested = [tests[name] for name in names if tests.get(name)]
    return len(names), len(tested), sum(tested), sum(name in before for name in names)


def _not_in_force(controls: list[str], tests: Mapping[str, int], before: Mapping[str, int]) -> list[list[Any]]:
    """Tests of controls that are of another catalogue, or of an earlier version, in one line."""
    if not controls:
        return []
    _all, tested, made, earlier = _coverage(controls, tests, before)
    title = _("Controls that are not in the catalogue in force")
    return [_row(title, FAMILY, "–", "–", (tested, made, earlier))]


def _control_title(tested: int, controls: int, untouched: int) -> str:
    if not controls:
        return _("No catalogue of controls is in force")
    if not tested:
        return ngettext(
            "The one control in force was not tested in this period",
            "None of %(n)s controls in force was tested in this period",
            controls,
        ) % {"n": controls}
    said = _("%(share)s of controls in force were tested (%(m)s of %(n)s)") % {
        "share": percent(tested, controls),
        "m": tested,
        "n": controls,
    }
    if not untouched:
        return said
    words = ngettext("%(said)s; nothing in %(k)s family", "%(said)s; nothing in %(k)s families", untouched)
    return words % {"said": said, "k": untouched}
