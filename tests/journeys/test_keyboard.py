"""Signing in and a main deed by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.person import Person, totp
from tests.journeys.stack import Stack

FOCUSED = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return "";
  const labels = [...(node.labels || [])].map((label) => label.innerText).join(" ");
  return (labels || node.getAttribute("aria-label") || node.innerText || "").replace(/\\s+/g, " ").trim();
}"""
VISIBLE = """() => {
  const node = document.activeElement, box = (node.labels && node.labels[0]) || node;
  const style = getComputedStyle(node), around = getComputedStyle(box, "::before");
  return style.outlineStyle !== "none" || style.boxShadow !== "none" || around.outlineStyle !== "none";
}"""


def reach(person: Person, label: str) -> None:
    """Go on with the tabulator until that control has the focus, which has to be visible."""
    seen = []
    for _ in range(120):
        person.page.keyboard.press("Tab")
        seen.append(person.page.evaluate(FOCUSED))
        if seen[-1].startswith(label):
            assert person.page.evaluate(VISIBLE), f"The focus on “{label}” cannot be seen."
            return
    raise AssertionError(f"“{label}” was not reached: {seen}")


def write(person: Person, label: str, text: str) -> None:
    reach(person, label)
    person.page.keyboard.type(text)


def press(person: Person, label: str, key: str = "Enter") -> None:
    """Reach the control and press the key; Enter leads to another page."""
    reach(person, label)
    if key == "Enter":
        send(person)
    else:
        person.page.keyboard.press(key)


def send(person: Person) -> None:
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")


def sign_in(person: Person) -> None:
    person.go("/account/login/")
    write(person, "Email", person.email)
    write(person, "Password", person.password)
    send(person)
    if person.totp_secret:
        expect(person.page).to_have_url(re.compile("/2fa/authenticate/"))
        write(person, "Code", totp(person.totp_secret))
        send(person)
    expect(person.page).to_have_url(f"{person.base}/")


def test_an_applicant_starts_an_application(someone: Callable[..., Person]) -> None:
    before = someone("keys@lahemaa.example")
    identity = applying.Identity("Lahemaa Tehisaru Labor", seed=17)
    applying.sign_up(before, "Katrin Tamm")
    applying.register(before, identity)
    applying.describe(before, identity)
    person = someone(before.email)
    sign_in(person)
    person.page.keyboard.press("Tab")
    assert person.page.evaluate(FOCUSED) == "Skip to the content"
    press(person, "Applications")
    expect(person.page).to_have_url(re.compile("/applications/$"))
    press(person, "Start an application")
    press(person, "Initial", " ")
    press(person, "Start")
    press(person, "Data")
    expect(person.page).to_have_url(re.compile("/sections/data/$"))
    press(person, "Synthetic or invented data", " ")
    write(person, "For how many months", "12")
    expect(person.page.get_by_text("Saved at")).to_be_visible()


def test_a_reviewer_assesses_a_section(portal: Stack, someone: Callable[..., Person]) -> None:
    words = "from tests.journeys.staff import prepare_review; prepare_review()"
    person = someone(**json.loads(portal.manage("shell", "--no-imports", "-c", words).splitlines()[-1]))
    sign_in(person)
    press(person, "Cases")
    expect(person.page).to_have_url(re.compile("/admin/partners/application/"))
    press(person, "A-")
    press(person, "Assessment")
    press(person, "Assess Data")
    expect(person.page).to_have_url(re.compile("/assess/"))
    press(person, "Met", " ")
    press(person, "Save the assessment and go on")
    person.see("is assessed.")
