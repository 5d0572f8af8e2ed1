"""The gallery, in a real browser: no barrier, nothing refused by the content security policy, light to send."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from portal.ui.tokens import PROJECT

BUILD = PROJECT / "portal" / "ui" / "static" / "build"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIRST_VISIT = ("portal.css", "portal.js", "htmx.js", "icons.svg", "favicon.svg")


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


def sent(path: Path) -> int:
    """Bytes over the wire."""
    data = path.read_bytes()
    return len(data) if path.suffix == ".woff2" else len(gzip.compress(data, 9))


@pytest.mark.django_db
def test_there_is_no_gallery_outside_a_demonstration(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert client.get("/gallery/").status_code == 404


@pytest.mark.django_db
def test_the_gallery_has_no_inline_style_or_handler(client: Client, demo: None) -> None:
    html = client.get("/gallery/").content.decode()
    assert ' style="' not in html
    assert " onclick" not in html
    assert "<c-" not in html, "a component was not found"


@pytest.mark.django_db
def test_a_chart_brings_its_table(client: Client, demo: None) -> None:
    html = client.get("/gallery/").content.decode()
    figure = html[html.index("<figure") : html.index("</figure>")]
    assert "Q4 25" in figure[figure.index("<table") :]


def test_a_first_visit_is_light() -> None:
    page = sum(sent(BUILD / name) for name in FIRST_VISIT)
    font = sent(BUILD / "fonts" / "public-sans-latin-wght-normal.woff2")
    assert sent(BUILD / "portal.css") <= 45_000
    assert page + font + 12_000 <= 150_000, "style, scripts, icons, one font and a page of 12 kB"
    upload = sent(BUILD / "large.js")
    assert page + font + 12_000 + upload <= 150_000, "a page for uploads, with the script that sends them in parts"


@pytest.fixture
def page(browser: Any, served: str, demo: None) -> Iterator[Page]:
    opened = browser.new_page()
    opened.told = []
    opened.on("console", lambda message: opened.told.append(message.text))
    opened.on("pageerror", lambda error: opened.told.append(str(error)))
    opened.address = f"{served}/gallery/"
    yield opened
    opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375, 320])
def test_axe_finds_nothing_and_nothing_overflows(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(page.address)
    page.wait_for_selector("[data-chart-canvas] svg")
    assert page.locator("[data-chart-canvas] svg").count() == 4, "a chart of each kind is drawn"
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.told == []


@pytest.mark.browser
def test_the_menu_on_a_phone_opens_by_keyboard_and_closes_on_escape(page: Any) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(page.address)
    summary = page.locator(".tp-masthead__phone > summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(".tp-masthead__phone").get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert page.locator(".tp-masthead__phone").get_attribute("open") is None


@pytest.mark.browser
def test_keys_walk_through_a_queue(page: Any) -> None:
    page.goto(page.address)
    page.wait_for_function(
        "document.querySelector('[data-queue-switch]') && !document.querySelector('[data-queue-switch]').hidden"
    )
    page.locator("h1").first.click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "Nordfjord Institute for Machine Safety"
    page.locator("[data-queue-switch]").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.hasAttribute('data-queue-switch')")
