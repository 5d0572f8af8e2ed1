"""A partner answers a finding, an auditor tests the remedy, and the partner files a report that is filled in for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.reporting import TITLE
from tests.journeys.stack import Stack

KEPT_ACCESS = "Did anyone keep access longer than they should have?"


@pytest.fixture(scope="module")
def ready(portal: Stack) -> dict[str, Any]:
    code = "from tests.journeys import reporting; reporting.prepare()"
    told = str(portal.manage("shell", "--no-imports", "-c", code))
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def partner(people: Callable[..., Person], ready: dict[str, Any]) -> Person:
    found = people(**ready["partner"])
    found.sign_in()
    return found


def on_the_desk(person: Person, finding: str) -> None:
    person.go(f"/admin/audits/finding/{finding}/change/")


def test_a_finding_is_planned_put_right_and_tested_by_somebody_else(
    partner: Person, people: Callable[..., Person], ready: dict[str, Any]
) -> None:
    partner.go("/owed/")
    expect(partner.page.get_by_role("link", name=TITLE)).to_be_visible()
    partner.check_both("what is owed")
    partner.follow(TITLE)
    partner.check_both("finding of a partner")
    partner.follow("Propose a plan")
    partner.check_both("plan for a finding")
    partner.fill("How will you put it right?", "Logs are kept for a year from Monday on; Laima sees to it.")
    partner.press("Propose a plan")
    partner.see("Plan proposed.")

    auditor = people(**ready["auditor"])
    auditor.sign_in()
    on_the_desk(auditor, ready["finding"])
    auditor.follow("Agree to the plan")
    auditor.press("Agree to the plan")
    auditor.see("Plan agreed.")

    partner.go(f"/findings/{ready['finding']}/")
    partner.follow("Report as put right")
    partner.check_both("report of a remedy")
    partner.fill("What was done, and what shows it?", "Retention is 365 days now; the log host shows it.")
    partner.choose(ready["document"])
    partner.press("Report as put right")
    partner.see("Remediation reported.")
    expect(partner.page.get_by_role("link", name=ready["document"])).to_be_visible()

    on_the_desk(auditor, ready["finding"])
    auditor.check_page("finding on the desk")
    expect(auditor.page.get_by_role("link", name=ready["document"])).to_be_visible()
    auditor.follow("Verify the remediation")
    auditor.fill("How did you test it, and what did you see?", "Read the oldest entry: it is of last year.")
    auditor.press("Verify the remediation")
    auditor.see("Test 1: Put right")

    partner.go(f"/findings/{ready['finding']}/")
    partner.see("Read the oldest entry: it is of last year.")
    partner.check_both("verified finding")


def test_a_report_is_filled_in_and_another_number_is_explained(partner: Person, ready: dict[str, Any]) -> None:
    partner.go("/reports/")
    partner.follow("Changes among people with access")
    partner.see("From your list of people with access")
    partner.check_both("report that is due")
    expect(partner.page.get_by_label("How many people got access in this period?").first).to_have_value("0")
    partner.page.get_by_label("How many people got access in this period?").first.fill("2")
    partner.choose("No", within=KEPT_ACCESS)
    partner.press("File the report")
    partner.see("Say in the remark why your number differs.")
    partner.check_both("report with a number that needs a remark")
    partner.page.get_by_label("Why it differs: How many people got access in this period?").fill(
        "Two guests of a partner university, named by it."
    )
    partner.press("File the report")
    partner.see("Report filed.")
    partner.see("Two guests of a partner university, named by it.")
    partner.check_both("report that was filed")
