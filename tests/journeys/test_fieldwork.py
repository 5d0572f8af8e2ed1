"""An auditor on a tablet, a colleague beside her, and the partner: from the checklist to the sealed report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.journeys.person import Person
from tests.journeys.stack import Stack

TABLET: ViewportSize = {"width": 820, "height": 1180}
PREPARE = "from tests.journeys import fieldwork; fieldwork.prepare()"


@pytest.fixture(scope="module")
def ready(portal: Stack) -> dict[str, Any]:
    printed = portal.manage("shell", "--no-imports", "-c", PREPARE)
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def desk(ready: dict[str, Any], slug: str = "change") -> str:
    return f"/admin/audits/audit/{ready['audit']}/{slug}/"


def first_family(person: Person, ready: dict[str, Any]) -> Locator:
    """Open the first family of the checklist; its first control."""
    person.go(desk(ready))
    person.turn(person.page.locator(":is(main, #main) a[href*='/checklist/']").first)
    return person.page.locator("[data-control]").first


def record(person: Person, control: Locator, result: str, note: str) -> None:
    """Choose a result at a control, write the note, and save that control alone."""
    person.tick(control.get_by_label(result, exact=True))
    control.get_by_label("Note").fill(note)
    control.get_by_role("button", name="Save").click()


def send(person: Person) -> None:
    person.turn(person.page.locator(":is(main, #main) form[method=post] button[type=submit]").last)


def test_fieldwork_from_the_checklist_to_the_sealed_report(
    someone: Callable[..., Person], ready: dict[str, Any], tmp_path: Path
) -> None:
    people = ready["people"]
    auditor, colleague = someone(**people["auditor"]), someone(**people["colleague"])
    auditor.page.set_viewport_size(TABLET)
    for who in (auditor, colleague):
        who.sign_in()
    _two_at_once(auditor, colleague, ready)
    _use(auditor, ready)
    partner = someone(**people["applicant"], size="phone")
    partner.sign_in()
    _asked_and_answered(auditor, partner, ready)
    _rest_of_the_checklist(auditor, ready)
    _reported(auditor, partner, ready)
    officer = someone(**people["officer"])
    officer.sign_in()
    officer.go(desk(ready, "close"))
    send(officer)
    officer.see("Closed")
    _checked(someone(email=""), partner, ready, tmp_path)


def _two_at_once(auditor: Person, colleague: Person, ready: dict[str, Any]) -> None:
    """Both have the same control open. Whoever comes second sees both texts, and keeps both."""
    mine, theirs = first_family(auditor, ready), first_family(colleague, ready)
    auditor.check_both("checklist on a tablet")
    record(colleague, theirs, "Partly met", "No deputy is named.")
    expect(theirs.get_by_text("Saved at")).to_be_visible()
    record(auditor, mine, "Not met", "The owner left in March.")
    expect(mine.get_by_text("Onni Niemi recorded another result")).to_be_visible()
    expect(mine.get_by_text("No deputy is named.")).to_be_visible()
    expect(mine.get_by_label("Note")).to_have_value("The owner left in March.")
    auditor.check_both("clash on the checklist")
    mine.get_by_role("button", name="Record my result with both texts").click()
    expect(mine.get_by_text("Saved at")).to_be_visible()
    expect(mine.get_by_label("Note")).to_have_value("No deputy is named.\n\nThe owner left in March.")


def _use(auditor: Person, ready: dict[str, Any]) -> None:
    auditor.go(desk(ready, "use"))
    auditor.press("Draw the windows")
    auditor.see("Windows to draw from")
    auditor.check_both("sample of use")
    auditor.go(desk(ready, "use") + "?again=yes")
    auditor.see("Drawn again just now: the same windows")
    auditor.go(desk(ready, "notes"))
    auditor.fill("Note", "Ask who was on duty.")
    auditor.press("Keep the note")
    auditor.check_both("working notes")
    auditor.go(desk(ready, "comparison"))
    auditor.check_both("compared with last time")


def _asked_and_answered(auditor: Person, partner: Person, ready: dict[str, Any]) -> None:
    """The auditor asks about a window; the partner answers on a phone, with a file and one that is refused."""
    auditor.go(desk(ready, "use"))
    auditor.follow("Ask the partner to explain it")
    auditor.fill("What do you need?", "Who was on duty")
    auditor.fill("What exactly should it show?", "The roster of that day.")
    auditor.check_both("asking for evidence")
    send(auditor)
    auditor.see("The partner was asked")
    partner.go("/evidence-requests/")
    partner.check_page("evidence asked for on a phone")
    partner.follow("Who was on duty")
    partner.fill("Your answer", "The roster is below.")
    chooser = partner.page.locator("input[type=file]")
    chooser.set_input_files({"name": "run.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\x00"})
    partner.press("Add this document")
    expect(partner.page.get_by_label("Your answer")).to_have_value("The roster is below.")
    partner.check_page("a file that is refused on a phone")
    chooser.set_input_files({"name": "roster.txt", "mimeType": "text/plain", "buffer": b"Aino, from eight to four."})
    partner.press("Add this document")
    partner.see("The document is added and ticked.")
    partner.check_page("answering for evidence on a phone")
    partner.press("Send the answer to the auditors")
    partner.see("Your answer is with the auditors.")
    auditor.go(desk(ready))
    auditor.follow("Who was on duty")
    auditor.see("roster.txt")
    auditor.check_both("an answer with evidence")
    auditor.go(auditor.page.url.removeprefix(auditor.base).replace("/change/", "/settle/"))
    send(auditor)
    auditor.see("Settled")


def _rest_of_the_checklist(auditor: Person, ready: dict[str, Any]) -> None:
    """Every family, a page after the other; what has a result keeps it."""
    first_family(auditor, ready)
    while "/checklist/" in auditor.page.url:
        for control in auditor.page.locator("[data-control]").all():
            if not control.locator("input[type=radio]:checked").count():
                auditor.tick(control.get_by_label("Met", exact=True))
        auditor.press("Save all and go on")


def _reported(auditor: Person, partner: Person, ready: dict[str, Any]) -> None:
    auditor.go(desk(ready, "report"))
    auditor.fill("Report", "Logs are kept. One owner is missing.")
    send(auditor)
    auditor.go(desk(ready, "send"))
    send(auditor)
    auditor.see("Draft for the partner")
    auditor.check_both("audit with the partner")
    partner.go(f"/audits/{ready['audit']}/")
    partner.check_page("report for the partner on a phone")
    partner.go(f"/audits/{ready['audit']}/respond/")
    partner.fill("Your response to the report", "An owner is named from today.")
    send(partner)
    partner.see("An owner is named from today.")


def _checked(visitor: Person, partner: Person, ready: dict[str, Any], folder: Path) -> None:
    """The partner fetches the final report; a visitor who has the file sees that it is genuine."""
    page = partner.go(f"/audits/{ready['audit']}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Final report").first.click()
    file = folder / "report.pdf"
    download.value.save_as(file)
    with pikepdf.open(file) as opened:
        assert opened.Root.StructTreeRoot, "has a structure"
    shown = visitor.go("/verify/")
    shown.locator("input[type=file]").set_input_files(file)
    visitor.turn(shown.locator("form[enctype] button[type=submit]").first)
    visitor.see("Genuine")
    visitor.see("Report of an audit")
