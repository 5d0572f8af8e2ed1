"""Whether what was promised is checked: audits done, under way, due and late, by authority."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboards.figures import Figure
from portal.dashboards.queries.counts import Board

COLUMNS = (("done", "green"), ("running", "blue"), ("due", "amber"), ("late", "red"))


def audits_by_authority(board: Board) -> Figure:
    """Audits closed in the period, under way, due within 90 days, and past their day without having begun."""
    counted = board.counts["audits"]
    names = sorted({name for name, _column in counted})
    labels = {"done": _("Done"), "running": _("Under way"), "due": _("Due within 90 days"), "late": _("Late")}
    values = {column: [counted.get((name, column), 0) for name in names] for column, _tone in COLUMNS}
    shown = [name or _("No authority") for name in names]
    return Figure(
        key="audits",
        title=_title(sum(values["late"]), sum(values["done"])),
        sub=_("Audits by authority. Late: past the planned day and not begun."),
        head=[_("Authority"), *(labels[column] for column, _tone in COLUMNS)],
        rows=[[name, *(values[column][place] for column, _tone in COLUMNS)] for place, name in enumerate(shown)],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": shown,
            "series": [{"name": labels[column], "values": values[column], "tone": tone} for column, tone in COLUMNS],
        },
    )


def _title(late: int, done: int) -> str:
    if late:
        return ngettext("%(n)s audit is late", "%(n)s audits are late", late) % {"n": late}
    if done:
        words = ngettext("%(n)s audit was done, none is late", "%(n)s audits were done, none is late", done)
        return words % {"n": done}
    return _("No audit is late")
