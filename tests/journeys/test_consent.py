"""A provider consents to one line and declines another, withdraws its consent later, and its gateway is answered no."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.gateway import Gateway
from tests.journeys.person import Person
from tests.journeys.stack import Stack

HERE = "from tests.journeys import consenting; "


def run(portal: Stack, code: str) -> str:
    return str(portal.manage("shell", "--no-imports", "-c", f"{HERE}{code}"))


@pytest.fixture
def ready(portal: Stack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(portal, "consenting.prepare()").splitlines()[-1])
    return found


def answer(provider: Person, number: int, *, consents: bool) -> None:
    provider.go("/consents/")
    provider.turn(
        provider.page.locator(":is(main, #main)")
        .get_by_role("link", name=re.compile(rf"R-\d{{4}}-\d+.{number}$"))
        .first
    )
    provider.check_both(f"consent to line {number}")
    provider.choose("Consents" if consents else "Declines")
    if not consents:
        provider.page.get_by_label("Why you decline").select_option("capacity")
        provider.fill("In words", "Capacity is committed until spring.")
    provider.press("Record the answer")
    provider.see("is recorded.")


def test_a_provider_consents_declines_and_withdraws_and_the_gate_denies(
    portal: Stack, someone: Callable[..., Person], ready: dict[str, Any]
) -> None:
    gateway = Gateway(portal.url, **ready["gateway"])
    gateway.authenticate()

    def may(environment: str) -> bool:
        return bool(gateway.ask(ready["partner"], ready["release"], environment)["decision"])

    assert not may("lab-1")
    provider = someone(**ready["provider"])
    provider.sign_in()
    provider.go("/consents/")
    provider.check_both("consents that wait")
    answer(provider, 1, consents=True)
    answer(provider, 2, consents=False)
    run(portal, f"consenting.decide({ready!r})")
    assert (may("lab-1"), may("lab-2")) == (True, False)

    provider.go("/uses/")
    provider.see(ready["institution"])
    provider.check_both("who uses my models")
    main = provider.page.locator(":is(main, #main)")
    provider.turn(main.get_by_role("link", name=re.compile(r"^G-\d{4}-\d+.1$")).first)
    provider.check_both("grant of a provider")
    provider.follow("Withdraw your consent")
    provider.check_both("withdrawing consent")
    provider.page.get_by_label("Why you withdraw your consent").select_option("terms")
    provider.fill("In words", "Our terms no longer cover this use.")
    provider.press("Withdraw my consent")
    provider.see("Notice is given.")
    provider.check_both("grant with a notice")
    assert may("lab-1"), "the notice is running"
    run(portal, f"consenting.the_day_has_come('{ready['request']}')")
    assert not may("lab-1")
    provider.go("/uses/")
    expect(main.get_by_role("cell", name="Consent withdrawn")).to_be_visible()
