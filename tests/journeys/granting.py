"""From an environment to a grant in force: the partner, the authority, the provider and its gateway."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from portal.core import clock
from tests.journeys.gateway import Gateway
from tests.journeys.person import Person

DESK = "/admin/grants/grantrequest/"
ENVIRONMENT = "fjell-lab"
CONDITION = "No more than one run a week."


def register_environment(person: Person) -> None:
    """Register it and attest each safeguard."""
    page = person.go("/environments/new/")
    person.check_both("new environment")
    person.page.get_by_label("Name", exact=True).fill("Fjell laboratory")
    person.fill("Identifier at the gateway", ENVIRONMENT)
    page.get_by_label("Country where it runs").select_option("NO")
    person.fill("Who answers for it", "Head of laboratory")
    person.press("Register and go on to safeguards")
    expect(page).to_have_url(re.compile("/attest/$"))
    for group in page.locator(":is(main, #main) form fieldset").all():
        person.tick(group.get_by_label("Met", exact=True))
    for note in page.locator(":is(main, #main) form textarea").all():
        note.fill("As described in the architecture.")
    person.check_both("attesting safeguards")
    person.press("Attest in the name of the institution")
    person.check_both("environment")


def request_two_lines(person: Person) -> str:
    """Ask for one line each of two releases, by the matrix; the address of the request."""
    page = person.go("/requests/new/")
    person.fill("Title of the request", "Refusals over time")
    person.fill("Purpose", "We compare how two releases refuse unsafe instructions.")
    person.press("Go on to the lines")
    expect(page).to_have_url(re.compile("/scope/$"))
    request = page.url.removeprefix(person.base).removesuffix("scope/")
    build_scope(person)
    person.check_both("request with two lines")
    write_plan(person)
    person.go(f"{request}check/")
    person.check_page("checking the request")
    person.confirm()
    person.fill("In what capacity do you bind the institution?", "Director")
    for box in page.locator(":is(main, #main) input[type=checkbox]").all():
        person.tick(box)
    person.press("Sign and send to the authority")
    expect(page).to_have_url(re.compile(r"/requests/[^/]+/$"))
    return request


def build_scope(person: Person) -> None:
    """Choose two releases for two uses with three classes of data, tick one combination of each release, add both.

    The matrix appears as one chooses; without a script, by the button.
    """
    page = person.page
    choose = page.locator(".tp-choices").first
    for label in ("Meridian 4.1 ·", "Meridian Mini 2 ·", "Fjell laboratory", "Evaluation", "Benchmarking", "Synthetic"):
        person.tick(choose.get_by_label(re.compile(f"^{re.escape(label)}")).first)
    person.tick(choose.get_by_label("Personal", exact=True))
    shown = page.locator("#scope-matrix")
    if not person.scripts:
        person.press("Show the combinations")
    expect(shown.get_by_role("heading", name="6 of 8 combinations are possible")).to_be_visible()
    expect(shown.get_by_text("A benchmark is meant to be repeated and shared").first).to_be_visible()
    for release in ("Meridian 4.1", "Meridian Mini 2"):
        person.tick(shown.get_by_label(re.compile(f"{re.escape(release)}, Fjell laboratory, Evaluation, Synthetic")))
    person.fill("Requests a day", "10000")
    person.fill("Tokens a day", "5000000")
    person.fill("People at once", "10")
    person.fill("First day", clock.today().isoformat())
    person.fill("Last day", (clock.today() + timedelta(days=180)).isoformat())
    person.check_both("scope builder")
    person.press("Add the ticked lines")
    expect(page).to_have_url(re.compile(r"/requests/[^/]+/$"))
    person.see("2 lines are added.")


def write_plan(person: Person) -> None:
    """The one plan that the two lines need."""
    page = person.page
    person.follow("Write the plan")
    for part in page.locator(":is(main, #main) form textarea").all():
        part.fill("As set out in the programme, with a second reader for each result.")
    person.check_both("evaluation plan")
    person.press("Save the plan")
    person.see("is saved.")


def open_request(person: Person) -> str:
    """Open the only request in the queue, after the declaration; its address."""
    person.go(DESK)
    cases = person.page.locator(":is(main, #main)")
    person.turn(cases.get_by_role("link", name=re.compile(r"R-\d{4}-\d+|G\w*-\d{4}-\d+")).first)
    if "/declare/" in person.page.url:
        person.choose("No")
        person.press("Declare")
    expect(person.page).to_have_url(re.compile("/change/$"))
    return person.page.url.removeprefix(person.base)


def take_up(officer: Person, reviewer: str) -> str:
    case = open_request(officer)
    officer.check_both("grant request on the desk")
    officer.go(case.replace("/change/", "/take-up/"))
    officer.page.get_by_label("Reviewer").select_option(label=reviewer)
    officer.press("Take up and assign")
    officer.see("You run the case.")
    return case


def accredit(officer: Person) -> None:
    """Accredit the environment that the request names."""
    officer.go("/admin/grants/environment/")
    officer.turn(officer.page.locator(":is(main, #main)").get_by_role("link", name="Fjell laboratory").first)
    officer.check_both("environment on the desk")
    officer.page.goto(officer.page.url.replace("/change/", "/accredit/"))
    officer.check_page("accrediting")
    officer.press("Accredit", exact=True)
    officer.see("is accredited.")


def review(reviewer: Person) -> None:
    """Review each line as asked."""
    case = open_request(reviewer)
    for number in (1, 2):
        reviewer.go(case)
        reviewer.follow(f"Review line {number}:")
        reviewer.choose("As asked")
        reviewer.check_page(f"reviewing line {number}")
        reviewer.press("Record the review")
        reviewer.see(f"Line {number} is reviewed.")


def send_on(officer: Person, case: str, to: str) -> None:
    """Send the case `to` the providers or the signatories."""
    officer.go(case.replace("/change/", f"/send-to-{to}/"))
    officer.press(f"Send to the {to}")
    officer.see("Sent.")


def answer_as_provider(provider: Person) -> None:
    """Consent to one line with a condition, decline the other."""
    provider.go("/consents/")
    provider.check_both("consents")
    lines = provider.page.locator(":is(main, #main) table a[href*='/consents/']")
    addresses = list(dict.fromkeys(str(link.get_attribute("href")) for link in lines.all()))
    assert len(addresses) == 2
    for address in addresses:
        page = provider.go(address)
        provider.check_page("consent")
        if "Meridian Mini" in page.locator("h1").inner_text():
            provider.choose("Declines")
            page.get_by_label("Why you decline").select_option(index=1)
            provider.fill("In words", "This release leaves the market soon.")
        else:
            provider.choose("Consents with conditions")
            page.get_by_role("textbox", name="Conditions").fill(CONDITION)
        provider.press("Record the answer")
        provider.see("is recorded.")


def sign(signatory: Person) -> None:
    case = open_request(signatory)
    signatory.go(case.replace("/change/", "/sign/"))
    signatory.confirm()
    signatory.check_both(f"signing a request, {signatory.email}")
    signatory.choose("I sign")
    signatory.press("Record my decision")
    signatory.see("Your decision is recorded.")


def accept_agreement(person: Person) -> str:
    """Accept in the name of the institution; the address of the grant."""
    page = person.go("/grants/")
    person.check_both("grants")
    person.turn(page.locator(":is(main, #main)").get_by_role("link", name=re.compile(r"G-\d{4}-\d+")).first)
    grant = page.url.removeprefix(person.base)
    person.see("Nothing may be used yet")
    person.go(f"{grant}agreement/")
    person.check_both("agreement")
    expect(page.get_by_text(CONDITION).first).to_be_visible()
    person.confirm()
    person.fill("In what capacity do you bind the institution?", "Director")
    for box in page.locator(":is(main, #main) input[type=checkbox]").all():
        person.tick(box)
    person.press("Accept the agreement")
    person.go(grant)
    person.see("In force")
    expect(page.locator(":is(main, #main)").get_by_text("Meridian Mini")).to_have_count(0)
    person.check_both("grant in force")
    for page_, what in (("use/", "use of a grant"), ("connect/", "how to connect")):
        person.go(f"{grant}{page_}")
        person.check_both(what)
    person.go("/grants/")
    person.see("Lines in force: 1")
    person.check_both("grants as a matrix")
    person.go("/grants/lines/")
    person.check_both("lines of grants")
    return person.go(grant).url.removeprefix(person.base)


def register_gateway(provider: Person) -> Gateway:
    """Register a gateway by its page, and keep the secret that is shown once."""
    page = provider.go("/gateways/register/")
    provider.confirm()
    provider.fill("Name", "Inference gateway, Oregon")
    provider.press("Register the client")
    provider.check_both("secret of the gateway")
    codes = page.locator(":is(main, #main) code").all_inner_texts()
    return Gateway(provider.base, codes[0], codes[1])
