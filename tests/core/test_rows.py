"""A row that is read under its lock holds what Django itself would have read."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Organisation
from portal.core.rows import read_locked, write_changes
from portal.workflow import LifecycleModel
from tests.factories.accounts import make_organisation
from tests.factories.grants import grant_in_force

OURS = [model for model in apps.get_models() if issubclass(model, LifecycleModel) and not model._meta.abstract]


@pytest.mark.django_db
def test_it_reads_what_django_reads_of_every_kind_of_row() -> None:
    grant_in_force()
    seen = 0
    for model in OURS:
        for row in model._base_manager.all()[:5]:
            with transaction.atomic():
                read_locked(row)
            again: Any = model._base_manager.get(pk=row.pk)
            names = [field.attname for field in model._meta.concrete_fields]
            assert {name: row.__dict__[name] for name in names} == {name: again.__dict__[name] for name in names}
            assert {name: type(row.__dict__[name]) for name in names} == {
                name: type(again.__dict__[name]) for name in names
            }
            seen += 1
    assert seen > 15


@pytest.mark.django_db
def test_one_statement_and_what_it_pointed_to_is_forgotten() -> None:
    row = grant_in_force().grant
    assert row.institution.name
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        read_locked(row)
    assert [query["sql"].endswith("FOR UPDATE") for query in asked if "SAVEPOINT" not in query["sql"]] == [True]
    assert row._state.fields_cache == {}


@pytest.mark.django_db
def test_what_was_deferred_stays_so_and_a_row_that_is_gone_is_said() -> None:
    made = make_organisation()
    row = Organisation.objects.only("state").get(pk=made.pk)
    with transaction.atomic():
        read_locked(row)
    assert "name" in row.get_deferred_fields()
    assert row.name == made.name
    with pytest.raises(Organisation.DoesNotExist), transaction.atomic():
        read_locked(Organisation(pk=uuid4()))


@pytest.mark.django_db(transaction=True)
def test_another_waits_until_the_transaction_has_ended() -> None:
    made, order = make_organisation(), []
    begun = threading.Event()

    def other() -> None:
        try:
            begun.set()
            with transaction.atomic():
                read_locked(Organisation.objects.get(pk=made.pk))
                order.append("second")
        finally:
            connection.close()

    with transaction.atomic():
        read_locked(made)
        thread = threading.Thread(target=other)
        thread.start()
        assert begun.wait(10)
        _wait_for_a_waiter()
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]


def _wait_for_a_waiter() -> None:
    """Until the database says that somebody waits for a lock."""
    for _turn in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_every_row_with_a_life_is_in_one_table() -> None:
    assert len(OURS) > 20
    assert not [model for model in OURS if model._meta.parents], "the statement reads one table"


@pytest.mark.django_db
def test_changes_are_written_as_django_writes_them() -> None:
    row = grant_in_force().grant
    row.reference, row.institution_id = "G-2026-9999", row.institution_id
    write_changes(row, ("reference", "institution_id", "notice_sent"))
    again = type(row)._base_manager.get(pk=row.pk)
    assert (again.reference, again.institution_id, again.notice_sent) == ("G-2026-9999", row.institution_id, None)
    row.notice_sent, row.reference = 30, "not written"
    with CaptureQueriesContext(connection) as asked:
        write_changes(row, ("notice_sent",))
    assert len(asked) == 1
    again.refresh_from_db()
    assert (again.reference, again.notice_sent) == ("G-2026-9999", 30)
    with pytest.raises(Organisation.DoesNotExist):
        write_changes(Organisation(pk=uuid4(), name="Nobody"), ("name",))


@pytest.mark.django_db
def test_every_kind_of_value_is_written_as_it_is_read() -> None:
    grant_in_force()
    for model in OURS:
        names = tuple(field.name for field in model._meta.concrete_fields if not field.primary_key)
        for row in model._base_manager.all()[:2]:
            with transaction.atomic():
                write_changes(row, names)
            again: Any = model._base_manager.get(pk=row.pk)
            assert all(getattr(row, name) == getattr(again, name) for name in names), model
