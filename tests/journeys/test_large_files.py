"""A large file in a browser: the network is lost in the middle, the page is loaded again, and the same file arrives."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import applying
from tests.journeys.person import Person, eventually
from tests.partners.sending import words

MB = 1024 * 1024
SIZE = 40 * MB
SELF = applying.Identity("Skagen Institute for Long Measurements", seed=31)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 40 MB."""
    path = tmp_path_factory.mktemp("large") / "measured.csv"
    path.write_bytes(words(SIZE))
    return path


class Network:
    """What lies between the person's browser and the portal."""

    def __init__(self, person: Person) -> None:
        self.session = person.context.new_cdp_session(person.page)

    def slow(self, bytes_a_second: int) -> None:
        """It takes no more than so much."""
        self._is(offline=False, upload=bytes_a_second)

    def away(self) -> None:
        self._is(offline=True, upload=-1)

    def _is(self, *, offline: bool, upload: int) -> None:
        now = {"offline": offline, "latency": 5, "downloadThroughput": -1, "uploadThroughput": upload}
        self.session.send("Network.enable")
        self.session.send("Network.emulateNetworkConditions", now)


def choose(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def arrived(page: Page) -> int:
    """Bytes of which the bar knows."""
    return int(float(page.locator("progress").evaluate("bar => bar.value") or 0))


def sha256_of(person: Person) -> str:
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="measured.csv").first.click()
    return hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest()


def ready(person: Person) -> Page:
    applying.sign_up(person, "Mette Holm")
    applying.register(person, SELF)
    applying.describe(person, SELF)
    return person.go("/documents/upload/")


def test_a_large_file_survives_a_lost_network_and_a_reload(someone: Callable[..., Person], measured: Path) -> None:
    person = someone("large@skagen.example")
    page = ready(person)
    person.see("up to 2,000 MB, or 20 MB where the browser runs no JavaScript")
    network = Network(person)
    network.slow(8 * MB)
    choose(page, measured)
    person.choose("TLP:GREEN")
    page.get_by_role("button", name="Upload the document").click()
    eventually(lambda: arrived(page) > 5 * MB)
    network.slow(MB // 4)
    expect(page.locator("[data-large-said]")).to_have_text(
        re.compile(r"\d+ of 40 MB(, (about \d+ minutes?|less than a minute) left)?")
    )
    person.check_both("a large file on its way")

    page.get_by_role("button", name="Pause").click()
    person.see("Paused. What has arrived is kept for a week.")
    person.check_both("a paused upload")
    page.get_by_role("button", name="Continue").click()
    before = arrived(page)
    eventually(lambda: arrived(page) > before)

    network.away()
    person.see("The network is away. The upload goes on by itself when it is back.")
    person.check_both("an upload without a network")
    network.slow(MB // 4)
    lost = arrived(page)
    eventually(lambda: arrived(page) > lost)

    page.reload()
    network.slow(64 * MB)
    person.see("Unfinished uploads")
    person.see("Choose the same file to go on")
    person.check_both("unfinished uploads")
    person.follow("Go on with “measured.csv”")
    person.check_both("going on with an upload")
    sent = counted(page)
    choose(page, measured)
    page.get_by_role("button", name="Go on with the upload").click()
    page.wait_for_url(re.compile(r"/documents/[0-9a-f-]{36}/$"))
    assert "POST" not in sent["methods"]
    assert sent["parts"] < SIZE // (4 * MB), "what had arrived is not sent again"
    expect(page.get_by_text("SHA-256").first).to_be_visible()
    person.see("TLP:GREEN")
    person.check_both("a large document")
    assert sha256_of(person) == hashlib.sha256(measured.read_bytes()).hexdigest()
    assert person.problems == []


def counted(page: Page) -> dict[str, Any]:
    """What the page sends to the addresses of uploads from now on."""
    found: dict[str, Any] = {"methods": set(), "parts": 0}

    def note(request: Any) -> None:
        if "/documents/large/" in request.url:
            found["methods"].add(request.method)
            found["parts"] += request.method == "PATCH"

    page.on("request", note)
    return found


def test_on_a_phone_another_file_is_not_taken_for_it_and_cancelling_removes_it(
    someone: Callable[..., Person], measured: Path, tmp_path: Path
) -> None:
    person = someone("large-phone@skagen.example", size="phone")
    page = ready_elsewhere(person)
    network = Network(person)
    network.slow(8 * MB)
    choose(page, measured)
    page.get_by_role("button", name="Upload the document").click()
    eventually(lambda: arrived(page) > 9 * MB)
    network.slow(MB)
    person.go("/documents/")
    person.follow("Go on with “measured.csv”")
    other = tmp_path / "measured.csv"
    other.write_bytes(words(SIZE, start=1))
    choose(page, other)
    page.get_by_role("button", name="Go on with the upload").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This is not the same file. Choose the one that you began to upload."
    )
    person.check_page("another file on a phone")
    person.press("Cancel the upload")
    person.see("The upload of “measured.csv” is cancelled.")
    assert page.get_by_text("Unfinished uploads").count() == 0
    assert person.problems == []


def ready_elsewhere(person: Person) -> Page:
    other = applying.Identity("Skagen Institute for Short Measurements", seed=33)
    applying.sign_up(person, "Jens Holm")
    applying.register(person, other)
    applying.describe(person, other)
    return person.go("/documents/upload/")


def test_a_large_file_answers_a_question(someone: Callable[..., Person], measured: Path) -> None:
    person = someone("large-answer@skagen.example")
    other = applying.Identity("Skagen Institute for Large Answers", seed=37)
    applying.sign_up(person, "Lis Holm")
    applying.register(person, other)
    applying.describe(person, other)
    application = applying.begin(person, check=False)
    page = person.go(f"{application}sections/incident_response/")
    asked = applying.question(person, "incident_plan")
    asked.locator("input[type=file]").set_input_files(measured)
    with page.expect_navigation():
        asked.get_by_role("button", name="Upload the document").click()
    eventually(lambda: _named(person))
    person.check_both("section with a large document")
    assert person.problems == []
    assert page.url.endswith("/sections/incident_response/")


def _named(person: Person) -> bool:
    """Whether the page, loaded again, offers the document as an answer."""
    person.page.reload()
    box = applying.question(person, "incident_plan").get_by_label("measured.csv")
    return box.count() > 0 and box.first.is_checked()


def test_without_a_script_the_form_says_what_it_takes(someone: Callable[..., Person]) -> None:
    person = someone("large-plain@skagen.example", scripts=False)
    other = applying.Identity("Skagen Institute for Plain Measurements", seed=35)
    applying.sign_up(person, "Ida Holm")
    applying.register(person, other)
    applying.describe(person, other)
    page = person.go("/documents/upload/")
    person.see("up to 2,000 MB, or 20 MB where the browser runs no JavaScript")
    page.locator("input[type=file]").set_input_files(
        {"name": "small.csv", "mimeType": "text/csv", "buffer": words(5 * MB)}
    )
    person.press("Upload the document")
    person.see("“small.csv” is stored.")
