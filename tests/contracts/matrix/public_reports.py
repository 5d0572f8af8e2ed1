"""Reports from the public: two pages for everybody, and the desk of the authority that was told."""

from __future__ import annotations

from typing import Any

from audits.actions.public_report import receive_report
from audits.models import PublicReport
from tests.contracts.matrix import public, row
from tests.contracts.matrix.audits import OFFICERS, admin_deed, data, desk, desk_pages, stage
from tests.world import World

OFFICER = desk(*OFFICERS, viewers=("case_officer",))


def told(world: World) -> PublicReport:
    world.once(stage)
    report, _code = receive_report(authority=world.authority, text="Keys lie open.")
    return report


ROWS: list[Any] = [
    row("audits:public_tell", public(), public(), data=data(text="Keys lie open.")),
    row("audits:public_follow_up", public(), public(), data=data(code="0")),
    *desk_pages("publicreport", told, OFFICER, "case_officer"),
    admin_deed("publicreport", "ask", told, OFFICER, data(text="Which folder?")),
    admin_deed("publicreport", "take-up", told, OFFICER, data(title="Keys")),
    admin_deed("publicreport", "set-aside", told, OFFICER, data(outcome="Nothing.")),
]
