"""Each role's key pages on a phone: no barrier, and nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import Stack

PARTS = ("officer", "auditor", "signatory", "provider", "overseer")
"""The applicant's and the reviewer's pages are looked at on a phone in the whole job."""


@pytest.mark.parametrize("part", PARTS)
def test_the_menu_and_every_page_in_it(part: str, portal: Stack, someone: Callable[..., Person]) -> None:
    person = someone(**portal.staff[part], size="phone")
    person.sign_in()
    person.check_page(f"home of {part}")
    menu = person.page.locator("header details:visible")
    menu.locator("summary").click()
    expect(menu.get_by_role("navigation")).to_be_visible()
    person.check_page(f"menu of {part}")
    links = menu.get_by_role("navigation").get_by_role("link").all()
    for address in [str(link.get_attribute("href")) for link in links]:
        assert person.status_of(address) == 200
        person.check_page(f"{address} of {part}")
