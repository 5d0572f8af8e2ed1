"""A case of the highest tier, as its authority works on it: a recusal, two assessors who are blind to each other, two
bodies that decide, and a refusal whose letter anybody can check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import expect

from tests.journeys import casework
from tests.journeys.person import Person
from tests.journeys.stack import Stack

FIRST_NOTE = "The vault holds the keys, but nobody turns them over."
SECOND_NOTE = "Logs are read by one person who is often away."
WHY = "Keys are not turned over, and logs are read by one person only."


class Cast:
    """Who plays which part in the case. `seat` gives them a browser and signs them in."""

    def __init__(self, known: dict[str, Any], someone: Callable[..., Person]) -> None:
        self.application: str = known.pop("application")
        self._known, self._someone = known, someone

    def name(self, part: str) -> str:
        return str(self._known[part]["name"])

    def seat(self, part: str) -> Person:
        person = self._someone(**self._known[part])
        person.sign_in()
        return person


@pytest.fixture
def cast(portal: Stack, someone: Callable[..., Person]) -> Cast:
    words = "from tests.journeys import staff; staff.prepare_authority()"
    return Cast(json.loads(portal.manage("shell", "--no-imports", "-c", words).splitlines()[-1]), someone)


def test_two_blind_assessors_a_recusal_and_a_refusal_that_can_be_checked(
    cast: Cast, someone: Callable[..., Person], tmp_path: Path
) -> None:
    officer, third = cast.seat("sagsbehandler"), cast.seat("third")
    case = casework.open_case(officer)
    casework.screen(officer, "High", "Work on weights is planned.")
    for part in ("first", "second", "third"):
        casework.assign(officer, case, cast.name(part))

    assert casework.recuse(third, "I led a joint project with its director.") == case
    for page in (case, case.replace("/change/", "/assess/"), f"{case}?tab=timeline"):
        assert third.status_of(page) == 404, "recusal removes sight"
    officer.go("/notices/")
    officer.see(cast.name("third"))

    first, second = cast.seat("first"), cast.seat("second")
    for person, note in ((first, FIRST_NOTE), (second, SECOND_NOTE)):
        casework.open_case(person)
        casework.assess_all(person, case, "Partly met", note)
    for person, others in ((first, SECOND_NOTE), (second, FIRST_NOTE)):
        sees_nothing_of(person, case, others)
    casework.recommend(first, case, "Decline", "Not as it stands.")
    sees_nothing_of(second, case, FIRST_NOTE)
    sees_nothing_of(first, case, SECOND_NOTE)
    casework.recommend(second, case, "Decline", "Too thin.")
    first.go(f"{case}?tab=assessment")
    first.see(SECOND_NOTE)
    first.check_both("both have filed")
    casework.send(officer, case)

    casework.sign(cast.seat("suomi"))
    casework.refuse(cast.seat("dansk"), "The security controls do not suffice for the work that is planned", WHY)

    applicant = cast.seat("applicant")
    applicant.go(cast.application)
    applicant.see("Keys are not turned over")
    assert FIRST_NOTE not in applicant.page.content()
    applicant.check_both("declined application")
    letter = download(applicant, tmp_path)
    check_letter(someone("anybody@example.org"), letter, tmp_path)


def sees_nothing_of(person: Person, case: str, note: str) -> None:
    """Until both have filed, an assessor finds nothing of the other's on any part of the case."""
    for tab in ("", "?tab=assessment", "?tab=timeline", "?tab=signatures"):
        person.go(f"{case}{tab}")
        assert note not in person.page.content(), tab
    person.check_page("a blind assessor's case")


def download(applicant: Person, folder: Path) -> Path:
    with applicant.page.expect_download() as started:
        applicant.page.locator("a[href*='/letters/']").first.click()
    found = folder / "refusal.pdf"
    started.value.save_as(found)
    with pikepdf.open(found) as document:
        assert document.Root.MarkInfo.Marked, "tagged"
        assert document.Root.AcroForm.Fields, "sealed"
    return found


def check_letter(visitor: Person, letter: Path, folder: Path) -> None:
    """Somebody without an account checks the letter, and one in which a byte was added."""
    visitor.go("/verify/")
    visitor.check_both("checking a letter")
    visitor.page.locator("input[type=file][name=letter]").set_input_files(letter)
    visitor.press("Check the file")
    expect(visitor.page.get_by_role("status").first).to_contain_text(re.compile("genuine", re.IGNORECASE))
    visitor.see("Modelstyrelsen")
    visitor.check_both("a genuine letter")
    forged = folder / "forged.pdf"
    forged.write_bytes(letter.read_bytes() + b"\n% and qualified after all\n")
    visitor.go("/verify/")
    visitor.page.locator("input[type=file][name=letter]").set_input_files(forged)
    visitor.press("Check the file")
    visitor.see("Do not rely on it")
