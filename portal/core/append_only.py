"""Triggers that make a table append-only, whatever the code above it does."""

from __future__ import annotations

import pgtrigger


def forbid_truncate() -> pgtrigger.Trigger:
    """TRUNCATE is refused: it would go round the row triggers."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'append-only: TRUNCATE is not allowed on %', TG_TABLE_NAME;",
    )


def append_only() -> list[pgtrigger.Trigger]:
    """UPDATE, DELETE and TRUNCATE are refused."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func="RAISE EXCEPTION 'append-only: % is not allowed on %', TG_OP, TG_TABLE_NAME;",
        ),
        forbid_truncate(),
    ]
