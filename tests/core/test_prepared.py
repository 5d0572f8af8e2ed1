"""Statements planned once: they give what the queryset gives, are counted like any query, and keep their plan."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
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
