"""Declarations: made by somebody entitled to bind the institution, just confirmed, bound to what was sent; kept."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from partners.actions.application import ask_to_sign, submit_application
from partners.models import Declaration, Revision
from partners.queries.rulebook import rules_of
from portal.core import clock
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from portal.rulebook.queries import rules
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = pytest.mark.django_db
SIGNED: dict[str, Any] = {"declared": ["truth", "changes"], "capacity": "Director"}


@pytest.fixture
def made() -> make.Cast:
    return make.cast()


def test_every_declaration_is_kept_as_it_was_read_and_for_what_it_answers(made: make.Cast) -> None:
    by = make.representative_of(made.institution, made.applicant)
    submit_application(application=made.application, by=by, **SIGNED)
    rows = Declaration.objects.filter(about=made.application.pk).order_by("key")
    sent = Revision.objects.get(application=made.application)
    texts = {item.key: item.text for item in rules_of(made.application).declarations_on("application")}
    assert {row.key: row.text for row in rows} == texts
    for row in rows:
        assert (row.content, row.text_digest) == (sent.digest, digest(row.text))
        assert (row.by, row.capacity, row.rulebook) == (by.user, "Director", made.application.rulebook)
        assert row.confirmed_at == by.confirmed_at


def test_an_applicant_without_the_role_sends_nothing(made: make.Cast) -> None:
    applicant = make_member(made.institution.organisation, "applicant", "administrator")
    with pytest.raises(Refused) as caught:
        submit_application(application=made.application, by=applicant, **SIGNED)
    assert caught.value.verdict.code == "wrong_role"
    assert not Declaration.objects.exists()


def test_a_representative_of_another_institution_sends_nothing(made: make.Cast) -> None:
    _, stranger = make.make_institution()
    with pytest.raises(Refused):
        submit_application(application=made.application, by=stranger, **SIGNED)


@pytest.mark.parametrize(("past", "allowed"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_a_second_factor_counts_for_the_rulebooks_minutes(made: make.Cast, past: timedelta, allowed: bool) -> None:
    fresh = timedelta(minutes=rules().second_factor.fresh_minutes)
    now = clock.now()
    by = replace(made.applicant, confirmed_at=now - fresh - past)
    with clock.at(now):
        if allowed:
            submit_application(application=made.application, by=by, **SIGNED)
            return
        with pytest.raises(Refused) as caught:
            submit_application(application=made.application, by=by, **SIGNED)
    assert caught.value.verdict.code == "stale_factor"
    assert not Revision.objects.filter(application=made.application).exists()


def test_without_any_second_factor_nothing_is_signed(made: make.Cast) -> None:
    with pytest.raises(Refused) as caught:
        submit_application(application=made.application, by=replace(made.applicant, confirmed_at=None), **SIGNED)
    assert caught.value.verdict.code == "stale_factor"


def test_whoever_signs_says_in_what_capacity(made: make.Cast) -> None:
    with pytest.raises(Refused) as caught:
        submit_application(
            application=made.application, declared=["truth", "changes"], capacity="  ", by=made.applicant
        )
    assert caught.value.verdict.code == "no_capacity"


@pytest.mark.parametrize("statement", ["DELETE FROM partners_declaration", "UPDATE partners_declaration SET text = ''"])
def test_the_database_itself_keeps_declarations(made: make.Cast, statement: str) -> None:
    make.submit(made)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Declaration.objects.filter(about=made.application.pk).exclude(text="").count() == 2


# --- asking for them ------------------------------------------------------------------------------


def test_an_applicant_asks_the_representatives_once_everything_is_answered(made: make.Cast) -> None:
    applicant = make_member(made.institution.organisation, "applicant")
    director = make_member(made.institution.organisation, "representative")
    ask_to_sign(application=made.application, by=applicant)
    told = Notice.objects.filter(kind="application_to_sign")
    assert {row.recipient_id for row in told} == {director.user_id, made.applicant.user_id}
    assert reverse("partners:check", args=[made.application.pk]) in told.first().url
    home = client_for(director).get(reverse("home")).content.decode()
    assert "application to declare and send" in home


def test_nobody_is_asked_for_an_incomplete_application() -> None:
    make.make_authority()
    institution, applicant = make.make_institution()
    application = make.begin_application(institution=institution, by=applicant)
    with pytest.raises(Refused) as caught:
        ask_to_sign(application=application, by=applicant)
    assert caught.value.verdict.code == "incomplete"


# --- the page -------------------------------------------------------------------------------------


def check(made: make.Cast) -> str:
    return reverse("partners:check", args=[made.application.pk])


def test_the_page_tells_an_applicant_who_can_sign_and_asks_them(made: make.Cast) -> None:
    client = client_for(make_member(made.institution.organisation, "applicant"))
    page = client.get(check(made)).content.decode()
    assert str(made.applicant.user) in page
    assert 'name="truth"' not in page
    answered = client.post(reverse("partners:ask_to_sign", args=[made.application.pk]), follow=True)
    assert "have been asked" in answered.content.decode()
    assert "Ask them again" in answered.content.decode()


def test_the_page_asks_a_representative_to_confirm_before_it_shows_the_form(made: make.Cast) -> None:
    client = client_for(made.applicant)
    assert 'name="truth"' in client.get(check(made)).content.decode()
    _grow_stale(client)
    page = client.get(check(made)).content.decode()
    assert 'name="truth"' not in page
    assert "Confirm that it is you" in page
    assert f"?next={quote(check(made), safe='')}" in page


def test_a_form_that_comes_too_late_says_so_and_keeps_what_was_written(made: make.Cast) -> None:
    client = client_for(made.applicant)
    _grow_stale(client)
    sent = client.post(check(made), {"truth": "on", "changes": "on", "capacity": "Rector"})
    page = sent.content.decode()
    assert "Confirm that it is you first" in page
    assert 'value="Rector"' in page
    assert "capacity%3DRector" in page
    made.fresh()
    assert made.application.state == "draft"


def test_the_page_sends_and_remembers_the_capacity(made: make.Cast) -> None:
    client = client_for(made.applicant)
    answered = client.post(check(made), {"truth": "on", "changes": "on", "capacity": "Rector"})
    assert answered["Location"] == reverse("partners:sent", args=[made.application.pk])
    assert set(Declaration.objects.values_list("capacity", flat=True)) == {"Rector"}


def test_confirming_leads_back_to_the_form_with_the_capacity_that_was_written(made: make.Cast) -> None:
    client = client_for(made.applicant)
    secret = generate_totp_secret()
    TOTP.activate(made.applicant.user, secret)
    _grow_stale(client)
    page = client.post(check(made), {"truth": "on", "changes": "on", "capacity": "Rector"}).content.decode()
    found = re.search(r'href="([^"]*reauthenticate[^"]*)"', page)
    assert found
    confirm_url = html.unescape(found[1])
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    back = client.post(confirm_url, {"code": code}, follow=True)
    assert back.redirect_chain[-1][0] == f"{check(made)}?capacity=Rector"
    assert 'name="truth"' in back.content.decode()
    assert 'value="Rector"' in back.content.decode()


def _grow_stale(client: Client) -> None:
    """An hour passes since the session's second factor was shown."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
