"""Public pages: no sign-in, nothing that the public tier does not show."""

from __future__ import annotations

import pytest
from django.test import Client

from partners.actions.qualification import remove_qualification, suspend_qualification
from portal.core.actors import SYSTEM
from portal.ledger.models import Head
from tests.factories.audits import Stage
from tests.query_budget import queries_of

PAGES = ("/about/", "/register/", "/record/", "/statistics/")


@pytest.mark.parametrize("url", PAGES)
def test_visitors_read_public_pages(stage: Stage, url: str) -> None:
    assert Client().get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_public_pages_are_cheap(stage: Stage, url: str) -> None:
    most = 6 if url.startswith("/statistics/") else 5  # figures, the years, how long stages took, and the rules
    assert len(queries_of(Client(), url)) <= most


@pytest.mark.parametrize("url", PAGES)
def test_public_pages_open_on_an_empty_portal(db: None, url: str) -> None:
    assert Client().get(url).status_code == 200


def test_every_page_leads_to_the_public_ones(db: None) -> None:
    foot = Client().get("/account/login/").content.decode().split("<footer", 1)[1]
    assert [url for url in (*PAGES, "/rulebook/") if f'href="{url}"' not in foot] == []


def test_register_names_the_qualified_and_says_who_is_suspended(stage: Stage) -> None:
    assert stage.institution.name in Client().get("/register/").content.decode()
    suspend_qualification(qualification=stage.qualification, by=SYSTEM, reason="A secret reason")
    page = Client().get("/register/").content.decode()
    assert "Suspended" in page
    assert "A secret reason" not in page


def test_removed_institution_leaves_the_register(stage: Stage) -> None:
    remove_qualification(qualification=stage.qualification, by=SYSTEM, reason="For the test")
    assert stage.institution.name not in Client().get("/register/").content.decode()


def test_register_does_not_show_the_risk_tier(stage: Stage) -> None:
    answer = Client().get("/register/?export=csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert stage.institution.name in text
    assert "standard" not in text


def test_record_shows_the_head(stage: Stage) -> None:
    head = Head.objects.get()
    page = Client().get("/record/").content.decode()
    assert head.root in page
    assert Client().get("/record/?format=json").json()["size"] == head.size


@pytest.mark.parametrize("query", ["q=%00", "sort=nothing", "page=-1", "jurisdiction=XX", "state=removed"])
def test_bad_addresses_are_no_error(stage: Stage, query: str) -> None:
    assert Client().get(f"/register/?{query}").status_code < 500
