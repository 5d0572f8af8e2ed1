"""Saved views: a reader's own filters under a name, whatever anybody types, and nobody else's."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.dashboards.actions.saved_view import rename_view, save_view
from portal.dashboards.models import SavedView
from portal.dashboards.rules.saved_view import MOST, filters_in
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage
from tests.query_budget import assert_query_budget
from tests.world import client_for

URL = "/oversight/views/"


@pytest.fixture
def member(stage: Stage) -> Actor:
    return make_member(make_organisation("oversight", jurisdiction="FR"), "oversight_member")


@pytest.fixture
def client(member: Actor) -> Client:
    return client_for(member)


def saved(by: Actor, name: str = "Norway", query: str = "jurisdiction=NO") -> SavedView:
    return save_view(board="scope", name=name, query=query, by=by)


def test_filters_are_saved_and_found_again(client: Client, member: Actor) -> None:
    answer = client.post(f"{URL}save/scope/?period=6&jurisdiction=NO&junk=1&tier=", {"name": "  Partners  in Norway "})
    assert answer.status_code == 302
    assert answer["Location"] == "/oversight/scope/?jurisdiction=NO&period=6"
    page = client.get(URL).content.decode()
    assert "Partners in Norway" in page
    assert "country of the partner: Norway." in page
    assert "/oversight/scope/?jurisdiction=NO&amp;period=6" in page


def test_the_first_page_can_be_saved_too(client: Client) -> None:
    answer = client.post(f"{URL}save/overview/?period=3", {"name": "This quarter"})
    assert answer["Location"] == "/oversight/?period=3"


def test_a_view_can_be_renamed_and_removed(client: Client, member: Actor) -> None:
    view = saved(member)
    client.post(f"{URL}{view.pk}/rename/", {"name": "NORWAY"})
    assert SavedView.objects.get().name == "NORWAY"
    client.post(f"{URL}{view.pk}/remove/")
    assert not SavedView.objects.exists()
    assert client.post(f"{URL}{view.pk}/remove/").status_code == 404


def test_only_ones_own_views_are_there(member: Actor) -> None:
    view = saved(member)
    colleague = make_member(member.user.memberships.get().organisation, "oversight_member")
    officer = make_member(make_organisation("authority", jurisdiction="GB"), "case_officer")
    for other in (client_for(colleague), client_for(officer)):
        assert "Norway" not in other.get(URL).content.decode()
        assert other.get(f"{URL}{view.pk}/rename/").status_code == 404
        assert other.post(f"{URL}{view.pk}/rename/", {"name": "Mine"}).status_code == 404
        assert other.post(f"{URL}{view.pk}/remove/").status_code == 404
    assert SavedView.objects.get().name == "Norway"


def test_who_reads_no_board_learns_of_no_view(stage: Stage, member: Actor) -> None:
    view = saved(member)
    for client in (client_for(stage.applicant),):
        for path in (URL, f"{URL}save/scope/", f"{URL}{view.pk}/rename/"):
            assert client.get(path).status_code == 404
        assert client.post(f"{URL}{view.pk}/remove/").status_code == 404


def test_a_name_is_used_once_whatever_its_capitals(client: Client, member: Actor) -> None:
    saved(member)
    page = client.post(f"{URL}save/scope/", {"name": "nORWAY"})
    assert "You already have a view of that name" in page.content.decode()
    other = saved(member, "Sweden")
    with pytest.raises(Refused):
        rename_view(view=other, name="NORWAY", by=member)
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.filter(pk=other.pk).update(name="norway")
    assert rename_view(view=other, name="sweden", by=member).name == "sweden"


def test_colleagues_may_use_the_same_name(member: Actor) -> None:
    saved(member)
    assert saved(make_member(member.user.memberships.get().organisation, "oversight_member")).name == "Norway"


def test_there_is_an_end_to_them(client: Client, member: Actor) -> None:
    for number in range(MOST):
        saved(member, f"View {number}")
    page = client.post(f"{URL}save/scope/", {"name": "One more"})
    assert f"You have {MOST} saved views" in page.content.decode()
    assert SavedView.objects.count() == MOST


def test_the_database_wants_a_name_and_a_board(member: Actor) -> None:
    view = saved(member)
    for change in ({"name": ""}, {"board": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(**change)


def test_what_was_typed_is_never_markup(client: Client, member: Actor) -> None:
    name = '<script>alert("x")</script>'
    answer = client.post(
        f"{URL}save/scope/?jurisdiction=%3Cscript%3E&tier=%22%3E%3Cimg%3E", {"name": name}, follow=True
    )
    pages = answer.content.decode() + client.get(URL).content.decode()
    assert "<script>alert" not in pages
    assert "<img>" not in pages
    assert "&lt;script&gt;alert" in pages


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_a_name_that_is_none_is_asked_for_again(client: Client, name: str) -> None:
    assert client.post(f"{URL}save/scope/", {"name": name}).status_code == 200
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("board", ["nothing", "views", "oversight"])
def test_only_boards_can_be_saved(client: Client, board: str) -> None:
    assert client.get(f"{URL}save/{board}/").status_code == 404


def test_a_provider_saves_only_boards_that_it_sees(stage: Stage) -> None:
    staff = client_for(make_member(make_organisation("provider", jurisdiction="US"), "provider_staff"))
    assert staff.get(f"{URL}save/work/").status_code == 404
    assert staff.get(f"{URL}save/scope/").status_code == 200


def test_a_view_of_another_provider_opens_nothing(stage: Stage) -> None:
    """Whoever types another provider's id into the address gets their own figures, saved or not."""
    staff = make_member(make_organisation("provider", jurisdiction="US"), "provider_staff")
    view = saved(staff, "Others", f"provider={uuid4()}")
    page = client_for(staff).get(URL).content.decode()
    assert "provider:" not in page
    assert client_for(staff).get(f"/oversight/scope/?{view.query}").status_code == 200


@pytest.mark.parametrize(
    "query, kept",
    [
        ("jurisdiction=NO&period=6", "jurisdiction=NO&period=6"),
        ("period=6&period=12", "period=12"),
        ("next=https://evil.example&jurisdiction=NO", "jurisdiction=NO"),
        ("jurisdiction=%00NO", ""),
        ("jurisdiction=" + "N" * 101, ""),
        ("&".join(f"a{n}=1" for n in range(99)), ""),
        ("", ""),
    ],
)
def test_only_filters_are_kept(query: str, kept: str) -> None:
    assert filters_in(query, ("jurisdiction", "period")) == kept


def test_list_costs_the_same_with_many(client: Client, member: Actor) -> None:
    made = iter(range(1000))
    assert_query_budget(client, URL, make=lambda n: [saved(member, f"V{next(made)}") for _ in range(n)], most=10)


def test_a_board_leads_to_saving_its_filters_and_to_the_reports(client: Client, stage: Stage) -> None:
    page = client.get("/oversight/scope/?jurisdiction=NO").content.decode()
    assert "/oversight/views/save/scope/?jurisdiction=NO" in page
    assert "/oversight/reports/" in page
    assert "/oversight/views/save/overview/" in client.get("/oversight/").content.decode()
    assert "/oversight/reports/" not in client_for(stage.officer).get("/oversight/scope/").content.decode()
