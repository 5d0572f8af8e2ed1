"""Boards: read by oversight, by authorities, and by providers about their own releases. There is nothing to post."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import Expect, object_of, row

READERS = ("oversight_member.any", "case_officer.any", "signatory.any", "auditor.any", "provider_staff.any")


def board() -> Expect:
    """Nobody else learns that there is such a page."""
    return object_of(may=READERS)


def _page(key: str) -> Any:
    return lambda world: {"page": key}


def of_partners() -> Expect:
    """A figure that is not about models."""
    return object_of(may=READERS).but("provider_staff.any", gets="404")


ROWS: list[Any] = [
    row("dashboards:oversight", board()),
    *(row("dashboards:board", board(), make=_page(key)) for key in ("scope", "incidents")),
    *(row("dashboards:board", of_partners(), make=_page(key)) for key in ("assurance", "work")),
    row("dashboards:lines", board()),
    row("dashboards:held", board()),
    row("dashboards:export", board(), make=lambda world: {"key": "incidents", "kind": "csv"}),
    row("dashboards:export", of_partners(), make=lambda world: {"key": "audits", "kind": "xlsx"}),
]
