"""Published keys: for everybody."""

from __future__ import annotations

from typing import Any

from tests.contracts.matrix import public, row

ROWS: list[Any] = [
    row("jwks", public()),
    row("jwks_purpose", public(), make=lambda world: {"purpose": "status"}),
]
