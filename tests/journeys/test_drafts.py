"""Drafts are never lost: two colleagues at once, a lost network, and two tabs of one person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.drafting import draft_of, kept_in
from tests.journeys.person import Person
from tests.journeys.stack import Stack

WHERE = "Where are the credentials for the models kept?"
WATCH = "Who watches for attacks, and when?"
PROGRAMME = "Describe your programme of work for the next 12 months"


def saved(page: Page) -> None:
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")


def write(page: Page, label: str, words: str) -> None:
    """Fill the field, and leave it."""
    page.get_by_label(label).first.fill(words)
    page.get_by_label(label).first.blur()


def accept_leaving(person: Person) -> None:
    """Answer the browser that asks whether unsaved words may be left."""
    person.page.on("dialog", lambda dialog: dialog.accept())


def test_two_colleagues_at_once_lose_nothing_and_the_later_one_chooses(
    portal: Stack, someone: Callable[..., Person]
) -> None:
    made: dict[str, Any] = draft_of(portal, "Vasterhav Institute")
    first, second = (someone(email) for email in made["people"])
    address = f"{made['address']}sections/security/"
    for person in (first, second):
        person.sign_in()
        person.go(address)
    first.choose("In a secrets manager with an access log", within=WHERE)
    saved(first.page)
    second.choose("A team around the clock", within=WATCH)
    saved(second.page)
    second.choose("In an encrypted store", within=WHERE)
    expect(second.page.locator("[data-autosave-status]")).to_contain_text("Astrid Lindqvist changed")
    kept = kept_in(portal, made["id"])
    assert (kept["credential_storage"], kept["monitoring"]) == ("vault", "always")

    accept_leaving(second)
    second.press("Save and go on")
    second.see("A colleague was writing at the same time")
    expect(second.page.get_by_text("In a secrets manager with an access log").first).to_be_visible()
    second.check_both("two versions of an answer")
    second.press("Save and go on")
    expect(second.page.get_by_text("Choose which of the two answers stands.").first).to_be_visible()
    assert kept_in(portal, made["id"])["credential_storage"] == "vault"
    second.choose("Mine, as it is in the field below")
    second.press("Save and go on")
    expect(second.page).not_to_have_url(re.compile("/sections/security/"))
    kept = kept_in(portal, made["id"])
    assert (kept["credential_storage"], kept["monitoring"]) == ("encrypted", "always")


def test_a_lost_network_loses_nothing_and_writes_over_nobody(portal: Stack, someone: Callable[..., Person]) -> None:
    made: dict[str, Any] = draft_of(portal, "Skargard Institute")
    first, second = (someone(email) for email in made["people"])
    address = f"{made['address']}sections/intended_use/"
    for person in (first, second):
        person.sign_in()
        person.go(address)
    first.context.set_offline(True)
    write(first.page, PROGRAMME, "Written on a train.")
    expect(first.page.locator("[data-autosave-status]")).to_contain_text("Not saved")
    first.context.set_offline(False)
    saved(first.page)
    assert kept_in(portal, made["id"])["programme"] == "Written on a train."

    second.page.reload()
    first.context.set_offline(True)
    write(first.page, PROGRAMME, "Written in a tunnel.")
    expect(first.page.locator("[data-autosave-status]")).to_contain_text("Not saved")
    write(second.page, PROGRAMME, "Written at a desk.")
    saved(second.page)
    accept_leaving(first)
    first.context.set_offline(False)
    first.go(address)
    expect(first.page.get_by_label(PROGRAMME).first).to_have_value("Written in a tunnel.")
    expect(first.page.locator("[data-autosave-status]")).to_contain_text("Nils Berggren changed")
    assert kept_in(portal, made["id"])["programme"] == "Written at a desk."
    first.press("Save and go on")
    first.see("A colleague was writing at the same time")
    expect(first.page.get_by_text("Written at a desk.").first).to_be_visible()
    expect(first.page.get_by_label(PROGRAMME).first).to_have_value("Written in a tunnel.")
    first.choose("The one of Nils Berggren")
    first.press("Save and go on")
    assert kept_in(portal, made["id"])["programme"] == "Written at a desk."


def test_two_tabs_of_one_person_put_nothing_back(portal: Stack, someone: Callable[..., Person]) -> None:
    made: dict[str, Any] = draft_of(portal, "Fjallbacka Institute")
    person = someone(made["people"][0])
    person.sign_in()
    address = f"{made['address']}sections/security/"
    old = person.go(address)
    new = person.context.new_page()
    new.goto(f"{person.base}{address}")
    person.page = new
    person.choose("In a secrets manager with an access log", within=WHERE)
    saved(new)
    person.page = old
    person.choose("A team around the clock", within=WATCH)
    saved(old)
    kept = kept_in(portal, made["id"])
    assert (kept["credential_storage"], kept["monitoring"]) == ("vault", "always")
