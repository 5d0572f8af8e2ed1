"""What a deed reads only once, and when it reads again."""

from contextlib import suppress

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.middleware import OnePage
from portal.rulebook.queries import rules
from portal.workflow import deed, lock, move, one_page, record, remember
from tests.factories.accounts import make_organisation
from tests.factories.partners import submitted_application
from tests.factories.rulebook import founded_rulebook

pytestmark = pytest.mark.django_db

ADMIN = Actor(kind="person", roles=frozenset({"system_administrator"}), name="An administrator")


def locks(captured: CaptureQueriesContext) -> int:
    """How often a row of an organisation was locked."""
    return sum("accounts_organisation" in item["sql"] and "FOR UPDATE" in item["sql"] for item in captured)


def same(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def test_a_row_that_the_deed_has_locked_is_not_read_again():
    body = make_organisation()
    with CaptureQueriesContext(connection) as captured, deed():
        lock(body)
        record(body, "amend", by=ADMIN, changes={"name": "Another name"})
        move(body, "close", by=ADMIN)
    assert locks(captured) == 1
    assert (same(body).state, same(body).name) == ("closed", "Another name")


def test_a_row_that_was_changed_through_another_object_is_read_again():
    body = make_organisation()
    with deed():
        lock(body)
        move(same(body), "close", by=ADMIN)
        with pytest.raises(Refused):
            move(body, "close", by=ADMIN)
    assert body.state == "closed"


def test_a_deed_does_not_trust_what_was_locked_before_an_inner_one():
    body = make_organisation()
    with deed():
        lock(body)
        with deed():
            move(same(body), "close", by=ADMIN)
        with pytest.raises(Refused):
            move(body, "close", by=ADMIN)


def test_an_inner_deed_locks_for_itself():
    body = make_organisation()
    with CaptureQueriesContext(connection) as captured, deed():
        lock(body)
        with deed():
            move(body, "close", by=ADMIN)
    assert locks(captured) == 2


def test_what_is_remembered_is_asked_once_in_a_deed_and_again_after_a_change():
    body, asked = make_organisation(), []

    def name() -> str:
        asked.append(1)
        return same(body).name

    for _turn in range(2):
        remember(Organisation, "name", name)
    assert len(asked) == 2
    with deed():
        for _turn in range(3):
            remember(Organisation, "name", name)
        assert len(asked) == 3
        record(body, "amend", by=ADMIN, changes={"name": "Another name"})
        assert remember(Organisation, "name", name) == "Another name"
    assert len(asked) == 4


def test_what_is_remembered_is_asked_once_for_a_page_and_by_each_deed_for_itself():
    body, asked = make_organisation(), []

    def name() -> str:
        asked.append(1)
        return same(body).name

    with one_page():
        first = [remember(Organisation, "name", name) for _turn in range(3)]
        assert len(asked) == 1
        with deed():
            record(body, "amend", by=ADMIN, changes={"name": "Another name"})
            assert remember(Organisation, "name", name) == "Another name"
        assert remember(Organisation, "name", name) == first[0]
    assert remember(Organisation, "name", name) == "Another name"
    assert len(asked) == 3


def test_a_page_asks_for_the_rules_once() -> None:
    founded_rulebook()
    rules()  # the document is parsed once a process

    def twice(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(rules().version + rules().version)

    for method, queries in (("get", 1), ("post", 2)):
        with CaptureQueriesContext(connection) as captured:
            OnePage(twice)(getattr(RequestFactory(), method)("/"))
        assert len(captured) == queries


def test_what_an_inner_deed_that_failed_has_read_is_forgotten():
    body = make_organisation()
    was = body.name
    with deed():
        with suppress(RuntimeError), deed():
            record(body, "amend", by=ADMIN, changes={"name": "Never"})
            assert remember(Organisation, "name", lambda: same(body).name) == "Never"
            raise RuntimeError
        assert remember(Organisation, "name", lambda: same(body).name) == was


def test_a_settled_row_at_hand_stays_when_one_that_points_to_it_is_locked():
    application = submitted_application().fresh()
    institution, authority = application.institution, application.authority
    with deed():
        lock(application)
        assert application.institution is institution
        assert application.authority is not authority
        assert application.authority == authority
