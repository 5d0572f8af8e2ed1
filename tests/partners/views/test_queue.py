"""The queue: saved filters, assigning in bulk, workload, who is working on it now, and export."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import presence
from partners.actions.case import declare_conflict
from partners.actions.saved_filter import MOST, change_filter, delete_filter, filters_of, save_filter
from partners.models import Application, ApplicationUserObjectPermission, SavedFilter
from partners.queries.saved_filter import filters_for
from partners.queries.workload import Load, workload
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = pytest.mark.django_db
QUEUE = "/admin/partners/application/"


def desk(name: str, *args: object) -> str:
    return reverse(f"admin:partners_application_{name}", args=args)


def text_of(actor: Actor, url: str, **data: Any) -> str:
    answer = client_for(actor).get(url, data)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def made() -> make.Cast:
    return make.reviewed_application()


# --- saved filters --------------------------------------------------------------------------------
def test_filters_are_saved_under_a_name_and_found_above_the_queue(made: make.Cast) -> None:
    client = client_for(made.officer)
    answer = client.post(f"{desk('filters')}?time=late&state=under_review&p=3&evil=1", {"name": "  Late   ones "})
    saved = SavedFilter.objects.get()
    assert (saved.name, saved.query, saved.shared, saved.is_default) == (
        "Late ones", "state=under_review&time=late", False, False,
    )  # fmt: skip
    assert answer["Location"] == f"{QUEUE}?{saved.query}"
    page = client.get(QUEUE, {"time": "late", "state": "under_review"}).content.decode()
    assert 'aria-current="true">Late ones' in page
    assert "Late ones" not in text_of(make_member(made.authority, "case_officer"), QUEUE)


def test_a_shared_filter_is_there_for_colleagues_and_not_for_another_authority(made: make.Cast) -> None:
    save_filter(name="Ours", query="time=late", shared=True, by=made.officer)
    colleague, elsewhere = make_member(made.authority, "reviewer"), make_member(made.other_authority, "case_officer")
    assert [row.name for row in filters_for(colleague)] == ["Ours"]
    assert f"Ours (by {made.officer.name})" in text_of(colleague, QUEUE)
    assert filters_for(elsewhere) == []
    saved = SavedFilter.objects.get()
    for stranger in (colleague, elsewhere):
        client = client_for(stranger)
        assert client.get(desk("filter", saved.pk)).status_code == 404
        assert client.post(desk("filter", saved.pk), {"name": "Mine"}).status_code == 404
        assert client.post(desk("filter_delete", saved.pk)).status_code == 404
        for act in (
            lambda who=stranger: change_filter(saved=saved, name="Mine", shared=True, is_default=True, by=who),
            lambda who=stranger: delete_filter(saved=saved, by=who),
        ):
            with pytest.raises(Refused):
                act()
    assert SavedFilter.objects.get().name == "Ours"


def test_the_queue_opens_with_the_one_default(made: make.Cast) -> None:
    client = client_for(made.officer)
    first = save_filter(name="First", query="time=late", is_default=True, by=made.officer)
    assert client.get(QUEUE)["Location"] == f"{QUEUE}?time=late"
    save_filter(name="Second", query="whose=us", is_default=True, by=made.officer)
    assert client.get(QUEUE)["Location"] == f"{QUEUE}?whose=us"
    first.refresh_from_db()
    assert not first.is_default
    assert client.get(QUEUE, {"whose": "all"}).status_code == 200
    colleague = make_member(made.authority, "case_officer")
    assert client_for(colleague).get(QUEUE).status_code == 200, "a default is one's own"


def test_filters_are_renamed_and_deleted(made: make.Cast) -> None:
    client = client_for(made.officer)
    saved = save_filter(name="Old", query="time=late", by=made.officer)
    assert client.post(desk("filter", saved.pk), {"name": "New", "shared": "on"}).status_code == 302
    saved.refresh_from_db()
    assert (saved.name, saved.shared) == ("New", True)
    save_filter(name="Other", query="whose=us", by=made.officer)
    again = client.post(desk("filter", saved.pk), {"name": "Other"})
    assert "You keep another filter by this name." in again.content.decode()
    assert client.post(desk("filter_delete", saved.pk)).status_code == 302
    assert [row.name for row in SavedFilter.objects.all()] == ["Other"]


def test_names_and_numbers_of_filters_have_limits(made: make.Cast) -> None:
    with pytest.raises(Refused, match="Give it a name"):
        save_filter(name="   ", query="time=late", by=made.officer)
    for number in range(MOST):
        save_filter(name=f"Filter {number}", query="time=late", by=made.officer)
    with pytest.raises(Refused, match="thirty"):
        save_filter(name="One more", query="time=late", by=made.officer)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("state=submitted&p=4&export=csv", "state=submitted"),
        ("q=%3Cscript%3E&o=-3", "o=-3&q=%3Cscript%3E"),
        ("next=//evil.example&authority__id=1", ""),
        ("state=a&state=b", "state=b"),
        ("\x00" + "q=" + "a" * 5000, "q=" + "a" * 598),
    ],
)
def test_only_the_queues_own_filters_are_kept(query: str, kept: str) -> None:
    assert filters_of(query) == kept


# --- assigning in bulk ----------------------------------------------------------------------------
def test_one_reviewer_is_assigned_to_all_and_each_refusal_has_its_reason() -> None:
    ready = make.screen(make.submitted_application())
    people: dict[str, Any] = {"authority": ready.authority, "officer": ready.officer, "reviewer": ready.reviewer}
    already = make.assign(make.screen(make.submitted_application(**people)))
    undeclared = make.submitted_application(**people)
    conflicted = make.screen(make.submitted_application(**people))
    signing = make.application_to_sign(**people)
    declare_conflict(application=conflicted.application, conflict=True, detail="A friend.", by=ready.reviewer)
    cases = [ready, already, undeclared, conflicted, signing]
    client = client_for(ready.officer)
    chosen = client.post(
        QUEUE, {"action": "assign_all", "_selected_action": [str(one.application.pk) for one in cases]}
    )
    assert chosen.status_code == 302
    page = client.get(chosen["Location"]).content.decode()
    assert all(one.application.reference in page for one in cases)
    assert "2 open cases" in page, "what each reviewer has in hand stands beside the name"
    last = Entry.objects.latest("seq").seq
    answer = client.post(chosen["Location"], {"reviewer": str(ready.reviewer.user_id)}).content.decode()
    assert answer.count("Not assigned:") == 4
    for reason in (
        "This person is assigned already.",
        "First declare whether you have a conflict of interest in this case.",
        "This person declared a conflict of interest. Assign someone else.",
    ):
        assert reason in answer
    done = Entry.objects.filter(seq__gt=last)
    assert [(row.verb, row.object_id) for row in done] == [("application.assign", ready.application.pk)]
    assigned = ApplicationUserObjectPermission.objects.filter(user=ready.reviewer.user_id)
    assert {row.content_object_id for row in assigned} == {
        ready.application.pk, already.application.pk, signing.application.pk,
    }  # fmt: skip


def test_only_officers_assign_in_bulk_and_only_what_they_see(made: make.Cast) -> None:
    url = f"{desk('assign_all')}?case={made.application.pk}"
    assert client_for(made.reviewer).get(url).status_code == 403
    elsewhere = make_member(made.other_authority, "case_officer")
    assert client_for(elsewhere).get(url).status_code == 403, "none of the cases is theirs"
    for bad in ("", "?case=", "?case=1", f"?case={uuid4()}", "?case=%27"):
        assert client_for(made.officer).get(f"{desk('assign_all')}{bad}").status_code == 403
    answer = client_for(made.officer).post(url, {"reviewer": str(made.applicant.user_id)})
    assert answer.status_code == 200
    assert not ApplicationUserObjectPermission.objects.filter(user=made.applicant.user_id).exists()
    assert 'name="action"' not in text_of(made.reviewer, QUEUE)


# --- workload -------------------------------------------------------------------------------------
def left(made: make.Cast) -> int:
    """Sections that the reviewer has to assess."""
    return next(load.sections for load in workload(made.authority.pk) if load.user_id == made.reviewer.user_id)


def test_workload_counts_open_cases_and_sections_that_wait(made: make.Cast) -> None:
    second = make_member(made.authority, "reviewer")
    loads: dict[UUID | None, Load] = {load.user_id: load for load in workload(made.authority.pk)}
    assert (loads[made.reviewer.user_id].cases, loads[second.user_id].cases) == (1, 0)
    sections = loads[made.reviewer.user_id].sections
    assert sections >= 8
    make.assess(made)
    assert left(made) == 0
    make.answer(made, make.ask(made, section="incident_response"), stop_minutes=10)
    assert left(made) == 1
    assert [load.user_id for load in workload(made.authority.pk)] == [second.user_id, made.reviewer.user_id]


def test_workload_costs_the_same_with_many_cases(made: make.Cast) -> None:
    def asked() -> int:
        client = client_for(made.officer)
        client.get(desk("workload"))
        with CaptureQueriesContext(connection) as queries:
            client.get(desk("workload"))
        return len(queries)

    few = asked()
    for _ in range(3):
        make.assign(
            make.screen(make.submitted_application(authority=made.authority, officer=made.officer)), made.reviewer
        )
        make_member(made.authority, "reviewer")
    assert asked() == few <= 12


def test_the_page_of_the_workload_says_what_the_chart_shows(made: make.Cast) -> None:
    make_member(made.authority, "reviewer")
    page = text_of(made.officer, desk("workload"))
    assert f"{made.reviewer.name} has more than half of what is to be assessed" in page
    assert "Sections to assess" in page


# --- who is working on it now ---------------------------------------------------------------------
def others(actor: Actor, made: make.Cast) -> str:
    answer = client_for(actor).post(desk("here", made.application.pk))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_who_has_the_case_open_is_shown_to_others_and_not_to_oneself(made: make.Cast) -> None:
    text_of(made.reviewer, desk("change", made.application.pk))
    assert made.reviewer.name in text_of(made.officer, desk("change", made.application.pk))
    assert made.officer.name in others(made.reviewer, made)
    assert made.reviewer.name not in others(made.reviewer, made)
    assert presence.present([made.application.pk])[made.application.pk]
    page = text_of(make_member(made.authority, "case_officer"), QUEUE)
    assert f"{made.officer.name}, {made.reviewer.name}" in page or f"{made.reviewer.name}, {made.officer.name}" in page


def test_assessors_do_not_see_each_other_there_until_all_have_filed(made: make.Cast) -> None:
    second = make_member(made.authority, "reviewer")
    made = make.assign(make.screen(make.submitted_application(authority=made.authority), tier="high"))
    make.assign(made, second)
    for who in (made.reviewer, second):
        text_of(who, desk("change", made.application.pk))
    assert second.name not in others(made.reviewer, made)
    assert made.reviewer.name not in others(second, made)
    assert second.name in others(made.officer, made)
    make.assess(made)
    assert made.reviewer.name not in others(second, made)
    make.assess(made, second)
    assert second.name in others(made.reviewer, made)
    assert made.reviewer.name in others(second, made)
    assert "Open now: " not in text_of(second, QUEUE).replace(f"Open now: {made.officer.name}<", "")


def test_presence_ends_by_itself_and_is_nobodys_but_the_desks(made: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    others(made.reviewer, made)
    later = presence._now() + presence.SECONDS + 1
    monkeypatch.setattr(presence, "_now", lambda: later)
    assert made.reviewer.name not in others(made.officer, made)
    assert client_for(made.applicant).post(desk("here", made.application.pk)).status_code == 302
    assert client_for(make_member(made.other_authority, "case_officer")).post(
        desk("here", made.application.pk)
    ).status_code == 404  # fmt: skip


def test_without_valkey_nobody_is_shown_and_the_pages_open(made: make.Cast, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert made.application.reference in text_of(made.officer, QUEUE)
    assert others(made.officer, made)
    assert presence.present([made.application.pk]) == {}


def test_two_who_come_at_once_are_both_there(made: make.Cast) -> None:
    case = made.application.pk
    for who in (made.officer, made.reviewer, made.officer):
        presence.arrive(case, who)
    assert {one.user_id for one in presence.present([case])[case]} == {made.officer.user_id, made.reviewer.user_id}
    presence.leave(case, made.officer.user_id)  # type: ignore[arg-type]
    assert {one.user_id for one in presence.present([case])[case]} == {made.reviewer.user_id}


# --- export ---------------------------------------------------------------------------------------
def test_the_queue_is_exported_as_it_is_filtered(made: make.Cast) -> None:
    other = make.submitted_application(authority=made.authority)
    client = client_for(made.officer)
    rows = list(csv.DictReader(io.StringIO(client.get(QUEUE, {"export": "csv"}).getvalue().decode("utf-8-sig"))))
    assert {row["Case"] for row in rows} == {made.application.reference, other.application.reference}
    answer = client.get(QUEUE, {"export": "csv", "state": "under_review"})
    assert "attachment" in answer["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert (row["Case"], row["Stage"], row["Working days used"], row["Working days"]) == (
        made.application.reference, "Assessment", "0", "30",
    )  # fmt: skip
    assert row["Reviewers"] == made.reviewer.name
    assert row["Due"] == str(Application.objects.get(pk=made.application.pk).due_on)
    sheet = client.get(QUEUE, {"export": "xlsx", "q": made.application.reference})
    assert sheet.content[:2] == b"PK"
    elsewhere = make_member(made.other_authority, "case_officer")
    assert made.application.reference not in client_for(elsewhere).get(QUEUE, {"export": "csv"}).getvalue().decode()
    assert client.get(QUEUE, {"export": "pdf"}).status_code == 200
