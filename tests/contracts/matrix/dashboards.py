"""Boards: read by oversight, by authorities, and by providers about their own releases. There is nothing to post."""

from __future__ import annotations

from typing import Any

from portal.core import clock
from portal.core.actors import SYSTEM
from portal.dashboards.actions.monthly_report import make_monthly_report
from portal.dashboards.actions.saved_view import save_view
from portal.dashboards.models import MonthlyReport, SavedView
from portal.rulebook.durations import add_months
from tests.contracts.matrix import Expect, object_of, roles, row, signed_in
from tests.world import World

READERS = ("oversight_member.any", "case_officer.any", "signatory.any", "auditor.any", "provider_staff.any")


def board() -> Expect:
    """Nobody else learns that there is such a page."""
    return object_of(may=READERS)


def of_partners() -> Expect:
    """Figures that are not about models. What providers may read of boards is in tests/dashboards."""
    return object_of(may=READERS).but("provider_staff.any", gets="404")


def own_view() -> Expect:
    """A saved view: whoever saved it. To everybody else it is not there."""
    return object_of(may=("oversight_member",))


def _report(world: World) -> MonthlyReport:
    return make_monthly_report(month=add_months(clock.today().replace(day=1), -1), by=SYSTEM)


def _view(world: World) -> SavedView:
    return save_view(board="scope", name="Norway", query="jurisdiction=NO", by=world.actor("oversight_member"))


ROWS: list[Any] = [
    row("dashboards:happened", signed_in()),
    row("dashboards:oversight", board()),
    row("dashboards:board", of_partners(), make=lambda world: {"page": "work"}),
    row("dashboards:lines", board()),
    row("dashboards:held", board()),
    row("dashboards:rows", of_partners(), make=lambda world: {"measure": "audits"}),
    row("dashboards:export", of_partners(), make=lambda world: {"key": "audits", "kind": "xlsx"}),
    row("dashboards:saved_views", board()),
    row(
        "dashboards:view_save",
        board(),
        board(),
        make=lambda world: {"board": "scope"},
        data=lambda world: {"name": "Norway"},
    ),
    row(
        "dashboards:view_rename",
        own_view(),
        own_view(),
        make=lambda world: {"pk": world.once(_view).pk},
        data=lambda world: {"name": "Sweden"},
    ),
    row("dashboards:view_remove", post=own_view(), make=lambda world: {"pk": world.once(_view).pk}),
    row("dashboards:reports", roles("oversight_member")),
    row("dashboards:report", roles("oversight_member"), make=lambda world: {"pk": world.once(_report).pk}),
]
