"""A partner reports an incident at night on a phone; somebody without an account reports one and follows up by code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import Stack
from tests.journeys.test_people import STAFF


@pytest.fixture(scope="module")
def ready(portal: Stack) -> dict[str, Any]:
    """A partner with a grant in force, its applicant, and the officer of its authority."""
    printed = portal.manage("shell", "--no-imports", "-c", f"{STAFF}staff.prepare_incident()")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def test_partner_reports_at_night_on_a_phone(someone: Callable[..., Person], ready: dict[str, Any]) -> None:
    night = someone(**ready["applicant"], size="phone")
    night.sign_in()
    page = night.go("/incidents/report/")
    night.check_page("reporting an incident on a phone")
    night.fill("In a few words", "Weights were copied")
    night.choose("Critical", within="How bad is it?")
    night.choose("An attempt to copy a model")
    night.fill("What happened?", "A job copied weights out of the environment at two in the morning.")
    night.choose("Serious breach of cybersecurity")
    page.get_by_label("Which line of a grant does it concern?").select_option(index=1)
    night.press("Report the incident")
    night.see("Incident reported.")
    night.see("Critical safety incident under California law: Report")
    night.check_page("incident on a phone")
    night.go("/incidents/due/")
    night.see("What is due about incidents")
    night.check_page("what is due on a phone")


def test_anonymous_reporter_follows_up(someone: Callable[..., Person], ready: dict[str, Any]) -> None:
    reporter = someone(email="")
    page = reporter.go("/report-an-incident/")
    reporter.check_both("telling of an incident")
    page.get_by_label("Who should look at it?").select_option(label=ready["authority"])
    reporter.fill("Whom is it about, if you know?", "A laboratory by the harbour")
    reporter.fill("What happened?", "Keys to a model lie open in a shared folder.")
    page.wait_for_timeout(3500)  # A person takes longer than the page asks.
    reporter.press("Send the report")
    reporter.see("Your report has arrived")
    reporter.check_both("report has arrived")
    code = page.locator("#code").inner_text()
    officer = someone(**ready["officer"])
    officer.sign_in()
    desk = officer.go("/admin/audits/publicreport/")
    officer.turn(desk.locator(":is(main, #main) table a", has_text=re.compile(r"T-\d{4}-\d+")).first)
    officer.check_both("report from the public on the desk")
    desk.goto(desk.url.replace("/change/", "/ask/"))
    officer.fill("To the reporter", "Which folder is it?")
    officer.turn(desk.locator(":is(main, #main) form[method=post] button[type=submit]").first)
    reporter.follow("Follow up")
    reporter.check_both("asking for the code")
    reporter.fill("Your code", code)
    reporter.press("See how it stands")
    reporter.see("Which folder is it?")
    reporter.check_both("report under its code")
    reporter.fill("Add something, or answer", "The one of the night shift.")
    reporter.press("Send")
    reporter.see("The one of the night shift.")
    expect(page).to_have_url(re.compile("/report-an-incident/follow-up/$"))
    assert not [cookie for cookie in reporter.context.cookies() if cookie["name"] == "sessionid"]
