"""The state table of a model, enforced by the database against whatever goes round the deeds."""

from __future__ import annotations

from collections.abc import Iterable

import pgtrigger

from portal.core.append_only import forbid_truncate
from portal.core.states import StateTable


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def lifecycle_triggers(table: StateTable) -> list[pgtrigger.Trigger]:
    """The table, enforced by the database: initial states, moves, no deletion, and no move without its entry."""
    pairs = _quoted(f"{source}>{target}" for source, target in table.transitions) or "''"
    recorded = """
        IF NOT EXISTS (
            SELECT 1 FROM ledger_entry
            WHERE object_id = NEW.id AND state = NEW.state AND xact = pg_current_xact_id()::text::bigint
        ) THEN
            RAISE EXCEPTION 'lifecycle: % % is not in the record', TG_TABLE_NAME, NEW.state;
        END IF;
        RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name="lifecycle_begins",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"""
            IF NEW.state NOT IN ({_quoted(sorted(table.initial))}) THEN
                RAISE EXCEPTION 'lifecycle: % cannot begin as %', TG_TABLE_NAME, NEW.state;
            END IF;
            RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="lifecycle_moves",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            func=f"""
            IF NEW.state IS DISTINCT FROM OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'lifecycle: % cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state;
            END IF;
            RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="lifecycle_stays",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func="RAISE EXCEPTION 'lifecycle: rows of % are never deleted', TG_TABLE_NAME;",
        ),
        pgtrigger.Trigger(
            name="lifecycle_begun_recorded",
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            timing=pgtrigger.Deferred,
            func=recorded,
        ),
        pgtrigger.Trigger(
            name="lifecycle_moved_recorded",
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf("state"),
            timing=pgtrigger.Deferred,
            condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
            func=recorded,
        ),
        forbid_truncate(),
    ]
