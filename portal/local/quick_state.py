"""Makes a first `migrate` several times faster, for the demo and for tests; production does without.

After each operation Django draws every model that is related to the changed one anew. That is most of the time, and
little of it is needed:

- For an added index, constraint or trigger only a list in the model's options has changed: it is put right in place.
- Added fields that follow each other are told to the state one by one, and the models are drawn once for all of them.

The tables that come out are the same (tests/local holds that).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from itertools import groupby
from typing import Any


@contextmanager
def quick_state() -> Iterator[None]:
    """Within the block migrations draw models only when they must."""
    from django.db.migrations import Migration
    from django.db.migrations.state import ProjectState
    from pgtrigger.migrations import AddTrigger

    patched: tuple[tuple[Any, str], ...] = (
        (ProjectState, "_append_option"),
        (AddTrigger, "state_forwards"),
        (Migration, "apply"),
    )
    plain = [getattr(owner, name) for owner, name in patched]
    apply = Migration.apply

    def trigger_added(operation: Any, app_label: str, state: Any) -> None:
        _append(state, app_label, operation.model_name, "triggers", operation.trigger)

    def applied(migration: Any, state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        if collect_sql or not schema_editor.atomic_migration:
            return apply(migration, state, schema_editor, collect_sql)
        for adds_fields, operations in groupby(migration.operations, key=_adds_field):
            part = copy(migration)
            part.operations = list(operations)
            state = _add_fields(part, state, schema_editor) if adds_fields else apply(part, state, schema_editor)
        return state

    for (owner, name), quick in zip(patched, (_append, trigger_added, applied), strict=True):
        setattr(owner, name, quick)
    try:
        yield
    finally:
        for (owner, name), slow in zip(patched, plain, strict=True):
            setattr(owner, name, slow)


def _append(state: Any, app_label: str, model_name: str, option: str, added: Any) -> None:
    options = state.models[app_label, model_name.lower()].options
    options[option] = [*options.get(option, []), added]
    if "apps" in state.__dict__:  # the models have been drawn
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option, list(options[option]))
        meta.original_attrs[option] = list(options[option])
        meta.__dict__.pop("total_unique_constraints", None)


def _adds_field(operation: Any) -> bool:
    from django.db.migrations import AddField

    return type(operation) is AddField


def _add_fields(migration: Any, state: Any, schema_editor: Any) -> Any:
    """Added fields in a row: the state learns of all of them, the models are drawn once, the columns are made."""
    before = state.clone()
    changed: dict[tuple[str, str], bool] = {}

    def note(app_label: str, model_name: str, delay: bool = False) -> None:
        changed[app_label, model_name] = changed.get((app_label, model_name), True) and delay

    state.reload_model = note
    for operation in migration.operations:
        operation.state_forwards(migration.app_label, state)
    del state.reload_model
    state.reload_models(changed, delay=all(changed.values()))
    for operation in migration.operations:
        operation.database_forwards(migration.app_label, schema_editor, before, state)
    return state
