"""The test console and “why can't I?”, as somebody of a partner uses them: with keyboard, phone and axe."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import Stack
from tests.journeys.test_people import STAFF


@pytest.fixture
def ready(portal: Stack) -> dict[str, Any]:
    """A partner with a grant in force, and its administrator."""
    printed = portal.manage("shell", "--no-imports", "-c", f"{STAFF}staff.prepare_people(6000, 'LV', 'Modelu birojs')")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def test_a_partner_asks_what_the_gate_would_say_and_why(someone: Callable[..., Person], ready: dict[str, Any]) -> None:
    keeper = someone(**ready["administrator"])
    keeper.sign_in()
    page = keeper.go("/access/console/")
    keeper.check_both("test console")
    _ask(keeper, ready["release_id"], "Synthetic")
    keeper.see("Permitted")
    expect(page.get_by_label("Response")).to_contain_text('"decision": true')
    keeper.check_both("test console with an answer")
    _ask(keeper, ready["release_id"], "Not named")
    keeper.see("data_class_missing")
    keeper.follow("Why, condition by condition")
    keeper.see("The class of data is named")
    keeper.see("This is what the gateway is told.")
    keeper.check_both("why not")
    keeper.go("/access/console/")
    keeper.see("Asked in this session")


def _ask(person: Person, release: str, data_class: str) -> None:
    page = person.page
    page.get_by_label("Release").select_option(release)
    page.get_by_label("Use", exact=True).select_option("evaluation")
    page.get_by_label("Environment").select_option(index=1)
    page.get_by_label("Class of data").select_option(label=data_class)
    person.press("Ask", exact=True)
