"""Access stops by one signature in an emergency: a second signatory, of another body, confirms it in the browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.gateway import Gateway
from tests.journeys.person import Person
from tests.journeys.stack import Stack

PREPARE = "from tests.journeys import suspending; suspending.prepare()"


@pytest.fixture(scope="module")
def ready(portal: Stack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(portal.manage("shell", "--no-imports", "-c", PREPARE).splitlines()[-1])
    return found


def hold_of(signatory: Person, ready: dict[str, Any]) -> str:
    """The address of the hold on the desk, reached from the case."""
    page = signatory.go(f"/admin/audits/enforcementcase/{ready['case']}/change/")
    signatory.turn(page.locator(":is(main, #main) a[href*='/admin/grants/hold/']").first)
    return page.url.removeprefix(signatory.base)


def test_a_second_signatory_of_another_body_confirms_an_emergency_suspension(
    portal: Stack, someone: Callable[..., Person], ready: dict[str, Any]
) -> None:
    gateway = Gateway(portal.url, **ready["gateway"])
    gateway.authenticate()

    def may() -> bool:
        answer = gateway.ask(ready["partner"], ready["release"], ready["environment"])
        return bool(answer["decision"])

    assert may()
    first, colleague, second = (someone(**ready["people"][name]) for name in ("first", "colleague", "second"))
    first.sign_in()
    page = first.go(f"/admin/audits/enforcementcase/{ready['case']}/suspend/")
    first.check_both("stopping all access at once")
    first.fill("Why at once?", "Nobody knows yet whether the outputs were passed on.")
    first.fill("What must be true before it is lifted?", "It is known where the outputs are, and they are sealed.")
    first.turn(page.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    expect(page).to_have_url(first.base + f"/admin/audits/enforcementcase/{ready['case']}/change/")
    assert not may(), "it stops before anybody confirms it"

    hold = hold_of(first, ready)
    confirm = hold.replace("/change/", "/confirm/")
    assert first.status_of(confirm) == 403
    colleague.sign_in()
    colleague.go(hold)
    assert colleague.status_of(confirm) == 403, "of the same body"
    colleague.check_page("not for the same body to confirm")

    second.sign_in()
    second.go("/")
    second.check_both("home of the second signatory")
    second.go(hold)
    second.see("It is known where the outputs are, and they are sealed.")
    second.check_both("suspension to be confirmed")
    second.go(confirm)
    second.press("Confirm the hold")
    second.see("Confirmed. It stays until it is lifted.")
    assert not may()

    partner = someone(**ready["people"]["applicant"], size="phone")
    partner.sign_in()
    partner.check_page("home of a partner that is suspended on a phone")
    page = partner.follow("hold on your access")
    partner.turn(page.locator(":is(main, #main) table a[href*='/holds/']").first)
    partner.see("It is known where the outputs are, and they are sealed.")
    partner.check_page("hold on all access on a phone")
