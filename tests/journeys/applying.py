"""The applicant's part: an account, an institution, an application filled in and sent."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, expect

from portal.demo.identifiers import make_lei, make_ror
from tests.journeys.person import Person, mail_link, totp

DOCUMENT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
PERSON = {"name": "Liv Haugland", "email": "liv@nordfjord.example", "job_title": "Director"}
ANSWERS: dict[str, Any] = {
    "legal_owner_type": "private",
    "owners": {"name": "Fjord Holding", "country": "NO", "share": "100", "nature": "company"},
    "foreign_control": "false",
    "directors": {"name": "Liv Haugland", "function": "Director", "nationality": "NO"},
    "outside_funding": "false",
    "provider_ties": "false",
    "purposes": ["evaluation", "benchmarking"],
    "programme": "We measure how reliably models refuse unsafe instructions, and how that changes between releases. "
    * 4,
    "hazard_domains": ["none"],
    "capability_tier": "general",
    "publication": "reviewed",
    "fine_tuning": "false",
    "certifications": ["none"],
    "mfa": "phishing_resistant",
    "credential_storage": "vault",
    "monitoring": "always",
    "past_breach": "false",
    "security_lead": PERSON,
    "responsible_person": PERSON,
    "access_count": "12",
    "vetting": ["identity", "employment"],
    "outside_staff": "false",
    "training": "true",
    "leavers_hours": "4",
    "earlier_refusal": "false",
    "sanctions": "false",
    "proceedings": "false",
    "binding_person": PERSON,
}
"""For the sections that a journey does not fill in by hand: the question's key and what is chosen or typed."""


@dataclass
class Identity:
    """An institution as it would be registered. The numbers have right check digits."""

    name: str = "Nordfjord Institute for Machine Safety"
    seed: int = 7
    lei: str = field(init=False)
    ror: str = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.lei, self.ror = make_lei(chance), make_ror(chance)


def sign_up(person: Person, name: str, path: str = "/account/signup/") -> None:
    """Create the account, open the link in the mail, confirm, and sign in."""
    person.go(path)
    create_account(person, name)


def create_account(person: Person, name: str) -> None:
    """Fill the form of the page that is open, then as the mail says."""
    person.fill("Email", person.email)
    person.fill("Your name", name)
    person.page.get_by_label("Password").nth(0).fill(person.password)
    person.page.get_by_label("Password").nth(1).fill(person.password)
    person.press("Create the account")
    link = mail_link(person, person.email, r"http://\S+/account/confirm-email/[^\s/]+/")
    person.page.goto(link)
    person.press("Confirm the address")
    person.sign_in()


def register(person: Person, identity: Identity) -> None:
    """Register the institution; its first member becomes its administrator."""
    person.go("/")
    person.follow("Register your institution")
    person.fill("Name of the institution", identity.name)
    person.page.get_by_label("Country").select_option("NO")
    person.press("Register the institution")


def describe(person: Person, identity: Identity) -> None:
    """Say what it is. A number with wrong check digits is refused."""
    person.go("/institution/")
    person.choose("Company")
    person.fill("Legal Entity Identifier (LEI)", identity.lei[:-1] + str((int(identity.lei[-1]) + 1) % 10))
    person.fill("ROR identifier", identity.ror)
    person.fill("Registered address", "1 Fjord Street\n6770 Nordfjordeid")
    save = person.page.locator(":is(main, #main) form[method=post] button[type=submit]").first
    person.turn(save)
    expect(person.page.get_by_role("alert").first).to_be_visible()
    person.check_page("wrong identifier")
    person.fill("Legal Entity Identifier (LEI)", identity.lei)
    person.turn(save)
    person.see("The details of your institution are saved.")


def set_up_app(person: Person) -> None:
    """Set an authenticator app up, by the key that the page shows."""
    person.go("/account/2fa/totp/activate/")
    person.totp_secret = person.page.locator(":is(main, #main) code").first.inner_text().strip()
    person.check_page("second factor")
    person.page.get_by_label("Authenticator code").fill(totp(person.totp_secret))
    person.press("Set up the app")
    expect(person.page.locator("h1")).not_to_have_text("Set up an authenticator app")


def begin(person: Person, *, check: bool = True) -> str:
    """Start an application; its address."""
    person.go("/applications/start/")
    if check:
        person.check_both("start an application")
    person.choose("Initial")
    person.press("Start", exact=True)
    if check:
        person.check_both("task list")
    return person.page.url.removeprefix(person.base)


def question(person: Person, key: str) -> Locator:
    """The part of the page that asks the question of that key."""
    return person.page.locator(f".tp-question:has(input[name=asked][value={key}])")


def fill_section(person: Person, application: str, key: str) -> None:
    """Fill a section in by its own fields, from ANSWERS, until no shown question is left without its answer."""
    person.go(f"{application}sections/{key}/")
    for place in person.page.locator(".tp-question").all():
        asked = place.locator("input[name=asked]").get_attribute("value") or ""
        if asked in ANSWERS and place.is_visible():
            enter(person, place, asked, ANSWERS[asked])
    person.press("Save and go on")
    expect(person.page).not_to_have_url(re.compile(f"/sections/{key}/"))


