"""Screening at the desk: lists are loaded on a page, hits looked at side by side, and nobody else gets at either."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from partners.actions.screening import decide_hit
from partners.models import Hit, NameList
from partners.tasks import load_list, load_lists
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.factories.screening import csv_list, loaded, received, screened
from tests.world import client_for

pytestmark = pytest.mark.django_db
LISTED = csv_list("p1,Person,Kari NORDMANN,Карі Нордманн,GB,1970-01-02,AB123456,sanction")


def post_list(client: Client, content: bytes, **more: str) -> Any:
    data = {"title": "Sanctions", "slug": "sanctions", "source": "25 November", "form": "csv", **more}
    upload = SimpleUploadedFile("list.csv", content, content_type="text/csv")
    return client.post(reverse("admin:partners_namelist_load"), {**data, "upload": upload})


def officer() -> Actor:
    return make_member(make.make_authority(), "case_officer")


def a_hit() -> tuple[make.Cast, Hit]:
    made = make.screen(make.submitted_application())
    loaded(made.authority, LISTED)
    (hit,) = screened(made.application)
    return made, hit


def test_an_officer_loads_a_list_and_hears_what_was_left_out() -> None:
    who = officer()
    client = client_for(who)
    response = post_list(client, LISTED + b",Vessel,Fjord Queen,,,,,\nq,Person,,,,,,\n")
    made = NameList.objects.get()
    assert response.headers["Location"] == made.get_absolute_url()
    assert (made.state, made.loaded_by, made.authority_id) == ("loading", who.user, who.body_id)
    assert b"It is being read" in client.get(made.get_absolute_url()).content
    load_list(str(made.pk))
    page = client.get(made.get_absolute_url()).content.decode()
    assert "It is no person or organisation." in page
    assert "It has no name." in page
    made.refresh_from_db()
    assert (made.state, made.entities, made.names, made.left_out) == ("current", 1, 2, 2)
    assert "is in use" in client.get(reverse("inbox")).content.decode()


def test_what_the_broker_lost_is_handed_out_by_the_sweep() -> None:
    made = received(make.make_authority(), LISTED)
    assert load_lists()["left"] == 1
    load_list(str(made.pk))
    load_list(str(made.pk))
    assert load_lists()["left"] == 0


def test_a_newer_load_replaces_the_one_in_use_and_keeps_it() -> None:
    authority = make.make_authority()
    first, second = loaded(authority, LISTED), loaded(authority, LISTED)
    first.refresh_from_db()
    assert [(row.state, row.number) for row in (first, second)] == [("superseded", 1), ("current", 2)]
    assert first.entity_rows.count() == second.entity_rows.count() == 1


@pytest.mark.parametrize("role", ["reviewer", "signatory", "auditor", "administrator"])
def test_other_roles_of_the_authority_neither_see_nor_load_lists(role: str) -> None:
    authority = make.make_authority()
    made = loaded(authority, LISTED)
    client = client_for(make_member(authority, role))
    for url in (reverse("admin:partners_namelist_changelist"), reverse("admin:partners_hit_changelist")):
        assert client.get(url).status_code in (302, 403)
    assert client.get(made.get_absolute_url()).status_code in (302, 403)
    assert post_list(client, LISTED).status_code in (302, 403)
    assert NameList.objects.count() == 1


def test_an_officer_of_another_authority_finds_neither_list_nor_hit() -> None:
    made, hit = a_hit()
    name_list = NameList.objects.get()
    client = client_for(make_member(made.other_authority, "case_officer"))
    url = reverse("admin:partners_application_hit", args=[made.application.pk, hit.pk])
    assert client.get(url).status_code == 404
    assert client.post(url, {"verb": "clear", "reason": "x"}).status_code == 404
    assert client.get(name_list.get_absolute_url()).status_code == 404
    assert (
        client.post(reverse("admin:partners_namelist_retire", args=[name_list.pk]), {"reason": "x"}).status_code == 404
    )
    assert hit.declared["name"] not in client.get(reverse("admin:partners_hit_changelist")).content.decode()
    assert "Kari" not in client.get(reverse("admin:partners_hit_changelist"), {"export": "csv"}).getvalue().decode()
    hit.refresh_from_db()
    assert hit.state == "open"


def test_a_hit_of_another_case_is_not_decided_through_this_one() -> None:
    made, _hit = a_hit()
    other, foreign = a_hit()
    client = client_for(made.officer)
    url = reverse("admin:partners_application_hit", args=[made.application.pk, foreign.pk])
    assert client.post(url, {"verb": "clear", "reason": "x"}).status_code == 404
    assert other.application.pk != made.application.pk


def test_both_sides_are_shown_and_a_decision_is_made_with_its_reason() -> None:
    made, hit = a_hit()
    client = client_for(made.officer)
    tab = client.get(reverse("admin:partners_application_change", args=[made.application.pk]), {"tab": "screening"})
    assert "Kari NORDMANN" in tab.content.decode()
    url = reverse("admin:partners_application_hit", args=[made.application.pk, hit.pk])
    page = client.get(url).content.decode()
    for said in ("Another country: NO, on the list GB", "1970-01-02", "AB123456", "Director", "Карі Нордманн"):
        assert said in page
    assert client.post(url, {"verb": "clear"}).status_code == 200
    assert Hit.objects.get(pk=hit.pk).state == "open"
    assert client.post(url, {"verb": "clear", "reason": "Another birthday"}).status_code == 302
    hit.refresh_from_db()
    assert (hit.state, hit.reason, hit.decided_by) == ("cleared", "Another birthday", made.officer.user)


def test_a_reviewer_reads_what_was_found_and_decides_nothing() -> None:
    made, hit = a_hit()
    make.assign(made)
    client = client_for(made.reviewer)
    url = reverse("admin:partners_application_hit", args=[made.application.pk, hit.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"verb": "clear", "reason": "x"}).status_code == 403


def test_the_case_page_says_why_it_cannot_be_sent() -> None:
    made, _hit = a_hit()
    make.assess(make.assign(made))
    page = client_for(made.officer).get(reverse("admin:partners_application_change", args=[made.application.pk]))
    assert "Open “Screening” and clear or confirm it." in page.content.decode()


def test_signatories_read_what_was_confirmed_on_the_page_that_they_sign() -> None:
    made, hit = a_hit()
    decide_hit(hit=hit, verb="confirm", reason="The same birthday", by=made.officer)
    make.send(make.assess(make.assign(made)))
    make.declare_conflict(application=made.application, conflict=False, by=made.signatory)
    url = reverse("admin:partners_application_sign", args=[made.application.pk])
    page = client_for(made.signatory).get(url).content.decode()
    assert "The same birthday" in page
    assert "Confirmed" in page


def test_an_export_holds_no_formula() -> None:
    made = make.screen(make.submitted_application())
    loaded(made.authority, csv_list('"=HYPERLINK(""http://x"")",Person,"=cmd|Kari Nordmann",,NO,,,'))
    (hit,) = screened(made.application)
    assert hit.listed["name"].startswith("=cmd")
    response = client_for(made.officer).get(reverse("admin:partners_hit_changelist"), {"export": "csv"})
    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in rows[1])
    assert any(cell.startswith("'=cmd") for cell in rows[1])


def test_markup_in_a_list_stays_text() -> None:
    made = make.screen(make.submitted_application())
    loaded(made.authority, csv_list("p1,Person,Kari Nordmann,<script>alert(1)</script>,<b>,,,<img src=x>"))
    (hit,) = screened(made.application)
    url = reverse("admin:partners_application_hit", args=[made.application.pk, hit.pk])
    page = client_for(made.officer).get(url).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page
