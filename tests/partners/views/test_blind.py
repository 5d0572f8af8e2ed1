"""Assessors of the high tier are blind to each other until both have filed: every place in which one could look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from partners import presence
from partners.actions.review import assess_section, recommend_decision
from partners.queries.case import case_of
from partners.queries.workload import workload
from portal.core.actors import Actor
from portal.notifications.models import Notice
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.rollback import db, rolled_back
from tests.world import client_for

__all__ = ["db"]

FIRSTS = ("zeppelin", "quixotic", "Recommendation filed")
"""In the note and in the recommendation of the first, and in the record of it."""
SECONDS = ("marmalade",)
"""In the note of the second, who has not filed yet."""
TABS = ("summary", "answers", "evidence", "people", "screening", "assessment", "signatures", "timeline")
PLACES = {
    **{f"tab {tab}": ("change", f"?tab={tab}") for tab in TABS},
    "timeline as authorities see it": ("change", "?tab=timeline&seen=authorities"),
    "timeline of assessments": ("change", "?tab=timeline&kind=assessment"),
    "file of the timeline": ("change", "?tab=timeline&export=csv"),
    "file of the timeline as authorities see it": ("change", "?tab=timeline&seen=authorities&export=csv"),
    "what changed": ("changes", ""),
    "page of a section": ("assess_section", ""),
    "who is there": ("here", ""),
    **{f"search for {word}": ("changelist", f"?q={word}") for word in (*FIRSTS[:2], *SECONDS)},
    "queue": ("changelist", ""),
    "file of the queue": ("changelist", "?export=csv"),
    "workload": ("workload", ""),
    "home": ("", "/"),
    "notices": ("", "/notifications/"),
}


class Blind:
    """A case of the high tier: the first has filed, the second, who is a case officer too, has assessed a section."""

    def __init__(self) -> None:
        self.made = make.screen(make.submitted_application(), tier="high")
        self.first = self.made.reviewer
        self.second = make_member(self.made.authority, "reviewer", "case_officer")
        for who in (self.first, self.second):
            make.assign(self.made, who)
        self.sections = [section.key for section in case_of(self.made.application).sections]
        self.assess(self.first, "A zeppelin could land there.", self.sections)
        self.recommend(self.first, "A quixotic plan, but a safe one.")
        self.assess(self.second, "Marmalade everywhere.", self.sections[:1])

    def assess(self, who: Actor, note: str, sections: list[str]) -> None:
        for section in sections:
            assess_section(application=self.made.fresh(), section=section, outcome="partly", note=note, by=who)

    def recommend(self, who: Actor, text: str) -> None:
        recommend_decision(application=self.made.fresh(), outcome="approve", text=text, by=who)

    def client(self, who: Actor) -> Client:
        return client_for(who)

    def url(self, place: str) -> str:
        name, query = PLACES[place]
        if not name:
            return query
        args: list[Any] = [] if name in ("changelist", "workload") else [self.made.application.pk]
        args += [self.sections[-1]] if name == "assess_section" else []
        return reverse(f"admin:partners_application_{name}", args=args) + query

    def read(self, who: Actor, place: str) -> str:
        url = self.url(place)
        client = self.client(who)
        response = client.post(url) if place == "who is there" else client.get(url)
        if response.status_code in (403, 404):
            return ""
        assert response.status_code == 200, f"{url} answered {response.status_code}"
        body = response.getvalue() if response.streaming else response.content
        text = str(body.decode())
        return text.replace(url.rpartition("?q=")[2], "") if "?q=" in url else text


@pytest.fixture(scope="module")
def told(db: None) -> Blind:
    return Blind()


@pytest.fixture
def both_filed(told: Blind) -> Iterator[Blind]:
    with rolled_back():
        told.assess(told.second, "Marmalade everywhere.", told.sections[1:])
        told.recommend(told.second, "Sticky, though sound.")
        yield told


@pytest.mark.parametrize("place", PLACES)
def test_neither_reads_the_other_before_both_have_filed(told: Blind, place: str) -> None:
    seen = told.read(told.second, place)
    assert [word for word in FIRSTS if word.lower() in seen.lower()] == []
    seen = told.read(told.first, place)
    assert [word for word in SECONDS if word.lower() in seen.lower()] == [], "who filed first reads along"


def test_search_finds_nothing_by_the_others_words(told: Blind) -> None:
    found = told.read(told.second, "search for zeppelin")
    assert told.made.application.reference not in found
    assert told.made.application.reference in told.read(told.made.officer, "search for zeppelin")


def test_counts_are_of_ones_own(told: Blind) -> None:
    whole = len(told.sections)
    assert f"1/{whole}" in told.read(told.second, "tab people")
    assert f"{whole}/{whole}" in told.read(told.made.officer, "tab people")


def test_the_workload_counts_what_each_has_to_do_and_not_what_they_found(told: Blind) -> None:
    loads = {load.user_id: load.sections for load in workload(told.made.authority.pk)}
    assert loads[told.second.person_id] == len(told.sections) - 1


def test_no_case_file_is_made_or_taken(told: Blind) -> None:
    url = reverse("admin:partners_application_file", args=[told.made.application.pk])
    assert told.client(told.second).get(url).status_code == 403
    assert told.client(told.second).post(url, {"recipient": "own"}).status_code == 403
    assert told.client(told.made.officer).get(url).status_code == 200


def test_nobody_blind_is_told_that_the_other_has_filed(told: Blind) -> None:
    heard = Notice.objects.filter(kind="recommendation_filed").values_list("recipient", flat=True)
    assert told.made.officer.user_id in heard
    assert told.second.user_id not in heard


def test_neither_sees_that_the_other_has_the_case_open(told: Blind) -> None:
    presence.arrive(told.made.application.pk, told.first)
    try:
        assert "has this open" not in told.read(told.second, "tab people")
        assert told.first.name not in told.read(told.second, "who is there")
        assert told.first.name in told.read(told.made.officer, "who is there")
    finally:
        presence.leave(told.made.application.pk, told.first.person_id)


def test_the_case_officer_sees_all_of_it(told: Blind) -> None:
    seen = told.read(told.made.officer, "tab assessment")
    assert [word for word in ("zeppelin", "quixotic", "Marmalade") if word not in seen] == []


def test_once_both_have_filed_each_reads_the_other(both_filed: Blind) -> None:
    assert "zeppelin" in both_filed.read(both_filed.second, "tab assessment")
    assert "quixotic" in both_filed.read(both_filed.second, "tab summary")
    assert "Sticky" in both_filed.read(both_filed.first, "tab assessment")
    assert both_filed.made.application.reference in both_filed.read(both_filed.second, "search for zeppelin")


def test_a_third_is_blind_until_having_filed_too(both_filed: Blind) -> None:
    third = make_member(both_filed.made.authority, "reviewer")
    make.assign(both_filed.made, third)
    assert case_of(both_filed.made.fresh()).is_blind_for(third.user_id)
    assert "zeppelin" not in both_filed.read(third, "tab assessment")
