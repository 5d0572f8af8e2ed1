"""Drafts are never lost: saved as they are typed, kept without a network, not written over a colleague's answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui import saving

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.ui.saving")]


@pytest.fixture
def page(browser: Any, served: str) -> Iterator[Any]:
    saving.kept.__init__()
    context = browser.new_context()
    opened = context.new_page()
    opened.address = f"{served}/form/"
    opened.goto(opened.address)
    yield opened
    context.close()


def accepting(asked: list[str]) -> Any:
    """Accept every dialog of the browser, and note its kind."""

    def accept(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    return accept


def status(page: Any) -> Any:
    return page.locator("[data-autosave-status]")


def test_an_answer_is_saved_as_it_is_typed_and_the_time_is_told(page: Any) -> None:
    page.fill("#a", "Logs are kept.")
    expect(status(page)).to_have_text("Saved at 14:02 UTC")
    assert saving.kept.answer == "Logs are kept."
    page.fill("#a", "Logs are kept for 18 months.")
    expect(page.locator("[name=version]")).to_have_value("3")
    assert saving.kept.saves == 2


def test_without_a_network_the_words_wait_and_come_back(page: Any) -> None:
    page.context.set_offline(True)
    page.fill("#a", "Written in a tunnel.")
    expect(status(page)).to_contain_text("Not saved")
    page.context.set_offline(False)
    expect(status(page)).to_have_text("Saved at 14:02 UTC")
    assert saving.kept.answer == "Written in a tunnel."


def test_what_was_not_sent_survives_a_reload(page: Any) -> None:
    page.route("**/save/", lambda route: route.abort())
    page.fill("#a", "Not sent yet.")
    page.check("#k1")
    expect(status(page)).to_contain_text("Not saved")
    page.unroute("**/save/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(page.address)
    expect(page.locator("#a")).to_have_value("Not sent yet.")
    expect(page.locator("#k1")).to_be_checked()
    expect(status(page)).to_have_text("Saved at 14:02 UTC")


def test_words_that_waited_do_not_write_over_what_a_colleague_saved_meanwhile(page: Any) -> None:
    page.route("**/save/", lambda route: route.abort())
    page.fill("#a", "Mine, in a tunnel.")
    expect(status(page)).to_contain_text("Not saved")
    saving.kept.answer, saving.kept.version = "Theirs.", 2
    page.unroute("**/save/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(page.address)
    expect(page.locator("#a")).to_have_value("Mine, in a tunnel.")
    expect(status(page)).to_have_text("A colleague changed this answer at 14:02.")
    assert saving.kept.answer == "Theirs."


def test_only_what_was_typed_is_put_back(page: Any) -> None:
    page.route("**/save/", lambda route: route.abort())
    page.check("#k2")
    expect(status(page)).to_contain_text("Not saved")
    saving.kept.answer = "Written by a colleague."
    page.unroute("**/save/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(page.address)
    expect(page.locator("#k2")).to_be_checked()
    expect(page.locator("#a")).to_have_value("Written by a colleague.")


def test_a_colleagues_answer_is_not_written_over(page: Any) -> None:
    saving.kept.taken = True
    page.fill("#a", "Mine.")
    expect(status(page)).to_have_text("A colleague changed this answer at 14:02.")
    assert saving.kept.saves == 0
    expect(page.locator("#a")).to_have_value("Mine.")


def test_leaving_with_unsaved_words_is_asked_about(page: Any) -> None:
    asked: list[str] = []
    page.route("**/save/", lambda route: route.abort())
    page.on("dialog", accepting(asked))
    page.locator("#a").press_sequentially("Unsaved")
    page.goto(page.address)
    assert asked == ["beforeunload"]


def test_sending_the_form_asks_nothing(page: Any) -> None:
    asked: list[str] = []
    page.on("dialog", accepting(asked))
    page.locator("#a").press_sequentially("Sent")
    page.get_by_role("button", name="Leave").click()
    expect(page.locator("body")).to_have_text("left")
    assert asked == []


def test_a_part_appears_with_the_answer_that_it_depends_on(page: Any) -> None:
    expect(page.locator("#o")).to_be_hidden()
    page.check("#k1")
    expect(page.locator("#o")).to_be_visible()
    page.check("#k2")
    expect(page.locator("#o")).to_be_hidden()


def test_the_end_of_a_session_is_announced_and_can_be_put_off(page: Any) -> None:
    saving.kept.seconds = 120
    page.goto(page.address)
    expect(page.locator("dialog")).to_be_visible(timeout=4000)
    expect(page.locator("[data-session-left]")).to_have_text("2")
    page.get_by_role("button", name="Stay").click()
    expect(page.locator("dialog")).to_be_hidden()


def test_an_ended_session_says_so(page: Any) -> None:
    saving.kept.seconds = 1
    page.goto(page.address)
    expect(page.get_by_text("Ended")).to_be_visible(timeout=4000)
