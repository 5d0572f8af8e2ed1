"""What load balancers and the supervisor hear: each part is asked anew, and named when it does not answer."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_gone_is_seen_on_an_open_connection_as_well() -> None:
    assert Client().get("/healthz").json() == {"database": True, "redis": True}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", ours)
    other.close()
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": False, "redis": True})
    connection.close()
    assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_broker_that_is_gone_is_seen() -> None:
    nobody = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nobody):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "redis": False})
