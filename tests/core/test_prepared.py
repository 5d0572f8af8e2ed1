"""Statements planned once: they give what the queryset gives, are counted like any query, and keep their plan."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Organisation
from portal.core.prepared import Prepared, rows_of
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db
NAMED = Prepared(lambda name: Organisation.objects.filter(name=name, state="active").values_list("id", "kind"))


@pytest.mark.parametrize("name", ["Plain", "O'Hara & Söhne", '100 % "safe"', "%s", "slot"])
def test_it_gives_what_the_queryset_gives(name: str) -> None:
    made = make_organisation("authority", name)
    make_organisation("authority", "Other")
    assert NAMED(name) == [(made.pk, "authority")]
    assert NAMED("nobody") == []


def test_a_plan_is_kept_for_the_connection() -> None:
    for _ in range(4):
        NAMED("Plain")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%%accounts_organisation%%'"
        )
        assert [count for (count,) in cursor.fetchall()] == [3], "the first time it is not yet worth a plan"


def test_nothing_is_prepared_where_a_proxy_could_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)
    for _ in range(4):
        assert rows_of("SELECT 'unprepared', %s::int", [7]) == [("unprepared", 7)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%unprepared%%'")
        assert cursor.fetchone() == (0,)


def test_it_is_counted_and_fails_like_any_query() -> None:
    with CaptureQueriesContext(connection) as asked:
        rows_of("SELECT %(one)s::int + 1", {"one": 1})
    assert len(asked) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        rows_of("SELECT no_such_column", [])
    assert rows_of("SELECT 1", []) == [(1,)]


def test_values_go_to_their_places_and_a_percent_sign_stays() -> None:
    assert rows_of("SELECT %(b)s::int, %(a)s::int, %(b)s::int, 'x' LIKE '%%x'", {"a": 1, "b": 2}) == [(2, 1, 2, True)]
    assert rows_of("SELECT %s::int, %s::text", [7, "$1 %s"]) == [(7, "$1 %s")]


@pytest.fixture
def ended() -> Any:
    """The connection, as at the beginning of a request, which the database has ended meanwhile."""
    mine: Any = connections["default"]
    rows_of("SELECT 1", [])
    mine.health_check_done = False
    info = mine.connection.info
    with psycopg.connect(info.dsn, password=info.password) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [info.backend_pid])
    return mine


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_ended_meanwhile_is_replaced(ended: Any) -> None:
    assert rows_of("SELECT 'again', %s::int", [7]) == [("again", 7)]
    assert ended.health_check_done


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_twice_once_the_connection_was_used(ended: Any) -> None:
    ended.health_check_done = True
    with pytest.raises(OperationalError):
        rows_of("SELECT 1", [])
    ended.close()


def test_no_page_calls_other_processes_to_help_it_read() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_parallel_workers_per_gather")
        assert cursor.fetchall() == [("0",)]


def test_what_the_environment_asks_of_connections_stays() -> None:
    """`make run` fills its database without waiting for the disk."""
    show = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    asks = {**os.environ, "PGOPTIONS": "-c synchronous_commit=off", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    said = subprocess.run([sys.executable, "-c", show], env=asks, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["-c", "synchronous_commit=off", "-c", "max_parallel_workers_per_gather=0"]