def enter(person: Person, place: Locator, key: str, value: Any) -> None:
    if isinstance(value, dict):
        for part, text in value.items():
            control = place.locator(f"[name='{key}-{part}'], [name='{key}-0-{part}']")
            if control.evaluate("node => node.tagName") == "SELECT":
                control.select_option(text)
            else:
                control.fill(text)
        return
    for one in value if isinstance(value, list) else [value]:
        choice = place.locator(f"input[name={key}][value='{one}']")
        if choice.count():
            person.tick(choice)
        else:
            place.locator(f"[name={key}]").first.fill(one)


def upload(person: Person, key: str, name: str) -> None:
    """Add a document to a question."""
    question(person, key).locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": DOCUMENT}
    )
    question(person, key).get_by_role("button", name="Upload the document").click()
    expect(question(person, key).get_by_label(name)).to_be_checked()


def fill_organisation(person: Person, application: str, identity: Identity) -> None:
    """By hand, label by label, with a document. What is typed is saved by itself."""
    page = person.go(f"{application}sections/organisation/")
    person.fill("Registered name of the organisation", identity.name)
    expect(page.get_by_text("Saved at")).to_be_visible()
    person.fill("Legal Entity Identifier (LEI)", identity.lei)
    person.fill("ROR identifier", identity.ror)
    person.fill("Number in your national register", "NO 914 782 007")
    page.get_by_label("Country of your registered seat").select_option("NO")
    person.fill("Address of your registered seat", "1 Fjord Street, 6770 Nordfjordeid")
    person.fill("Your organisation’s internet domain", "nordfjord.example")
    person.fill("How many people work for your organisation?", "120")
    upload(person, "mandate_evidence", "register-extract.pdf")
    expect(page.get_by_label("Registered name of the organisation")).to_have_value(identity.name)
    person.check_both("section organisation")
    person.press("Save and go on")
    person.see("Ownership and control")


def fill_environments(person: Person, application: str) -> None:
    """By hand, with a question that only appears for some answers, and a document that is refused."""
    page = person.go(f"{application}sections/environments/")
    person.fill("Name, row 1", "Fjell laboratory")
    page.get_by_label("Country in which it stands, row 1").select_option("NO")
    page.get_by_label("Where it runs, row 1").select_option(label="Own data centre")
    person.fill("People with access, row 1", "12")
    person.choose("No", within="Does any of them stand outside the country of your seat?")
    days = page.get_by_label("For how many days do you keep the logs of use?")
    expect(days).to_be_hidden()
    person.choose("Every prompt and answer is logged with the person who sent it")
    expect(days).to_be_visible()
    person.choose("Requests are limited for each person")
    days.fill("365")
    place = question(person, "environment_evidence")
    place.locator("input[type=file]").set_input_files(
        {"name": "architecture.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90 this is a program"}
    )
    place.get_by_role("button", name="Upload the document").click()
    expect(page.get_by_text(re.compile("architecture.pdf: .+")).first).to_be_visible()
    person.check_page("a document that is refused")
    upload(person, "environment_evidence", "architecture.pdf")
    person.check_both("section environments")
    person.press("Save and go on")


def fill_data(person: Person, application: str) -> None:
    """By hand: a free text that appears and goes again with the answer that it depends on."""
    page = person.go(f"{application}sections/data/")
    person.choose("Synthetic or invented data")
    person.fill("For how many months do you keep prompts, answers and results?", "12")
    person.choose("On the way")
    person.choose("Where it is stored")
    trained = "Would you use answers of a model to train or fine-tune another model?"
    person.choose("Yes", within=trained)
    expect(page.get_by_label("Which model, and why is it necessary?")).to_be_visible()
    person.choose("No", within=trained)
    expect(page.get_by_label("Which model, and why is it necessary?")).to_be_hidden()
    person.choose("No", within="Would anyone outside your organisation receive raw prompts or answers?")
    person.press("Save and go on")


def fill_incidents(person: Person, application: str) -> None:
    """By hand, with a person, a telephone number and a plan."""
    page = person.go(f"{application}sections/incident_response/")
    enter(person, question(person, "incident_contact"), "incident_contact", PERSON)
    person.fill("Telephone number for emergencies", "+47 55 00 00 12")
    page.get_by_label("Within how many minutes can you stop all use of a model?").fill("15")
    upload(person, "incident_plan", "incident-plan.pdf")
    person.press("Save and go on")


def send(person: Person, application: str) -> None:
    """Check the answers, declare in the institution's name, send."""
    person.go(application)
    person.follow("Check your answers")
    person.check_both("check your answers")
    person.confirm()
    person.press("Sign and send to")
    expect(person.page.get_by_role("alert").first).to_be_visible()
    person.fill("In what capacity do you bind the institution?", "Director")
    person.choose("True and complete")
    person.choose("Changes will be notified")
    person.press("Sign and send to")
    expect(person.page).to_have_url(re.compile("/sent/$"))
    person.check_both("sent")


def apply(person: Person, name: str, identity: Identity) -> str:
    """From the first visit to an application that has arrived; its address."""
    sign_up(person, name)
    person.check_both("welcome")
    register(person, identity)
    describe(person, identity)
    set_up_app(person)
    application = begin(person)
    fill_organisation(person, application, identity)
    for key in ("ownership", "intended_use"):
        fill_section(person, application, key)
    fill_environments(person, application)
    for key in ("security", "personnel"):
        fill_section(person, application, key)
    fill_data(person, application)
    fill_incidents(person, application)
    fill_section(person, application, "history")
    send(person, application)
    return application
