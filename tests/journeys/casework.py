"""The authorities' part in an application: screening, assessment, a question, signatures."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.person import Person

DESK = "/admin/partners/application/"


def open_case(person: Person) -> str:
    """Open the only case in the queue, after the declaration where one is due; its address."""
    person.go(DESK)
    person.check_both(f"queue of {person.email}")
    person.turn(person.page.locator(":is(main, #main)").get_by_role("link", name=re.compile(r"A-\d{4}-\d+")).first)
    if "/declare/" in person.page.url:
        person.check_page("declaration of conflicts")
        person.choose("No, I have none")
        person.press("Declare")
    expect(person.page).to_have_url(re.compile("/change/$"))
    return person.page.url.removeprefix(person.base)


def recuse(person: Person, why: str) -> str:
    """Declare a conflict of interest in the only case in the queue; the address of the case, now closed to them."""
    person.go(DESK)
    person.turn(person.page.locator(":is(main, #main)").get_by_role("link", name=re.compile(r"A-\d{4}-\d+")).first)
    person.check_both("what might be a conflict")
    case = person.page.url.removeprefix(person.base).replace("/declare/", "/change/").partition("?")[0]
    person.choose("Yes")
    person.fill("What is it?", why)
    person.press("Declare")
    person.see("The case is closed to you")
    return case


def screen_and_assign(officer: Person, reviewer: str) -> str:
    """Screen with the suggested tier and assign the reviewer; the address of the case."""
    case = open_case(officer)
    officer.check_both("case, submitted")
    screen(officer)
    assign(officer, case, reviewer)
    return case


def screen(officer: Person, tier: str = "", reason: str = "") -> None:
    """From the case: accept it with the suggested tier, or with another one and the reason why."""
    officer.follow("Screen and set the tier")
    officer.check_page("screening")
    if tier:
        officer.choose(tier)
        officer.fill("Reason", reason)
    officer.press("Accept for review with this tier")
    officer.see("Screened. Next: assign a reviewer.")


def assign(officer: Person, case: str, reviewer: str) -> None:
    """Give a reviewer sight of the case."""
    officer.go(case.replace("/change/", "/reviewers/"))
    choice = officer.page.get_by_label("Reviewer")
    choice.select_option(choice.locator("option", has_text=reviewer).get_attribute("value"))
    officer.check_page("assigning")
    officer.press("Assign", exact=True)
    officer.see("Assigned. They have been told.")


def assess_all(reviewer: Person, case: str, outcome: str = "Met", note: str = "") -> None:
    """Assess each section that waits, one after the other."""
    reviewer.go(case.replace("/change/", "/assess/"))
    reviewer.check_both("assessing")
    for _ in range(20):
        reviewer.choose(outcome)
        if note:
            reviewer.fill("Note", note)
        last = reviewer.page.get_by_role("button", name="Save the assessment", exact=True).count()
        reviewer.press("Save the assessment")
        if last:
            break
    expect(reviewer.page).to_have_url(re.compile("/change/$"))


def ask(reviewer: Person, case: str) -> None:
    """Ask one question about one section."""
    reviewer.go(case.replace("/change/", "/ask/"))
    reviewer.page.get_by_label("Which section is it about?").select_option(label="Data")
    reviewer.fill("Your question", "Why do you need a year? Please say less, or why not.")
    reviewer.check_page("asking")
    reviewer.press("Send the question")
    reviewer.see("The question is sent.")


def answer(applicant: Person, application: str) -> None:
    """Change the section, then answer."""
    applicant.go("/")
    applicant.check_both("home of the applicant")
    applicant.go(application)
    applicant.check_both("application with a question")
    applicant.turn(applicant.page.locator(":is(main, #main)").locator("a[href*='/questions/']").first)
    applicant.check_page("question")
    asked = applicant.page.url
    applicant.follow("Change this section")
    applicant.fill("For how many months do you keep prompts, answers and results?", "6")
    applicant.press("Save and go on")
    applicant.page.goto(asked)
    applicant.fill("Your answer", "Six months are enough. The section says so now.")
    applicant.press("Send the answer")
    expect(applicant.page.locator("h1")).not_to_have_text("Answer a question")


def read_changes(reviewer: Person, case: str) -> None:
    """See what changed in the answers, side by side, and assess it again."""
    reviewer.go(case)
    reviewer.follow("See what changed in revision 2")
    reviewer.see("For how many months do you keep prompts, answers and results?")
    expect(reviewer.page.locator("ins").first).to_have_text("6")
    reviewer.check_both("what changed")
    assess_all(reviewer, case)


def recommend(
    reviewer: Person, case: str, what: str = "Qualify", why: str = "Sound throughout. Retention was shortened."
) -> None:
    """Close the question that was answered, and recommend."""
    reviewer.go(f"{case}?tab=assessment")
    close = reviewer.page.get_by_role("button", name="Close the question")
    if close.count():
        reviewer.turn(close.first)
    reviewer.go(case.replace("/change/", "/recommend/"))
    reviewer.choose(what)
    reviewer.fill("Reasons", why)
    reviewer.check_page("recommending")
    reviewer.press("File the recommendation")
    reviewer.see("Your recommendation is filed.")


def send(officer: Person, case: str) -> None:
    officer.go(case.replace("/change/", "/send/"))
    officer.check_page("sending to the signatories")
    officer.press("Send to the signatories")
    officer.see("Sent. The signatories of all authorities have been told.")


def sign(signatory: Person) -> None:
    """Read and sign the only case that waits."""
    case = open_case(signatory)
    signatory.go(case.replace("/change/", "/sign/"))
    signatory.confirm()
    signatory.check_both(f"signing of {signatory.email}")
    signatory.press("Sign", exact=True)
    signatory.see("Confirm that you have read it.")
    signatory.choose("I have read what is shown on this page and sign it for my authority")
    signatory.press("Sign", exact=True)
    signatory.see("Signed.")


def refuse(signatory: Person, reason: str, note: str) -> None:
    """Read and refuse the only case that waits."""
    case = open_case(signatory)
    signatory.go(case.replace("/change/", "/refuse/"))
    signatory.confirm()
    signatory.choose(reason)
    signatory.fill("Explain it to the institution", note)
    signatory.check_both("refusing")
    signatory.press("Refuse, and decline the application")
    signatory.see("Refused. The application is declined")


def letter(applicant: Person, application: str, folder: Path) -> Path:
    """Read that the institution is qualified, and download its letter."""
    page = applicant.go(application)
    applicant.see("Your institution is a trusted partner")
    applicant.check_both("approved application")
    with page.expect_download() as started:
        page.locator("a[href*='/letters/']").first.click()
    found = folder / "letter.pdf"
    started.value.save_as(found)
    return found
