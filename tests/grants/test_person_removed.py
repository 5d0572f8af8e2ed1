"""The gate on people whom an authority removed from the scheme: at once, by account and by address, in one query."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grants.queries.decision import decide
from partners.actions.removal import lift_removal, remove_person
from portal.core import clock
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import make_member

pytestmark = pytest.mark.django_db


def test_a_removed_person_is_denied_by_account_and_address_and_nobody_else_is() -> None:
    made = make.grant_in_force()
    person, actor = people.cleared(made.institution)
    colleague, _ = people.cleared(made.institution)

    def about(name: str) -> str:
        return decide(made.question(subject_type="person", subject_id=name, today=clock.today())).code

    with CaptureQueriesContext(connection) as before:
        assert about(person.email) == "permitted"
    by = make_member(made.authority, "signatory")
    until = clock.today() + timedelta(days=5)
    removal = remove_person(name=person.name, email=person.email, reason="Passed outputs on", until=until, by=by)
    with CaptureQueriesContext(connection) as after:
        assert about(str(actor.user_id)) == "person_removed"
    assert about(person.email.upper()) == "person_removed"
    assert about(colleague.email) == "permitted"
    assert len(before) == len(after) == 1
    with clock.at(clock.now() + timedelta(days=6)):
        assert about(person.email) == "permitted", "its last day has passed, without any sweep"
    lift_removal(removal=removal, reason="It was a namesake", by=by)
    assert about(person.email) == "permitted"
