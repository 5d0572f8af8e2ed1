"""A member of a panel, by keyboard: told, reads, hears both sides, decides with the others; and who had a part."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.gateway import Gateway
from tests.journeys.person import Person
from tests.journeys.stack import Stack
from tests.journeys.test_keyboard import press, reach, sign_in, write

THERE = ZoneInfo("Asia/Nicosia")
PUBLISHED = "A partner had been suspended over a key that it had revoked at once. A warning would have been enough."
DEEDS = ("admit", "reject", "leave", "stay", "no-stay", "hearing", "note", "close", "draft", "vote")
PANEL = ":is(main, #main)"


def shell(portal: Stack, words: str) -> Any:
    said = portal.manage("shell", "--no-imports", "-c", f"from tests.journeys import judging; judging.{words}")
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="module")
def world(portal: Stack) -> dict[str, Any]:
    found: dict[str, Any] = shell(portal, "prepare()")
    return found


@pytest.fixture(scope="module")
def gateway(portal: Stack, world: dict[str, Any]) -> Callable[[], bool]:
    """Whether the partner may use its line now, as a gateway is told."""
    machine = Gateway(portal.url, **world["gateway"])
    machine.authenticate()
    return lambda: bool(machine.ask(world["partner"], world["release"], world["environment"])["decision"])


@pytest.fixture(scope="module")
def panel(
    portal: Stack, world: dict[str, Any], gateway: Callable[[], bool], people: Callable[..., Person]
) -> list[Person]:
    """Admitted by one without a part, by keyboard; then drawn. Who sits, in the order of the lot."""
    admits = people(**world["people"]["zlatka"])
    sign_in(admits)
    admits.see(f"lodged appeal {world['reference']}")
    admits.check_both("home of somebody who may admit an appeal")
    press(admits, "Appeals")
    admits.check_both("appeals that wait for a panel")
    press(admits, world["reference"])
    admits.check_both("appeal to be admitted")
    press(admits, "Admit")
    admits.check_both("admitting an appeal")
    write(admits, "Why?", "It is in time, and on a ground that the rulebook opens.")
    press(admits, "Admit")
    admits.see("Appeal admitted.")
    assert not gateway(), "an appeal stays nothing by itself"
    order = shell(portal, f"seat('{world['appeal']}')")
    return [admits if name == "zlatka" else people(**world["people"][name]) for name in order]


def signed_in(person: Person) -> Person:
    """Signed in by keyboard, unless they are."""
    person.go("/")
    if person.page.get_by_role("link", name="Sign in").count():
        sign_in(person)
    return person


def room(world: dict[str, Any], deed: str = "") -> str:
    return f"/appeals/panel/{world['appeal']}/{deed}"


def test_presiding_member_is_told_reads_and_decides_on_the_stay_and_the_hearing(
    world: dict[str, Any], panel: list[Person], gateway: Callable[[], bool]
) -> None:
    first = signed_in(panel[0])
    page = first.page
    first.see(f"You were drawn for the panel of appeal {world['reference']}")
    first.check_both("home of a member of a panel")
    press(first, f"You were drawn for the panel of appeal {world['reference']}")
    expect(page).to_have_url(f"{first.base}{room(world)}")
    for text in ("A word would do.", "A key leaked for the second time.", "It was one key, and it was revoked"):
        first.see(text)
    first.check_both("appeal before its panel")
    assert first.status_of(room(world, "hearing/")) == 403, "the stay is decided first"
    first.go(room(world))
    press(first, "Leave the effect in force")
    write(first, "Why?", "Nothing that cannot wait some days depends on it.")
    press(first, "Leave the effect in force")
    first.see("The effect of the decision is not stayed.")
    assert not gateway()
    press(first, "Call the hearing")
    first.check_both("calling a hearing")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Nicosia")
    moment = (datetime.now(UTC) + timedelta(seconds=75)).replace(second=0, microsecond=0)
    page.get_by_label("When").fill(f"{moment.astimezone(THERE):%Y-%m-%dT%H:%M}")
    reach(first, "Time zone")
    write(first, "Where", "Room 4, or by the link in the invitation")
    press(first, "Call the hearing")
    first.see("Both sides were called to a hearing.")
    world["hearing"] = moment
    expect(page.locator(PANEL)).to_contain_text(f"{moment.astimezone(THERE):%H:%M}")
    expect(page.locator(PANEL)).to_contain_text("(Asia/Nicosia)")


@pytest.mark.parametrize("who", ["decided", "colleague"])
def test_whoever_had_a_part_and_their_body_are_not_offered_it_and_are_refused(
    world: dict[str, Any], panel: list[Person], someone: Callable[..., Person], who: str
) -> None:
    person = someone(**world["people"][who])
    person.sign_in()
    person.go("/appeals/panel/")
    assert world["reference"] not in person.page.locator(PANEL).inner_text()
    person.check_both(f"no appeals for who {who}")
    for deed in ("", *(f"{deed}/" for deed in DEEDS)):
        assert person.status_of(room(world, deed)) == 403, deed
    person.see("Only members who were drawn for it see it.")
    person.check_both(f"refused the panel of an appeal, {who}")


def test_partner_is_told_of_the_hearing_by_its_own_clock_and_cannot_enter_the_room(
    world: dict[str, Any], panel: list[Person], someone: Callable[..., Person]
) -> None:
    partner = someone(**world["people"]["applicant"], size="phone")
    partner.sign_in()
    partner.see(f"Hearing in appeal {world['reference']}")
    partner.go(f"/appeals/{world['appeal']}/")
    expect(partner.page.locator(PANEL)).to_contain_text(f"{world['hearing'].astimezone(THERE):%H:%M}")
    partner.check_page("own appeal on a phone")
    partner.go(f"/appeals/{world['appeal']}/statement/")
    partner.fill("Statement", "The key was in a commit for six hours, and nobody used it.")
    partner.check_page("a statement of the partner on a phone")
    partner.press("Add a statement")
    partner.see("nobody used it")
    assert partner.status_of(room(world)) == 404


def test_panel_hears_drafts_and_decides_by_majority_and_the_effect_is_in_force(
    world: dict[str, Any], panel: list[Person], gateway: Callable[[], bool]
) -> None:
    first, second, third = (signed_in(person) for person in panel)
    first.go(room(world))
    first.see("nobody used it")
    while datetime.now(UTC) < world["hearing"]:
        time.sleep(1)
    first.go(room(world))
    press(first, "Write a hearing note")
    write(first, "What was said", "Both sides spoke. The authority does not contest that nobody used the key.")
    press(first, "Write a hearing note")
    first.check_both("hearing with a note")
    press(first, "Close the hearing")
    press(first, "Close the hearing")
    first.see("Appeal heard.")
    press(first, "Draft the decision")
    first.check_both("drafting a decision on an appeal")
    press(first, "Uphold the appeal", " ")
    write(first, "Reasons", "The measure was out of proportion to what had happened.")
    write(first, "Text for publication", f"{world['institution']} was right.")
    press(first, "Draft the decision")
    first.see("Write it so that nobody is named.")
    first.check_page("a text that names somebody")
    first.page.get_by_label("Text for publication").fill(PUBLISHED)
    first.page.get_by_role("button", name="Draft the decision").focus()
    with first.page.expect_navigation():
        first.page.keyboard.press("Enter")
    first.see("Decision drafted.")
    _vote(first, "Uphold the appeal")
    assert not gateway(), "one of three decides nothing"
    second.go("/")
    press(second, "Vote on draft 1")
    expect(second.page).to_have_url(f"{second.base}{room(world)}")
    second.check_both("draft with a vote")
    _vote(second, "Uphold the appeal")
    second.see("Upheld")
    second.check_both("appeal that is decided")
    assert gateway(), "in force with the vote that decided"
    third.go(room(world))
    third.see("The measure was out of proportion to what had happened.")
    assert third.status_of(room(world, "vote/")) in (403, 409)
    third.check_both("too late to vote")


def _vote(person: Person, outcome: str) -> None:
    person.go("/appeals/panel/")
    press(person, "P-")
    press(person, "Vote")
    person.check_both("voting on a draft")
    press(person, outcome, " ")
    press(person, "Vote")
    person.see("A member voted.")


def test_everybody_reads_the_decision_without_names(world: dict[str, Any], someone: Callable[..., Person]) -> None:
    person = someone("nobody@nowhere.example")
    person.go("/appeals/decisions/")
    person.check_both("published decisions")
    person.turn(person.page.locator(f"{PANEL} a[href*='/appeals/decisions/AD-']").first)
    person.see(PUBLISHED)
    text = person.page.locator(PANEL).inner_text()
    for name in (world["institution"], world["reference"], "Despo", "Dimova"):
        assert name not in text
    assert re.search("Uph[eo]ld", text)
    person.check_both("published decision")
