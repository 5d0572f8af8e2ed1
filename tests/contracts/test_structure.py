"""What the house's plan says, and a linter cannot see."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

import pytest
from django.apps import apps

from portal.accounts.documents import documents
from portal.core.states import StateTable
from portal.ui import tags
from portal.workflow import LifecycleModel
from tests.contracts.source import ROOT, calls, modules

LAYERS = (
    ("ledger",),
    ("jobs", "notifications", "keys", "rulebook", "accounts", "ui"),
    ("partners",),
    ("grants",),
    ("audits",),
    ("api", "dashboards", "transparency"),
    ("demo",),
)
"""Labels of apps from the ground up. A foreign key never points to a higher floor."""
FLOOR = {label: floor for floor, labels in enumerate(LAYERS) for label in labels}
CLOCKS = re.compile(r"(^|\.)(timezone\.now|datetime\.now|datetime\.utcnow|date\.today|datetime\.today|localdate)$")
MAY_READ_THE_CLOCK = {"portal/core/clock.py"}
"""The clock itself. Everything else asks it."""
NO_CSRF = {"portal/api/views/access.py", "portal/api/views/credentials.py", "portal/api/views/search.py"}
NO_CSRF |= {"portal/api/views/usage.py"}
"""Modules that may exempt a view from the check of the form's token. Machines' addresses carry no cookie."""


def lifecycle_models() -> list[type[LifecycleModel]]:
    return [model for model in apps.get_models() if issubclass(model, LifecycleModel)]


def test_every_app_of_ours_has_its_floor() -> None:
    ours = {
        config.label
        for config in apps.get_app_configs()
        if config.name.split(".")[0] in ("portal", "partners", "grants", "audits")
    }
    assert ours - {"admin"} == set(FLOOR)


def test_foreign_keys_point_downward() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOOR
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if FLOOR.get(field.related_model._meta.app_label, -1) > FLOOR[model._meta.app_label]
    ]
    assert upward == []


def test_only_workflow_writes_a_state() -> None:
    """`x.state = …`, `setattr(x, "state", …)` and `Model(state=…)` are nowhere but in workflow."""
    written = []
    for path, tree in modules().items():
        if path == "portal/workflow/moves.py":
            continue
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                written += [
                    f"{path}:{node.lineno}"
                    for target in targets
                    if isinstance(target, ast.Attribute) and target.attr == "state" and not _is_self(target)
                ]
            if isinstance(node, ast.Call) and _sets_state(node):
                written.append(f"{path}:{node.lineno}")
    assert written == []


def _sets_state(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name == "setattr":
        return len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.args[1].value == "state"
    return name.endswith((".update", ".update_or_create")) and any(word.arg == "state" for word in call.keywords)


def _is_self(target: ast.Attribute) -> bool:
    """Plain classes (a parser, a dataclass) may keep a state of their own; models write none in their methods."""
    return isinstance(target.value, ast.Name) and target.value.id == "self"


def test_only_the_clock_tells_the_time() -> None:
    """portal/local runs the machine, outside the scheme's time."""
    read = [
        f"{path}:{line} {name}"
        for path, tree in modules().items()
        if path not in MAY_READ_THE_CLOCK and not path.startswith("portal/local/")
        for name, line in calls(tree)
        if CLOCKS.search(name)
    ]
    assert read == []


def test_object_permissions_are_assigned_in_one_place() -> None:
    used = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path != "portal/accounts/assign.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("guardian.shortcuts")
        and {name.name for name in node.names} & {"assign_perm", "remove_perm", "bulk_assign_perm"}
    ]
    assert used == []


def test_no_form_goes_without_its_token() -> None:
    exempt = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path not in NO_CSRF
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).endswith("csrf_exempt")
    ]
    assert exempt == []


def test_nothing_is_marked_safe_that_a_person_wrote() -> None:
    """`mark_safe` and `|safe` are how markup gets in. Where our own code needs one, `format_html` does it."""
    marked = [
        f"{path}:{line}"
        for path, tree in modules().items()
        for name, line in calls(tree)
        if name.split(".")[-1] == "mark_safe" and not path.startswith("portal/ui/")
    ]
    templates = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        # Help texts of forms are written by us, and Django's own templates show them so.
        if "django/forms" not in str(path) and re.search(r"\|\s*safe\b", path.read_text())
    ]
    assert marked + templates == []


@pytest.mark.parametrize("model", lifecycle_models(), ids=lambda model: model._meta.label)
def test_every_state_has_its_tag(model: type[LifecycleModel]) -> None:
    missing = [state.slug for state in model.TABLE.states if not _has_look(model.TABLE, state.slug)]
    assert missing == [], f"{model._meta.label}: give these a look in portal/ui/tags.py"


def _has_look(table: StateTable, state: str) -> bool:
    try:
        return tags.look_of(table.noun, state) is not None
    except KeyError:
        return False


def test_nouns_are_used_once() -> None:
    nouns = sorted(model.TABLE.noun for model in lifecycle_models())
    assert [one for one, other in pairwise(nouns) if one == other] == []


def test_states_and_deeds_explain_themselves() -> None:
    """Meanings end up in docs/states.md and in tooltips: sentences, not repetitions of the label."""
    dull = [
        f"{model.TABLE.noun}.{state.slug}"
        for model in lifecycle_models()
        for state in model.TABLE.states
        if len(state.meaning) < 10 or not state.meaning.endswith(".")
    ]
    assert dull == []


def test_generated_documents_are_fresh() -> None:
    stale = [name for name, content in documents().items() if (ROOT / "docs" / name).read_text() != content]
    assert stale == [], "Run manage.py write_docs"
