"""Public pages: open to everybody, signed in or not."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import public, row

ROWS: list[Any] = [
    row("transparency:about", public()),
    row("transparency:register", public()),
    row("transparency:record", public()),
    row("transparency:statistics", public()),
    row("transparency:statistics_export", public(), make=lambda world: {"key": "quarter"}),
]
