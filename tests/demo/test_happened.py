"""What happened, over the demonstration's story: everybody is told of what they may open, and of nothing else."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from audits.models import PanelSeat
from portal.accounts.actor import person, person_in
from portal.accounts.models import Appointment, Membership
from portal.accounts.roles import MEMBER_ROLES
from portal.core.actors import Actor
from portal.dashboards.happened.latest import page_of
from portal.ledger.models import Event
from tests.world import client_for

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.usefixtures("told"), pytest.mark.django_db]

ROLES = [role.slug for role in MEMBER_ROLES]
FOLLOWED, PEOPLE = 60, 4


def people_of(role: str) -> list[Actor]:
    rows = Membership.objects.filter(state="active", roles__contains=[role]).select_related("user", "organisation")
    chosen = sorted(rows.order_by("pk"), key=lambda row: len(row.roles))[:PEOPLE]
    return [person_in(row.user, row.organisation, second_factor=True) for row in chosen]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_told_of_what_it_may_open_and_of_nothing_else(role: str) -> None:
    told = 0
    for actor in people_of(role):
        client = client_for(actor)
        deeds = page_of(actor, size=FOLLOWED).deeds
        assert [one.deed.seq for one in deeds] == sorted({one.deed.seq for one in deeds}, reverse=True)
        for url in {one.url for one in deeds if one.url}:
            assert client.get(url).status_code == 200, (role, url)
        told += len(deeds)
    assert told, role


@pytest.mark.parametrize("role", ROLES)
def test_the_home_page_tells_it_within_its_budget(
    role: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for actor in people_of(role)[:2]:
        client = client_for(actor)
        client.get("/")  # what a process keeps has been read
        with django_assert_max_num_queries(12):
            page = client.get("/").content.decode()
        assert "What happened" in page
        for one in page_of(actor, size=6).deeds:
            assert one.deed.says in page.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")


def test_pages_go_on_where_the_last_one_ended() -> None:
    actor = people_of("case_officer")[0]
    client, seen, url = client_for(actor), list[int](), reverse("dashboards:happened")
    whole = [one.deed.seq for one in page_of(actor, size=10_000).deeds]
    assert len(whole) > 120
    address: str | None = url
    while address:
        page = client.get(address).context["page"]
        seen += [one.deed.seq for one in page.deeds]
        address = f"{url}?before={page.older}" if page.older else None
    assert seen == whole


def test_only_what_is_of_a_tier_that_the_reader_reads_is_told() -> None:
    allowed = {
        "applicant": {"public", "scheme", "case"},
        "provider_staff": {"public", "scheme", "case"},
        "oversight_member": {"public", "scheme"},
        "case_officer": {"public", "scheme", "case", "authority"},
    }
    for role, tiers in allowed.items():
        for actor in people_of(role):
            deeds = page_of(actor, size=10_000).deeds
            # Of appeals panels are told all; to oversight it is said of holds that they are there, and nothing of why.
            apart = ("appeal.", "hold.") if role == "oversight_member" else ("appeal.",)
            seqs = [one.deed.seq for one in deeds if not one.deed.verb.startswith(apart)]
            found = set(Event.objects.filter(pk__in=seqs).values_list("tier", flat=True))
            assert found <= tiers, role
            if role == "oversight_member":
                assert not any(one.deed.detail for one in deeds if one.deed.verb.startswith("hold."))


def test_only_who_sits_on_a_panel_is_told_of_votes() -> None:
    for role in ("applicant", "provider_staff", "oversight_member", "case_officer", "signatory"):
        for actor in people_of(role):
            votes = [one.deed.seq for one in page_of(actor, size=10_000).deeds if one.deed.verb == "appeal.vote"]
            appeals = set(Event.objects.filter(pk__in=votes).values_list("entry__object_id", flat=True))
            sits = PanelSeat.objects.filter(member=actor.user_id, body=actor.body_id, left_at=None)
            assert appeals <= set(sits.values_list("appeal", flat=True)), role


def test_an_institution_is_told_nothing_of_another() -> None:
    for actor in people_of("applicant"):
        seqs = [one.deed.seq for one in page_of(actor, size=10_000).deeds]
        events = Event.objects.filter(pk__in=seqs)
        assert events.exists()
        others = Membership.objects.filter(organisation__kind="institution").exclude(organisation=actor.organisation_id)
        foreign = list(others.values_list("organisation", flat=True).distinct())
        assert not events.filter(about__overlap=foreign).exists()


def test_a_system_administrator_is_told_who_takes_part_and_of_no_case() -> None:
    appointment = Appointment.objects.filter(state="active").select_related("user").first()
    assert appointment is not None
    actor = person(appointment.user, None, second_factor=True)
    nouns = {one.deed.verb.split(".")[0] for one in page_of(actor, size=1000).deeds}
    assert nouns == {"organisation"}
