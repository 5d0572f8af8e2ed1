"""The timeline of a case: each sees what is theirs, by kind and in pages, at the same cost however long it is."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from partners.actions.case import declare_conflict
from partners.actions.screening import decide_hit
from partners.queries.timeline import KINDS, PAGE
from partners.states.application import APPLICATION
from partners.states.case_file import CASE_FILE
from partners.states.qualification import QUALIFICATION
from partners.states.referee import REFEREE
from partners.states.screening import HIT
from portal.core.actors import Actor
from portal.workflow import deed, record
from tests.factories import partners as make
from tests.factories import screening
from tests.query_budget import queries_of
from tests.world import client_for

pytestmark = pytest.mark.django_db


def page(who: Actor, made: make.Cast, **query: Any) -> str:
    desk = who.body_kind == "authority"
    name = "admin:partners_application_change" if desk else "partners:timeline"
    given = {"tab": "timeline", **query} if desk else query
    response = client_for(who).get(reverse(name, args=[made.application.pk]), given)
    assert response.status_code == 200, response.status_code
    return str(response.getvalue().decode()) if response.streaming else response.content.decode()


def declared_often(made: make.Cast, count: int) -> None:
    """Fill the timeline: the officer says so many times that there is no conflict."""
    for number in range(count):
        with deed():
            record(made.application, "declare", by=made.officer, says=f"Declared {number}", tier="authority")


@pytest.fixture
def made() -> make.Cast:
    return make.sign(make.application_to_sign())


def test_the_institution_sees_steps_and_not_what_authorities_keep(made: make.Cast) -> None:
    text = page(made.applicant, made)
    assert "Application submitted" in text
    assert "Section assessed" not in text
    assert "Signed for" not in text
    assert made.reviewer.name not in text


def test_the_desk_reads_it_as_others_see_it(made: make.Cast) -> None:
    assert "Section assessed" in page(made.officer, made)
    as_institution = page(made.officer, made, seen="institution")
    assert "Application submitted" in as_institution
    assert "Section assessed" not in as_institution
    rows = as_institution[as_institution.index("tp-timeline") :].split("</ol>")[0]
    assert made.reviewer.name not in rows
    assert made.officer.name not in rows
    public = page(made.officer, made, seen="public")
    assert "Qualification in force" in public
    assert "Application submitted" not in public


def test_what_resembled_a_name_is_told_at_the_desk_alone() -> None:
    made = make.submitted_application()
    row = 'row-1,Person,Kari Nordmann,,no,,,""'
    screening.loaded(made.authority, screening.csv_list(row))
    declare_conflict(application=made.application, conflict=False, by=made.officer)
    for hit in screening.screened(made.application):
        decide_hit(hit=hit, verb="clear", reason="A namesake.", by=made.officer)
    for told in ("A name resembles one on a list", "Resemblance cleared"):
        assert told in page(made.officer, made), told
        assert told in page(made.officer, made, kind="screening"), told
        assert told not in page(made.officer, made, seen="institution"), told
        assert told not in page(made.applicant, made), told
    assert "Application submitted" not in page(made.officer, made, kind="screening")


def test_an_audience_adds_nothing_for_who_may_see_less() -> None:
    """Two assessors of the high tier are blind to each other: as authorities see it is no way round that."""
    made = make.assign(make.screen(make.submitted_application(), tier="high"))
    make.assess_section(application=made.application, section="security", outcome="met", by=made.reviewer)
    other = make.make_member(made.authority, "reviewer")
    make.assign(made, other)
    for seen in ("", "authorities", "institution", "public"):
        assert "Section assessed" not in page(other, made, seen=seen)


def test_the_institution_cannot_choose_an_audience(made: make.Cast) -> None:
    text = page(made.applicant, made, seen="authorities")
    assert "Section assessed" not in text
    assert "As authorities see it" not in text


def test_it_is_filtered_by_kind(made: make.Cast) -> None:
    text = page(made.officer, made, kind="assessment")
    assert "Section assessed" in text
    assert "Application submitted" not in text
    assert "Application submitted" in page(made.officer, made, kind="nonsense")


def test_it_goes_on_from_an_entry(made: make.Cast) -> None:
    declared_often(made, PAGE + 5)
    first = page(made.officer, made, kind="people")
    assert "Declared 54" in first
    assert "Declared 4<" not in first
    older = first.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0].replace("&amp;", "&")
    pairs = dict(pair.split("=") for pair in older.split("&"))
    second = page(made.officer, made, **pairs)
    assert "Declared 4<" in second
    assert "Declared 54" not in second
    assert "Back to the newest" in second


@pytest.mark.parametrize("before", ["", "-1", "0", "x", "9" * 40, "１２", "1e3"])
def test_any_place_to_go_on_from_is_answered(made: make.Cast, before: str) -> None:
    page(made.officer, made, before=before)


def test_it_costs_the_same_with_three_hundred_entries(made: make.Cast) -> None:
    url = reverse("admin:partners_application_change", args=[made.application.pk]) + "?tab=timeline"
    own = reverse("partners:timeline", args=[made.application.pk])
    officer, applicant = client_for(made.officer), client_for(made.applicant)
    queries_of(applicant, own)  # what a process reads once and keeps
    few = [len(queries_of(officer, url)), len(queries_of(applicant, own))]
    declared_often(made, 300)
    assert [len(queries_of(officer, url)), len(queries_of(applicant, own))] == few
    assert len(queries_of(officer, f"{url}&export=csv")) <= few[0]


def test_the_file_holds_all_of_what_is_shown(made: make.Cast) -> None:
    declared_often(made, 300)
    rows = list(csv.reader(io.StringIO(page(made.officer, made, export="csv").lstrip("\ufeff"))))
    assert sum(row[2].startswith("Declared ") for row in rows) == 300
    theirs = page(made.applicant, made, export="csv")
    assert "Application submitted" in theirs
    assert "Declared " not in theirs
    assert made.reviewer.name not in theirs


def test_no_cell_of_the_file_is_a_formula(made: make.Cast) -> None:
    with deed():
        record(made.application, "declare", by=made.officer, says='=HYPERLINK("http://x")', tier="authority")
    text = page(made.officer, made, export="csv")
    assert "'=HYPERLINK" in text


def test_every_deed_of_a_case_is_of_one_kind() -> None:
    known = [verb for _label, verbs in KINDS.values() for verb in verbs]
    assert len(known) == len(set(known))
    wanted = {
        f"{table.noun}.{move.verb}"
        for table in (APPLICATION, QUALIFICATION, REFEREE, CASE_FILE, HIT)
        for move in table.moves
    }
    assert wanted <= set(known)
