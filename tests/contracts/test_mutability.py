"""Every model says whether its rows may change, and the database holds it to that."""

from __future__ import annotations

from collections import Counter

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection, models

from portal.core.append_only import append_only
from portal.workflow import LifecycleModel, lifecycle_triggers
from tests.contracts.mutability import listed

OURS = ("portal", "partners", "grants", "audits")
LISTED = listed()


def our_models() -> dict[str, type[models.Model]]:
    """Every table that code of ours defines, as "app.Model"."""
    return {
        f"{model._meta.app_label}.{model.__name__}": model
        for model in apps.get_models(include_auto_created=False)
        if model.__module__.split(".")[0] in OURS and not model._meta.proxy and model._meta.managed
    }


def test_every_model_is_listed_once() -> None:
    names = Counter(name for kind in LISTED.values() for name in kind)
    missing = sorted(set(our_models()) - set(names))
    stale = sorted(set(names) - set(our_models()))
    assert not missing, "List these in tests/contracts/mutability: " + ", ".join(missing)
    assert not stale, "These are listed, but are no models: " + ", ".join(stale)
    assert [name for name, count in names.items() if count > 1] == []


def test_lifecycle_models_are_those_with_a_table() -> None:
    derived = {name for name, model in our_models().items() if issubclass(model, LifecycleModel)}
    assert derived == set(LISTED["LIFECYCLE"])


def test_what_may_change_says_why() -> None:
    assert [name for name, why in LISTED["MUTABLE"].items() if len(str(why)) < 10] == []


def _expected(name: str, model: type[models.Model]) -> list[str]:
    """Names of the triggers that the model must have in the database."""
    if name in LISTED["LIFECYCLE"]:
        return [trigger.name for trigger in lifecycle_triggers(model.TABLE)]  # type: ignore[attr-defined]
    if name in LISTED["APPEND_ONLY"]:
        return [trigger.name for trigger in append_only()]
    return list(LISTED["GUARDED"].get(name, ()))


def _installed() -> dict[str, set[str]]:
    """Table → names of its enabled triggers, as PostgreSQL has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        found: dict[str, set[str]] = {}
        for table, name in cursor.fetchall():
            found.setdefault(table.strip('"'), set()).add(name)
    return found


@pytest.mark.django_db
def test_triggers_are_in_the_database() -> None:
    installed = _installed()
    missing = []
    for name, model in our_models().items():
        declared = {trigger.name: trigger for trigger in getattr(model._meta, "triggers", [])}
        for wanted in _expected(name, model):
            if wanted not in declared:
                missing.append(f"{name}: {wanted} is not among Meta.triggers")
            elif declared[wanted].get_pgid(model) not in installed.get(model._meta.db_table, set()):
                missing.append(f"{name}: {wanted} is not in the database")
    assert not missing, "\n".join(missing)


@pytest.mark.django_db
def test_triggers_in_the_database_are_those_of_the_code() -> None:
    """A table that was changed without a migration leaves the old trigger in force."""
    wrong = [
        f"{model._meta.label}: {trigger.name} is {status}, enabled: {enabled}"
        for model, trigger in pgtrigger.registered()
        for status, enabled in [trigger.get_installation_status(model)]
        if status != "INSTALLED" or not enabled
    ]
    assert not wrong, "\n".join(wrong)
