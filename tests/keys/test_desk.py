"""Signing keys and status lists at the desk: read, replaced and withdrawn by the system administrator alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from grants.models import StatusList
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.keys.actions import ensure_keys, rotate_key
from portal.keys.models import SigningKey
from tests.factories.accounts import appointed
from tests.query_budget import assert_query_budget
from tests.world import client_for

pytestmark = pytest.mark.django_db


def url(page: str, *args: object) -> str:
    return reverse(f"admin:keys_signingkey_{page}", args=args)


def test_a_key_is_replaced_once_the_next_was_published_for_a_day() -> None:
    client, key = client_for(appointed()), ensure_keys(purpose="status")
    page = client.get(url("change", key.pk)).content.decode()
    assert key.kid in page
    assert "handle" not in page
    early = client.post(url("rotate", key.pk))
    assert "less than a day ago" in early.content.decode()
    with clock.at(clock.now() + timedelta(days=1)):
        assert client_for(appointed()).post(url("rotate", key.pk)).status_code == 302
    key.refresh_from_db()
    assert key.state == "retired"
    assert "Published until" in client.get(url("change", key.pk)).content.decode()


def test_a_key_that_leaked_is_withdrawn_with_the_reason() -> None:
    client, key = client_for(appointed()), ensure_keys(purpose="status")
    assert client.post(url("withdraw", key.pk), {"reason": ""}).status_code == 200
    assert client.post(url("withdraw", key.pk), {"reason": "Found on a stick"}).status_code == 302
    assert "Found on a stick" in client.get(url("change", key.pk)).content.decode()
    assert client.get(url("withdraw", key.pk)).status_code == 403
    assert client.get(url("change", "nothing")).status_code == 404


def test_lists_of_keys_and_statuses_cost_the_same_with_many() -> None:
    client = client_for(appointed())

    def more(count: int) -> None:
        for _ in range(count):
            StatusList.objects.create(is_open=False)
            following = SigningKey.objects.get(purpose="status", state="upcoming")
            with clock.at(following.created_at + timedelta(days=2)):
                rotate_key(purpose="status", by=SYSTEM)

    ensure_keys(purpose="status")
    assert_query_budget(client, url("changelist"), more)
    assert_query_budget(client, reverse("admin:grants_statuslist_changelist"), more)
