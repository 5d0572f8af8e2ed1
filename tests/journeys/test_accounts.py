"""Colleagues and strangers: an invitation by mail, who may see what, and leaving."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.person import Person, mail_link


def test_a_colleague_is_invited_a_stranger_told_apart_and_leaving_ends_it(someone: Callable[..., Person]) -> None:
    founder = someone("founder@polderlab.example")
    applying.sign_up(founder, "Hanneke Visser")
    applying.register(founder, applying.Identity("Polderlab voor Modelonderzoek", seed=11))
    applying.set_up_app(founder)
    founder.go("/")
    founder.turn(founder.page.locator("main a[href*='/organisations/']").first)
    founder.check_both("own organisation")
    organisation = founder.page.url.removeprefix(founder.base)
    founder.follow("Invite a person")
    founder.fill("E-mail address", "colleague@polderlab.example")
    founder.choose("Applicant")
    founder.check_both("inviting")
    founder.press("Send the invitation")

    colleague = someone("colleague@polderlab.example")
    link = mail_link(colleague, colleague.email, r"http://\S+/invitation/[^\s/]+/")
    colleague.page.goto(link)
    colleague.check_both("invitation")
    colleague.follow("Create an account")
    applying.create_account(colleague, "Piet Vermeer")
    colleague.page.goto(link)
    colleague.press("Accept and join")
    assert colleague.status_of(organisation) == 200
    expect(colleague.page.get_by_text("Hanneke Visser").first).to_be_visible()

    stranger = someone("stranger@elsewhere.example")
    applying.sign_up(stranger, "Callum Keller")
    assert stranger.status_of(organisation) == 404

    founder.go(organisation)
    founder.follow("End membership of Piet Vermeer")
    founder.fill("Reason", "Left for another institute.")
    founder.check_page("ending a membership")
    founder.press("End the membership")
    assert colleague.status_of(organisation) in (200, 404)
    assert "/account/login/" in colleague.page.url or "Hanneke Visser" not in colleague.page.content()
