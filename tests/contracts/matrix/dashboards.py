"""Dashboards: read by oversight, and by nobody else. There is nothing to post."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import roles, row

ROWS: list[Any] = [
    row("dashboards:oversight", roles("oversight_member")),
    row("dashboards:export", roles("oversight_member"), make=lambda world: {"key": "incidents"}),
]
