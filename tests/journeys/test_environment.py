"""An environment: attested, accredited, changed, stopped at the gate, looked at, and permitted again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.gateway import Gateway
from tests.journeys.person import Person
from tests.journeys.stack import Stack

HOW = "Written to a log host with append-only storage."
CHANGED = "The log host was replaced by one that other people run."


@pytest.fixture
def known(portal: Stack) -> dict[str, Any]:
    words = "from tests.journeys import places; places.prepare()"
    found: dict[str, Any] = json.loads(portal.manage("shell", "--no-imports", "-c", words).splitlines()[-1])
    return found


def test_attested_accredited_changed_and_looked_at(
    portal: Stack, known: dict[str, Any], someone: Callable[..., Person], tmp_path: Path
) -> None:
    applicant, officer = someone(**known["applicant"]), someone(**known["officer"])
    for person in (applicant, officer):
        person.sign_in()
    attest_by_safeguard_and_one_by_one(applicant, known["bare"], tmp_path)
    accredit(officer, "Vesterhav laboratory")
    applicant.go(known["bare"])
    applicant.see("Accredited until")

    gateway = Gateway(portal.url, **known["gateway"])
    gateway.authenticate()

    def permitted() -> bool:
        answer = gateway.ask(known["partner"], known["release"], known["environment"])
        return bool(answer["decision"])

    assert permitted()
    unscripted = someone(**known["applicant"], scripts=False)
    unscripted.sign_in()
    change(unscripted, known["page"])
    assert not permitted(), "the gate refuses from that moment on"
    accept_change(officer, known["name"])
    assert permitted()


def attest_by_safeguard_and_one_by_one(applicant: Person, page: str, folder: Path) -> None:
    """Every safeguard at once, then one statement with a document behind it."""
    applicant.go(page)
    applicant.check_both("bare environment")
    applicant.follow("Attest safeguards")
    for group in applicant.page.locator(":is(main, #main) form fieldset").all():
        applicant.tick(group.get_by_label("Met", exact=True))
    for note in applicant.page.locator(":is(main, #main) form textarea").all():
        note.fill(HOW)
    applicant.check_both("attesting by safeguard")
    applicant.press("Attest in the name of the institution")
    applicant.see("An authority looks at it")
    applicant.follow("Upload a document")
    file = folder / "logging.txt"
    file.write_text("How logs are kept.\n")
    applicant.page.get_by_label("File").first.set_input_files(str(file))
    applicant.check_both("document of an environment")
    applicant.press("Upload", exact=True)
    applicant.follow("All statements, one by one")
    applicant.check_both("statements")
    applicant.follow("log-2", exact=True)
    expect(applicant.page).to_have_url(re.compile("only=log-2"))
    applicant.tick(applicant.page.get_by_label("logging.txt").first)
    applicant.check_both("statements of a group")
    applicant.press("Attest in the name of the institution")
    applicant.check_both("attested environment")


def accredit(officer: Person, name: str) -> None:
    """Read what is attested, and accept it."""
    open_at_the_desk(officer, name)
    officer.check_both("attested environment on the desk")
    officer.follow("Accredit", exact=True)
    officer.check_both("accrediting an environment")
    officer.press("Accredit", exact=True)
    officer.see("is accredited.")


def open_at_the_desk(officer: Person, name: str) -> None:
    officer.go("/admin/grants/environment/")
    officer.turn(officer.page.locator(":is(main, #main)").get_by_role("link", name=name).first)


def change(applicant: Person, page: str) -> None:
    """Report a change to one statement."""
    applicant.go(f"{page}attest/baseline:logging/?only=log-2")
    applicant.see("A change suspends the accreditation")
    applicant.page.get_by_label("How (optional)", exact=True).fill(CHANGED)
    applicant.press("Attest in the name of the institution")
    applicant.see("Nothing is permitted here")


def accept_change(officer: Person, name: str) -> None:
    """See what differs from what was accredited, and accept it."""
    open_at_the_desk(officer, name)
    officer.see("What differs from what was accredited")
    officer.see(CHANGED)
    officer.check_both("changed environment on the desk")
    officer.follow("Accept the change")
    officer.press("Accept the change")
    officer.see("is accredited.")
