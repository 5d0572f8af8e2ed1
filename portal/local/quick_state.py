"""Makes a first `migrate` several times faster, for the demo and for tests; production does without.

After each operation Django draws every model that is related to the changed one anew: in the end nearly all of them,
some hundred times. That is nine tenths of the time, and hardly anything of it is needed:

- Most operations look at one model and at what its fields point to, of which only the name and the key matter. So much
  is drawn for them, and is kept until the model changes.
- For an added index, constraint or trigger only a list in the model's options has changed: it is put right in place.
- Added fields that follow each other are told to the state one by one, and the model is drawn once for all of them.
- Whatever else there is (code, renamings, keys that others point to) gets all models, as Django draws them.

The tables that come out are the same (tests/local holds that).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from itertools import groupby
from typing import Any

Key = tuple[str, str]
"""Label of the app and name of the model, in small letters."""


@contextmanager
def quick_state() -> Iterator[None]:
    """Within the block migrations draw models only when they must."""
    from django.db.migrations import Migration

    plain, drawings = Migration.apply, _Drawings()

    def applied(migration: Any, state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        if collect_sql or not schema_editor.atomic_migration:
            return plain(migration, state, schema_editor, collect_sql)
        return _apply(drawings, migration, state, schema_editor)

    Migration.apply = applied  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Migration.apply = plain  # type: ignore[method-assign]


def _apply(drawings: _Drawings, migration: Any, state: Any, schema_editor: Any) -> Any:
    state.__dict__.pop("apps", None)  # while no models are drawn, the state only notes what changes
    for (key, _), operations in groupby(migration.operations, key=lambda one: _group(migration.app_label, one)):
        part = list(operations)
        before = _before(state, key) if key else state.clone()
        for operation in part:
            operation.state_forwards(migration.app_label, state)
        if key and _is_simple(part, before, state, key):
            drawings.lend(part, before, state, key)
        else:
            drawings.clear()  # both states draw all of their models as soon as they are asked for them
        for operation in part:
            operation.database_forwards(migration.app_label, schema_editor, before, state)
        state.__dict__.pop("apps", None)
    state.apps, state.is_delayed = drawings.nothing, True  # for Django: something is drawn; draw anew to use it
    return state


def _group(app_label: str, operation: Any) -> tuple[Key | None, int]:
    """The model that alone is changed, if it is so; and a number that only added fields share with each other."""
    from django.db.migrations.operations import fields, models
    from pgtrigger.migrations import AddTrigger, RemoveTrigger

    one_model: tuple[type, ...] = (
        *(models.CreateModel, models.AlterModelOptions, models.AlterUniqueTogether, AddTrigger, RemoveTrigger),
        *(models.AddIndex, models.RemoveIndex, models.AddConstraint, models.RemoveConstraint),
        *(fields.AddField, fields.RemoveField, fields.AlterField),
    )
    if type(operation) not in one_model:
        return None, id(operation)
    name = operation.name if isinstance(operation, models.ModelOperation) else operation.model_name
    return (app_label, name.lower()), 0 if type(operation) is fields.AddField else id(operation)


def _before(state: Any, key: Key) -> Any:
    """The state as it is now, of which only this model will change."""
    before = copy(state)
    before.models = dict(state.models)
    if key in before.models:
        before.models[key] = before.models[key].clone()
    return before


def _is_simple(part: Sequence[Any], before: Any, after: Any, key: Key) -> bool:
    """Whether no other model's columns can have to change with it."""
    from django.db.migrations.operations.fields import AddField, AlterField, RemoveField
    from django.db.migrations.utils import field_is_referenced

    for operation in part:
        if isinstance(operation, (AlterField, RemoveField)):
            for state in (before, after):
                field = state.models[key].fields.get(operation.name)
                if field is None:
                    continue
                if field.many_to_many or field.primary_key or field.unique:
                    return False
                if field_is_referenced(state, key, (operation.name, field)):
                    return False
        elif isinstance(operation, AddField) and operation.field.many_to_many:
            return False
    return True


class _Drawings:
    """Registries of one model each, with as much of others as its fields need; kept until the model changes."""

    def __init__(self) -> None:
        from django.db.migrations.state import StateApps

        self._kept: dict[Key, Any] = {}
        self.nothing = StateApps([], {})

    def lend(self, part: Sequence[Any], before: Any, after: Any, key: Key) -> None:
        """Give both states what the operations will ask for."""
        from django.db.migrations.operations.models import AddConstraint, AddIndex, IndexOperation
        from pgtrigger.migrations import AddTrigger

        if key in before.models:
            before.apps = self._of(before, key)
        if not isinstance(part[0], IndexOperation):
            self._kept.pop(key, None)
            after.apps = self._of(after, key)
            return
        after.apps = before.apps
        if isinstance(part[0], (AddConstraint, AddIndex, AddTrigger)):
            _put_right(after.apps.get_model(*key)._meta, after.models[key].options, part[0].option_name)
        else:
            self._kept.pop(key, None)

    def clear(self) -> None:
        self._kept.clear()

    def _of(self, state: Any, key: Key) -> Any:
        if key not in self._kept:
            self._kept[key] = _drawn(state, key)
        return self._kept[key]


def _put_right(meta: Any, options: dict[str, Any], option: str) -> None:
    setattr(meta, option, list(options[option]))
    meta.original_attrs[option] = list(options[option])
    meta.__dict__.pop("total_unique_constraints", None)


def _drawn(state: Any, key: Key) -> Any:
    """A registry with this model, and the keys of what it points to; all models where that is not enough."""
    from django.db.migrations.state import StateApps

    try:
        states = _needed(state, key)
    except KeyError:  # it points to a model without migrations
        return StateApps(state.real_apps, state.models)
    registry = StateApps([], {})
    registry.render_multiple(states)
    return registry


def _needed(state: Any, key: Key) -> list[Any]:
    """States of models: this one whole, of others the fields that are pointed to."""
    needed = {key: state.models[key]}
    fields: dict[Key, set[str]] = {}
    waiting = [key]
    while waiting:
        at = waiting.pop()
        for other, names in _pointed_to(needed[at]):
            if other == key or (other in needed and names <= fields[other]):
                continue
            fields[other] = fields.get(other, set()) | names
            needed[other] = _key_of(state.models[other], fields[other])
            waiting.append(other)
    return list(needed.values())


def _pointed_to(model: Any) -> Iterator[tuple[Key, set[str]]]:
    """Models that bases and fields name, each with its fields that are named."""
    from django.db.migrations.utils import resolve_relation

    at = model.app_label, model.name_lower
    for base in model.bases:
        if isinstance(base, str):
            yield resolve_relation(base, *at), set()
    for field in model.fields.values():
        if field.is_relation and field.remote_field:
            to = {name for name in getattr(field, "to_fields", ()) if name}
            yield resolve_relation(field.remote_field.model, *at), to
            if through := getattr(field.remote_field, "through", None):
                yield resolve_relation(through, *at), set()


def _key_of(model: Any, names: set[str]) -> Any:
    """The model with nothing but its name, its key and these fields."""
    from django.db.migrations.state import ModelState

    return ModelState(
        app_label=model.app_label,
        name=model.name,
        fields={name: field for name, field in model.fields.items() if field.primary_key or name in names},
        options={
            name: value
            for name, value in model.options.items()
            if name in ("db_table", "managed", "proxy", "swappable", "db_tablespace")
        },
        bases=model.bases,
    )
