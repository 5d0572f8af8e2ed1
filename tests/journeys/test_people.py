"""People with access: named by a file, the rules accepted on a phone, the gateway asked, a training that ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from portal.core import clock
from tests.journeys import applying
from tests.journeys.gateway import Gateway
from tests.journeys.person import Person, mail_link
from tests.journeys.stack import Stack

STAFF = "from tests.journeys import staff; "
ADA = "ada.tamm@saaremaa.example"


@pytest.fixture
def ready(portal: Stack) -> dict[str, Any]:
    """The partner, its administrator, and what its provider's gateway asks."""
    found: dict[str, Any] = json.loads(
        portal.manage("shell", "--no-imports", "-c", f"{STAFF}staff.prepare_people()").splitlines()[-1]
    )
    return found


def people_file() -> bytes:
    """Somebody with every check, and somebody whose row has a date that could be meant either way round."""
    day = clock.today() - timedelta(days=20)
    heads = "Name;E-mail address;Position"
    checks = ""
    for kind in ("Identity", "Background", "Training"):
        heads += f";{kind} checked on;{kind} vouched by"
        checks += f";{day:%d.%m.%Y};Personnel Security"
    wrong = ";03/05/2026;Personnel Security;;;;"
    return f"{heads}\r\nAda Tamm;{ADA};Evaluation lead{checks}\r\nBo Kuusk;bo@saaremaa.example;{wrong}\r\n".encode()


def test_a_person_is_named_accepts_the_rules_is_let_in_and_no_longer_once_the_training_ends(
    portal: Stack, someone: Callable[..., Person], ready: dict[str, Any]
) -> None:
    gateway = Gateway(portal.url, **ready["gateway"])
    gateway.authenticate()

    def answer() -> dict[str, Any]:
        return gateway.ask(ADA, ready["release"], ready["environment"], kind="person")

    assert answer()["decision"] is False
    keeper = someone(**ready["administrator"])
    keeper.sign_in()
    keeper.follow("People", exact=True)
    keeper.see("Nobody is named yet")
    keeper.check_both("nobody named yet")
    keeper.follow("Import a file")
    keeper.check_both("importing people")
    keeper.page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": people_file()}
    )
    keeper.press("See what it would do")
    keeper.see("One row has a problem and would be left out")
    keeper.see("“03/05/2026” in “Identity checked on” is no date")
    keeper.check_both("report on a file of people")
    keeper.choose("Invite those who are new")
    keeper.press("Import one person and leave out the rest")
    keeper.see("Imported: 1 named, 0 changed. 1 row was left out.")
    keeper.check_both("people")
    keeper.follow("Ada Tamm")
    keeper.see("The person has not accepted the rules for people with access.")
    keeper.check_both("a person who has not accepted the rules")
    assert answer()["decision"] is False

    ada = someone(ADA, size="phone")
    link = mail_link(ada, ADA, r"http://\S+/invitation/[^\s/]+/")
    ada.page.goto(link)
    ada.follow("Create an account")
    applying.create_account(ada, "Ada Tamm")
    ada.page.goto(link)
    ada.press("Accept and join")
    ada.check_page("home of a named person")
    ada.go("/me/access/")
    ada.check_both("own access with rules to accept")
    ada.press("Accept the rules")
    expect(ada.page.get_by_role("alert").first).to_be_visible()
    ada.choose("I accept: Rules for people with access")
    ada.press("Accept the rules")
    ada.see("You are cleared until")
    ada.check_both("own access")
    assert ada.status_of("/people/") == 403
    assert answer()["decision"] is True

    keeper.go("/")
    keeper.check_both("home of who looks after people")
    keeper.go("/people/")
    keeper.follow("Ada Tamm")
    keeper.see("Cleared until")
    keeper.check_both("a cleared person")
    portal.manage("shell", "--no-imports", "-c", f"{STAFF}staff.end_training_yesterday({ADA!r})")
    refused = answer()
    assert refused["decision"] is False
    assert "training was valid until" in str(refused["context"])
    ada.go("/me/access/")
    ada.see("One thing is missing before you have access")
    ada.check_page("own access after the training ended")
    keeper.go("/people/?standing=lacking")
    keeper.follow("Ada Tamm")
    keeper.follow("Record a check")
    keeper.check_both("recording a check")
    keeper.choose("Training", within="What was checked?")
    keeper.fill("Who vouches for it?", "Safety training unit")
    today = clock.today()
    made = keeper.page.get_by_role("group", name="When was it made?")
    for part, value in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        made.get_by_label(part).fill(str(value))
    keeper.press("Record the check")
    keeper.see("Cleared until")
    assert answer()["decision"] is True

    officer = someone(**ready["officer"])
    officer.sign_in()
    officer.go("/admin/partners/person/")
    officer.check_both("people on the desk")
    officer.follow("Ada Tamm")
    officer.see("Safety training unit")
    officer.check_both("a person on the desk")
