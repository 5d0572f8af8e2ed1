"""Querysets compiled once give what Django's own would have given, whatever the values."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.test.utils import CaptureQueriesContext

from partners.queries.standing import standing
from portal.accounts.models import Membership, Organisation, User
from portal.accounts.queries.people import members_with, people_with
from portal.core import clock
from portal.core.compiled import compiled
from tests.factories.accounts import make_member, make_organisation

pytestmark = pytest.mark.django_db


def _named(name: str, kind: str | None = None) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(name=name).order_by("pk")
    return rows if kind is None else rows.filter(kind=kind)


named = compiled(_named)


@pytest.mark.parametrize("name", ["Plain", "O'Hara & Söhne", '100 % "safe"', "%s", "slot-1", ""])
def test_it_gives_what_the_queryset_gives(name: str) -> None:
    make_organisation("authority", name)
    make_organisation("provider", name)
    make_organisation("authority", "Other")
    for kind in (None, "authority", "provider", "oversight"):
        assert named(name, kind) == named(name, kind=kind) == list(_named(name, kind))
    assert named("nobody") == []


@compiled
def held(user: UUID, role: str, since: datetime, until: datetime) -> QuerySet[Membership]:
    inside = Organisation.objects.filter(pk=OuterRef("organisation"), state="active")
    rows = Membership.objects.filter(Exists(inside), user=user, roles__contains=[role], user__created_at__gte=since)
    return rows.filter(user__created_at__lt=until).select_related("organisation", "user")


def test_related_objects_come_with_it_and_each_row_is_an_object_of_its_own() -> None:
    actor = make_member(make_organisation("authority"), "reviewer")
    user: Any = actor.user_id
    now = clock.now()
    asked = (user, "reviewer", now - timedelta(days=1), now + timedelta(days=1))
    (first,) = held(*asked)
    with CaptureQueriesContext(connection) as queries:
        assert first.organisation.pk == actor.body_id
        assert first.user.pk == user
    assert not queries
    (again,) = held(*asked)
    assert again == first
    assert again is not first
    assert held(user, "reviewer", now + timedelta(days=1), asked[3]) == []
    assert held(user, "reviewer", asked[2], now - timedelta(days=9)) == []
    assert held(user, "signatory", *asked[2:]) == []
    assert held(uuid4(), *asked[1:]) == []


def test_it_is_compiled_once_and_counts_as_one_query() -> None:
    calls = []

    @compiled
    def counted(name: str) -> QuerySet[Organisation]:
        calls.append(name)
        return Organisation.objects.filter(name=name)

    with CaptureQueriesContext(connection) as queries:
        for name in ("A", "B", "C"):
            counted(name)
    assert len(queries) == 3
    assert len(calls) == 1
    assert calls[0] not in ("A", "B", "C"), "the function is called with a stand-in"


def test_a_moment_that_was_not_given_is_refused() -> None:
    @compiled
    def recent(name: str) -> QuerySet[User]:
        return User.objects.filter(name=name, created_at__gte=clock.now())

    @compiled
    def since(day: date, name: str) -> QuerySet[Membership]:
        return Membership.objects.filter(user__created_at__gte=datetime(2026, 1, 1, tzinfo=UTC), user__name=name)

    with pytest.raises(TypeError, match="give it as an argument"):
        recent("A")
    with pytest.raises(TypeError, match="moment"):
        since(date(2026, 1, 1), "A")


def test_a_value_that_does_not_come_into_the_statement_as_it_is_is_refused() -> None:
    @compiled
    def like(part: str) -> QuerySet[Organisation]:
        return Organisation.objects.filter(name__contains=part)

    with pytest.raises(TypeError, match="as it is"):
        like("A")


def test_threads_have_their_own_connections_and_rows() -> None:
    make_organisation("authority", "Ours")
    named("Ours")
    seen: list[Any] = []

    def elsewhere() -> None:
        try:
            seen.append(named("Ours"))
        finally:
            connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [[]], "another connection does not see what this transaction has not committed"
    assert len(named("Ours")) == 1


def test_readers_of_the_portal_agree_with_their_querysets() -> None:
    authority, other = make_organisation("authority"), make_organisation("authority")
    for body in (authority, other):
        for role in ("case_officer", "signatory"):
            make_member(body, role)
    for role in ("case_officer", "signatory", "reviewer"):
        for where in (None, authority.pk, other.pk):
            named_so = {user.pk for user in people_with(role, organisation_id=where)}
            assert named_so == {user.pk for user in members_with(role, where)}
    both = {user.pk for user in people_with("case_officer", "signatory", organisation_id=other.pk)}
    assert both == {user.pk for role in ("case_officer", "signatory") for user in members_with(role, other.pk)}
    assert not standing(institution_id=authority.pk).in_force
