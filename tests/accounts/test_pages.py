"""Pages of accounts: what they show to whom, what they cost, and that nothing that is typed breaks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.forms import Form
from django.test import Client
from django.utils.translation import ngettext_lazy

from portal.accounts import needs
from portal.accounts.actions.invitation import send_invitation
from portal.accounts.forms import SignupForm
from portal.accounts.forms.organisation import (
    AmendForm,
    BodyForm,
    GatewayForm,
    InviteForm,
    ReasonForm,
    RolesForm,
)
from portal.accounts.models import User
from portal.accounts.needs import Need, Waiting
from portal.accounts.queries.waiting import for_administrator
from portal.accounts.roles import MACHINES, ROLES
from portal.core import clock
from portal.core.actors import Actor
from portal.notifications.models import Message, Notice
from tests.accounts.steps import sign_in, sign_up
from tests.contracts.test_bad_input import MARKUP
from tests.factories.accounts import make_gateway, make_member, make_organisation, newcomer
from tests.query_budget import assert_query_budget
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def test_home_asks_only_for_the_roles_in_effect(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(needs, "_asks", {})
    needs.register("reviewer", "a", lambda actor: [Need(2, "To assess", "/a/", oldest=clock.now())])
    needs.register("signatory", "b", lambda actor: [Need(1, "To sign", "/b/")])
    page = client_for(world.actor("reviewer")).get("/").content
    assert b"To assess" in page
    assert b"To sign" not in page
    assert b"To assess" not in client_for(world.actor("dormant")).get("/").content


def test_every_role_is_told_what_needs_it() -> None:
    told = {role for role, _name in needs._asks}
    people = {role.slug for role in ROLES if role.slug not in ("person", *MACHINES, "referee", "system")}
    assert people - told == set()


def test_an_administrator_is_told_of_invitations_and_of_sleeping_roles(world: World) -> None:
    administrator = world.actor("administrator@authority")
    before = administrators_counts(administrator)
    send_invitation(organisation=world.authority, email="new@example.org", roles=["reviewer"], by=administrator)
    TOTP.activate(make_member(world.authority, "reviewer").user, generate_totp_secret())
    make_member(world.authority, "reviewer")
    invited, asleep = administrators_counts(administrator)
    assert (invited, asleep) == (before[0] + 1, before[1] + 1)
    assert client_for(administrator).get("/").status_code == 200


def test_a_system_administrator_is_told_of_mail_that_failed(world: World) -> None:
    administrator = world.actor("system_administrator")
    before = needs.needs_of(administrator)
    assert before[0].label == "messages that could not be delivered"
    Message.objects.create(to="a@example.org", kind="k", key="k", subject="S", status="failed", next_attempt_at=None)
    told = needs.needs_of(administrator)[0]
    assert (told.count, told.label, told.tone) == (1, "message that could not be delivered", "red")
    assert client_for(administrator).get("/").status_code == 200


def administrators_counts(actor: Actor) -> tuple[int, ...]:
    """Invitations, and people without a second factor."""
    return tuple(need.count for need in needs.counted(*for_administrator(actor)))


def test_what_is_late_is_red_and_says_since_when(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_asks", {})
    reviewer = world.actor("reviewer")
    for days in (1, 3):
        make_notice(reviewer.user, at=clock.now() - timedelta(days=days))
    label = ngettext_lazy("thing", "things")

    def ask(actor: Actor) -> list[Need]:
        rows = Notice.objects.filter(recipient=actor.user_id)
        return needs.counted(
            Waiting(rows, label, "/due/", due="created_at", tone="amber"),
            Waiting(rows, label, "/old/", oldest="created_at", tone="amber"),
            Waiting(rows.none(), label, "/none/", due="created_at", tone="amber"),
        )

    needs.register("reviewer", "x", ask)
    assert [(need.count, need.label, need.late, need.tone) for need in needs.needs_of(reviewer)] == [
        (2, "things", True, "red"),
        (2, "things", False, "amber"),
        (0, "things", False, ""),
    ]
    assert "Overdue since" in client_for(reviewer).get("/").content.decode()


def test_home_shows_what_one_was_told_last_and_nobody_elses(world: World) -> None:
    own, other = world.actor("reviewer"), world.actor("reviewer.colleague")
    make_notice(own.user, title="Yours")
    make_notice(other.user, title="Theirs")
    page = client_for(own).get("/").content.decode()
    assert "Yours" in page
    assert "Theirs" not in page


def make_notice(user: User, *, title: str = "Told", at: datetime | None = None) -> Notice:
    return Notice.objects.create(
        recipient=user, kind="test", key=str(uuid4()), title=title, body=title, url="/", created_at=at or clock.now()
    )


def test_what_several_roles_need_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_asks", {})

    def ask(actor: Actor) -> list[Need]:
        return [Need(1, "Once", "/")]

    needs.register("reviewer", "x", ask)
    needs.register("auditor", "x", ask)
    assert len(needs.needs_of(Actor(kind="person", roles=frozenset({"reviewer", "auditor"})))) == 1


def test_urgent_and_waiting_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_asks", {})
    needs.register(
        "reviewer", "x", lambda actor: [Need(0, "none", "/"), Need(1, "some", "/"), Need(1, "red", "/", tone="red")]
    )
    found = needs.needs_of(Actor(kind="person", roles=frozenset({"reviewer"})))
    assert [need.label for need in found] == ["red", "some", "none"]


@pytest.mark.parametrize(
    "persona",
    [
        "applicant",
        "case_officer",
        "reviewer",
        "signatory",
        "auditor",
        "provider_staff",
        "oversight_member",
        "system_administrator",
    ],
)
def test_home_costs_at_most_twelve_queries(world: World, persona: str) -> None:
    assert_query_budget(client_for(world.actor(persona)), "/", lambda count: None, most=12)


def test_gateways_page_costs_the_same_with_many(world: World) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            make_gateway(world.provider)

    assert_query_budget(client_for(world.actor("provider_staff")), "/gateways/", more, most=12)


def test_desk_lists_cost_the_same_with_many(world: World) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            make_member(make_organisation(), "applicant")

    client = client_for(world.actor("system_administrator"))
    assert_query_budget(client, "/admin/accounts/membership/?all=", more, most=12)


def test_colleagues_see_people_but_not_invitations_or_addresses(world: World) -> None:
    administrator = world.actor("administrator@institution")
    page = client_for(world.actor("applicant")).get(f"/organisations/{world.institution.pk}/").content.decode()
    assert str(administrator.user) in page
    assert administrator.user.email not in page
    assert "Invite a person" not in page


def test_roles_page_shows_every_role(world: World) -> None:
    page = client_for(newcomer()).get("/roles/").content.decode()
    assert [str(role.label) for role in ROLES if f'id="{role.slug}"' not in page] == []


def test_registering_a_body_invites_its_first_administrator(world: World, mail: Any) -> None:
    client = client_for(world.actor("system_administrator"))
    entered = {"kind": "authority", "name": "New authority", "jurisdiction": "SE", "email": "first@authority.example"}
    assert client.post("/admin/accounts/organisation/register/", entered).status_code == 302
    assert "New authority" in mail("first@authority.example").subject


def test_a_body_that_is_refused_invites_nobody(world: World) -> None:
    from portal.accounts.models import Invitation

    client = client_for(world.actor("system_administrator"))
    entered = {"kind": "authority", "name": "Our authority", "jurisdiction": "GB", "email": "first@authority.example"}
    answer = client.post("/admin/accounts/organisation/register/", entered)
    assert answer.status_code == 200
    assert not Invitation.objects.exists()


NAUGHTY = [
    "\x00",
    "\ud800",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s%n",
    "\u202eabc",
    "a" * 10_000,
    "\n\r",
    "İ",
    "🏳️‍🌈",
]
"""What breaks forms, in short; the full list is tried where the public data is there."""


def _try(client: Client, text: str) -> None:
    for path, data in (
        ("/organisations/register/", {"name": text, "jurisdiction": text, "website": text}),
        ("/act-as/", {"membership": text}),
        ("/gateways/register/", {"name": text}),
    ):
        answer = client.post(path, data)
        assert answer.status_code < 500, (path, text)
        if answer.status_code == 200:
            assert b"<script>alert" not in answer.content


def _strings(texts: list[str]) -> list[str]:
    """What can be sent at all: a lone surrogate has no UTF-8."""
    return [text for text in texts if text.encode("utf-8", "ignore").decode() == text]


def test_nothing_that_is_typed_breaks_a_form(world: World) -> None:
    client = client_for(world.actor("provider_staff"))
    for text in _strings(NAUGHTY):
        _try(client, text)
        assert sign_in(Client(), text).status_code < 500
        assert sign_up(Client(), text, text).status_code < 500
        assert Client().get("/invitation/x/", {"next": text}).status_code < 500


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "made",
    [
        BodyForm,
        AmendForm,
        GatewayForm,
        ReasonForm,
        SignupForm,
        partial(RolesForm, kind="institution"),
        partial(InviteForm, kind="authority"),
    ],
    ids=["register", "amend", "gateway", "reason", "sign up", "roles", "invite"],
)
def test_no_naughty_string_breaks_a_form_or_comes_back_as_markup(shared_data: Path, made: Callable[..., Form]) -> None:
    """Every string through each form as it is shown again; a few go the whole way, in tests/contracts."""
    strings = json.loads((shared_data / "naughty-strings" / "blns.json").read_text())
    names = made().fields
    for text in strings:
        form = made(data={name: [text] if name == "roles" else text for name in names})
        form.is_valid()
        assert not (MARKUP.search(text) and text in str(form)), text
