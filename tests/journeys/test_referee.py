"""Somebody outside is asked, and answers on a phone: no account, but a link and a code from the mailbox."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.person import Person, mail_link

REFEREE = "ingrid@kystlab.example"


def test_a_third_party_answers_on_a_phone(someone: Callable[..., Person]) -> None:
    applicant = someone("outside@vadso.example")
    applying.sign_up(applicant, "Nils Aune")
    applying.register(applicant, applying.Identity("Vadsø Model Laboratory", seed=23))
    applying.describe(applicant, applying.Identity("Vadsø Model Laboratory", seed=23))
    applying.begin(applicant, check=False)
    applicant.follow("People outside who speak for you")
    applicant.check_both("nobody asked outside")
    applicant.page.get_by_label("Name").fill("Ingrid Solheim")
    applicant.page.get_by_label("E-mail address").fill(REFEREE)
    applicant.page.get_by_label("How do they know the institution?").fill("Has led joint evaluations since 2022.")
    applicant.press("Send the link")
    applicant.see("They have three weeks to answer")
    applicant.check_both("somebody asked outside")

    referee = someone(REFEREE, size="phone")
    link = mail_link(referee, REFEREE, r"http\S+/referees/[\w-]+/")
    referee.page.goto(link)
    referee.check_both("the page behind the link")
    referee.press("Send me a code")
    referee.see("A code is on its way to i…@kystlab.example")
    code = mail_link(referee, REFEREE, r"(?m)^\d{6}$")
    referee.page.goto(link)
    referee.page.get_by_label("Code").fill(code)
    referee.press("Go on")
    referee.page.get_by_text("Can be trusted with this", exact=True).click()
    referee.page.get_by_label("What do you base that on?").fill("Logs were complete whenever I asked.")
    referee.check_both("the answer of a third party")
    referee.press("Send your answer")
    referee.see("Thank you")
    referee.check_both("the answer was received")

    applicant.page.reload()
    expect(applicant.page.locator(".tp-rows").first).to_contain_text("Answered")
    assert "Logs were complete" not in applicant.page.content()
