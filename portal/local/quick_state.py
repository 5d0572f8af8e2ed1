"""Makes a first `migrate` several times faster, for the demo and for tests; production does without.

Django draws every model that is related to a changed one anew after each operation. For an added index,
constraint or trigger nothing but a list in the model's options has changed, so here that list is put right in place.
The tables that come out are the same (tests/local holds that).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quick_state() -> Iterator[None]:
    """Within the block, operations that only add to a model's options leave the other models alone."""
    from django.db.migrations.state import ProjectState
    from pgtrigger.migrations import AddTrigger

    append_option, add_trigger = ProjectState._append_option, AddTrigger.state_forwards  # type: ignore[attr-defined]

    def trigger_added(operation: Any, app_label: str, state: Any) -> None:
        _append(state, app_label, operation.model_name, "triggers", operation.trigger)

    ProjectState._append_option = _append  # type: ignore[attr-defined]
    AddTrigger.state_forwards = trigger_added  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState._append_option = append_option  # type: ignore[attr-defined]
        AddTrigger.state_forwards = add_trigger  # type: ignore[method-assign]


def _append(state: Any, app_label: str, model_name: str, option: str, added: Any) -> None:
    options = state.models[app_label, model_name.lower()].options
    options[option] = [*options.get(option, []), added]
    if "apps" in state.__dict__:  # the models have been drawn
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option, list(options[option]))
        meta.original_attrs[option] = list(options[option])
        meta.__dict__.pop("total_unique_constraints", None)
