"""Memberships: administrators, roles, and that leaving ends every right at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from portal.accounts.actions.appointment import appoint_system_administrator, dismiss_system_administrator
from portal.accounts.actions.membership import change_roles, end_membership, join_organisation
from portal.accounts.actions.organisation import amend_organisation, close_organisation, register_organisation
from portal.accounts.models import Appointment, Membership
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from tests.factories.accounts import appointed, make_member, make_organisation, make_user, newcomer
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def membership_of(actor: Any) -> Membership:
    return Membership.objects.get(user=actor.user, organisation=actor.body_id, state="active")


@pytest.mark.parametrize(
    ("who", "kind", "allowed"),
    [
        ("newcomer", "institution", True),
        ("newcomer", "authority", False),
        ("newcomer", "provider", False),
        ("newcomer", "oversight", False),
        ("system", "authority", True),
        ("system_administrator", "provider", True),
    ],
)
def test_who_registers_what(who: str, kind: str, allowed: bool) -> None:
    actor = {"newcomer": newcomer, "system": lambda: SYSTEM, "system_administrator": appointed}[who]()
    if not allowed:
        with pytest.raises(Refused) as caught:
            register_organisation(kind=kind, name="Body", jurisdiction="NO", by=actor)
        assert caught.value.verdict.code == "kind_not_open"
        return
    body = register_organisation(kind=kind, name="Body", jurisdiction="NO", by=actor)
    assert body.memberships.count() == (1 if who == "newcomer" else 0)


def test_founder_is_administrator_applicant_and_authorised_representative() -> None:
    actor = newcomer()
    body = register_organisation(kind="institution", name="Body", jurisdiction="NO", by=actor)
    assert body.memberships.get().roles == ["administrator", "applicant", "representative"]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("administrator@institution", ""),
        ("administrator@institution.colleague", ""),
        ("system_administrator", ""),
        ("applicant", "wrong_role"),
        ("administrator@institution.stranger", "other_body"),
        ("administrator@authority", "other_body"),
    ],
)
def test_who_changes_roles(world: World, who: str, refusal: str) -> None:
    membership = membership_of(world.actor("applicant.colleague"))
    if refusal:
        with pytest.raises(Refused) as caught:
            change_roles(membership=membership, roles=["administrator"], by=world.actor(who))
        assert caught.value.verdict.code == refusal
        return
    change_roles(membership=membership, roles=["administrator", "applicant"], by=world.actor(who))
    membership.refresh_from_db()
    assert membership.roles == ["administrator", "applicant"]


@pytest.mark.parametrize("roles", [[], ["signatory"], ["applicant", "gateway"], ["system_administrator"], ["person"]])
def test_only_roles_of_the_kind_can_be_given(world: World, roles: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        change_roles(
            membership=membership_of(world.actor("applicant")), roles=roles, by=world.actor("administrator@institution")
        )
    assert caught.value.verdict.code == "wrong_roles"


def test_last_administrator_stays(world: World) -> None:
    administrator = make_member(make_organisation(), "administrator", "applicant")
    for deed in (
        lambda: end_membership(membership=membership_of(administrator), by=administrator),
        lambda: change_roles(membership=membership_of(administrator), roles=["applicant"], by=administrator),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.verdict.code == "last_administrator"


def test_leaving_ends_every_right_at_once(world: World) -> None:
    reviewer = world.actor("reviewer")
    client = client_for(reviewer)
    page = f"/organisations/{world.authority.pk}/"
    assert client.get(page).status_code == 200
    end_membership(membership=membership_of(reviewer), by=world.actor("administrator@authority"), reason="moved")
    assert client.get(page)["Location"].startswith("/account/login/"), "the session is closed"
    again = client_for(world.actor("newcomer"))
    assert again.get(page).status_code == 404


def test_who_leaves_by_the_page_is_signed_out(world: World) -> None:
    reviewer = world.actor("reviewer")
    client = client_for(reviewer)
    answer = client.post(f"/memberships/{membership_of(reviewer).pk}/end/", {"reason": "a new post"})
    assert answer["Location"] == "/account/login/"
    assert client.get("/roles/").status_code == 302
    assert Entry.objects.filter(verb="membership.end").count() == 1


def test_a_role_that_is_taken_counts_from_the_next_request(world: World) -> None:
    officer = make_member(world.authority, "case_officer", "auditor")
    client = client_for(officer)
    assert client.get("/").context["actor"].roles == {"person", "case_officer", "auditor"}
    change_roles(membership=membership_of(officer), roles=["auditor"], by=world.actor("administrator@authority"))
    assert client.get("/").context["actor"].roles == {"person", "auditor"}


def test_coming_back_is_a_new_membership(world: World) -> None:
    applicant = world.actor("applicant")
    end_membership(membership=membership_of(applicant), by=applicant)
    join_organisation(user=applicant.user, organisation=world.institution, roles=["applicant"], by=SYSTEM)
    assert Membership.objects.filter(user=applicant.user, organisation=world.institution).count() == 2


def test_nobody_is_a_member_twice(world: World) -> None:
    applicant = world.actor("applicant")
    with pytest.raises(Refused) as caught:
        join_organisation(user=applicant.user, organisation=world.institution, roles=["applicant"], by=SYSTEM)
    assert caught.value.verdict.code == "already"


def test_closing_a_body_ends_all_of_it(world: World) -> None:
    client = client_for(world.actor("applicant"))
    assert client.get("/roles/").status_code == 200
    close_organisation(organisation=world.institution, reason="merged", by=world.actor("system_administrator"))
    assert not world.institution.memberships.filter(state="active").exists()
    assert client.get("/roles/").status_code == 302
    with pytest.raises(Refused):
        amend_organisation(organisation=world.institution, name="X", website="", by=SYSTEM)
    with pytest.raises(Refused) as caught:
        join_organisation(user=make_user(), organisation=world.institution, roles=["applicant"], by=SYSTEM)
    assert caught.value.verdict.code == "closed"


def test_system_administrators_are_members_of_nothing(world: World) -> None:
    with pytest.raises(Refused) as caught:
        appoint_system_administrator(user=world.actor("reviewer").user, by=SYSTEM)
    assert caught.value.verdict.code == "duties_apart"
    administrator = world.actor("system_administrator")
    with pytest.raises(Refused):
        join_organisation(user=administrator.user, organisation=world.authority, roles=["signatory"], by=SYSTEM)


def test_last_system_administrator_stays() -> None:
    first = appointed()
    with pytest.raises(Refused) as caught:
        dismiss_system_administrator(appointment=Appointment.objects.get(), by=first)
    assert caught.value.verdict.code == "last_administrator"
    second = appointed()
    dismiss_system_administrator(appointment=Appointment.objects.get(user=first.user), by=second)
    assert not Appointment.objects.filter(user=first.user, state="active").exists()


def test_acting_for_another_body(world: World) -> None:
    person = world.actor("applicant")
    second = make_organisation("institution", "Second institute")
    join_organisation(user=person.user, organisation=second, roles=["applicant"], by=SYSTEM)
    client = client_for(person)
    other = Membership.objects.get(user=person.user, organisation=second)
    assert client.post("/act-as/", {"membership": str(other.pk)}).status_code == 302
    assert client.get("/").context["actor"].body_id == second.pk
    stranger = membership_of(world.actor("applicant.stranger"))
    assert client.post("/act-as/", {"membership": str(stranger.pk)}).status_code == 404
    assert client.post("/act-as/", {"membership": "nonsense"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_administrators_leaving_at_once_do_not_both_succeed() -> None:
    body = make_organisation()
    people = [make_member(body, "administrator") for _ in range(2)]
    memberships = [membership_of(person) for person in people]
    start, results = threading.Barrier(2), []

    def leave(number: int) -> None:
        start.wait()
        try:
            end_membership(membership=memberships[number], by=people[number])
            results.append("left")
        except Refused as error:
            results.append(error.verdict.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["last_administrator", "left"]
    assert body.memberships.filter(state="active").count() == 1


def test_a_visitor_sees_what_the_scheme_is() -> None:
    page = Client().get("/").content
    assert b"Create an account" in page
    assert b"How to apply" in page
