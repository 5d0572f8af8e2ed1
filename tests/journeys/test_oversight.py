"""A board member with five minutes: by keyboard alone, on a tablet, on paper, and without JavaScript."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from itertools import pairwise

import pikepdf
import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys.person import Person
from tests.journeys.stack import Stack
from tests.journeys.test_keyboard import press, reach, sign_in

TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 375, "height": 812}
BOARDS = ("", "scope/", "incidents/", "assurance/", "work/")
PAGE_HEIGHT = 1000
"""Pixels of an A4 page between its margins, and a little less."""
FIGURES = """() => [...document.querySelectorAll(".tp-figure")].map((node) => ({
  id: node.id, height: node.getBoundingClientRect().height, kept: getComputedStyle(node).breakInside,
  drawn: !node.querySelector("[data-chart]") || !!node.querySelector("[data-chart-canvas] svg"),
}))"""


@pytest.fixture(scope="module")
def scheme(portal: Stack) -> None:
    """A partner with a line in force and a serious incident, taken in by the boards."""
    words = "from tests.journeys.staff import prepare_boards; prepare_boards()"
    portal.manage("shell", "--no-imports", "-c", words)
    portal.manage("rebuild_rollups")


@pytest.fixture(scope="module")
def member(scheme: None, portal: Stack, people: Callable[..., Person]) -> Person:
    """Signed in once for all of these, by keyboard."""
    person = people(**portal.staff["overseer"])
    sign_in(person)
    return person


def test_by_keyboard_from_a_finding_to_the_cases(member: Person) -> None:
    page = member.page
    press(member, "Oversight")
    expect(page).to_have_url(re.compile("/oversight/$"))
    press(member, "Scope")
    reach(member, "Country of the partner")
    page.keyboard.type("Malta")
    press(member, "Show")
    expect(page).to_have_url(re.compile("jurisdiction=MT"))
    press(member, "Show as a table", " ")
    expect(page.locator("#figure-scope table").last).to_be_visible()
    press(member, "See the lines")
    expect(page).to_have_url(re.compile("/oversight/lines/.*jurisdiction=MT"))
    assert page.locator(":is(main, #main) tbody tr").count() == 1


def test_as_at_a_day_before_there_was_anything(member: Person) -> None:
    page = member.go("/oversight/incidents/?until=2026-01-01&jurisdiction=MT")
    member.see("1 January 2026")
    expect(page.locator("#figure-incidents_open")).to_contain_text("No incident is open")


@pytest.mark.parametrize("board", BOARDS)
def test_each_board_on_a_tablet(member: Person, board: str) -> None:
    member.page.set_viewport_size(TABLET)
    member.go(f"/oversight/{board}")
    member.check_both(f"board {board or 'overview'} on a tablet")


@pytest.mark.parametrize("board", BOARDS)
def test_each_board_on_paper(member: Person, board: str) -> None:
    page = member.go(f"/oversight/{board}?jurisdiction=MT")
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    try:
        for hidden in ("header.tp-masthead", ".tp-filters", ".tp-tabs", ".tp-export"):
            assert not page.locator(hidden).first.is_visible(), hidden
        expect(page.locator(".tp-as-at .tp-print-only")).to_contain_text("Malta")
        for figure in page.evaluate(FIGURES):
            assert figure["kept"] == "avoid", figure
            assert figure["height"] < PAGE_HEIGHT, figure
            assert figure["drawn"], figure
        with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True, tagged=True))) as printed:
            assert 1 <= len(printed.pages) <= 8
    finally:
        page.emulate_media(media="screen")


def test_without_javascript_there_are_tables(scheme: None, portal: Stack, someone: Callable[..., Person]) -> None:
    person = someone(**portal.staff["overseer"], scripts=False)
    person.sign_in()
    page = person.go("/oversight/incidents/")
    assert page.locator(".tp-chart__canvas:visible").count() == 0
    figure = page.locator("#figure-incidents")
    assert not figure.locator("table").is_visible()
    page.emulate_media(media="print")
    expect(figure.locator("table")).to_be_visible()
    page.emulate_media(media="screen")
    figure.locator("summary").click()
    expect(figure.get_by_role("rowheader").first).to_be_visible()
    expect(figure.get_by_role("columnheader", name="High")).to_be_visible()
    page.locator("#id_period").select_option("24")
    person.press("Show", exact=True)
    expect(page).to_have_url(re.compile("period=24"))


def test_what_happened_is_read_by_keyboard_and_on_a_phone(member: Person) -> None:
    page = member.go("/")
    press(member, "All that happened")
    expect(page).to_have_url(re.compile("/happened/$"))
    member.check_both("what happened")
    member.see("Qualification in force")
    link = page.locator(".tp-rows a").first
    press(member, link.inner_text())
    expect(page).to_have_url(re.compile("/institutions/|/incidents/"))
    member.check_page("from what happened to a partner")


def test_on_a_phone_the_map_names_its_countries_and_turned_it_has_discs(member: Person) -> None:
    page, wide = member.page, member.page.viewport_size
    assert wide is not None
    try:
        page.set_viewport_size(PHONE)
        member.go("/oversight/scope/")
        figure = page.locator("#figure-places")
        source = json.loads(str(figure.locator("script[type='application/json']").text_content()))
        names = figure.locator("svg text").filter(has_text=re.compile("|".join(map(re.escape, source["labels"]))))
        expect(names).to_have_count(len(source["labels"]))
        heights = [name.bounding_box() for name in names.all()]
        tops = sorted(box["y"] for box in heights if box)
        assert all(after - before > 15 for before, after in pairwise(tops)), "names lie upon each other"
        page.set_viewport_size(TABLET)
        expect(names).to_have_count(0)
        expect(figure.locator("svg text").first).to_have_text(re.compile(r"^\d+$"))
    finally:
        page.set_viewport_size(wide)
