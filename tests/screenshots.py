"""`make screenshots`: the README's pictures, taken from a demonstration that is set up for it and thrown away."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from portal.local import machine
from portal.local.environment import for_tests
from portal.local.servers import Servers

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
DATABASE = "portal_pictures"
SHOTS = (
    ("reviewer@fao.example", "/admin/partners/application/", "td a[href*='/change/']", "desk"),
    ("member@oversight.example", "/oversight/", "", "oversight"),
)
"""Whose sign-in, which page, which link to follow from it, and the picture's name."""


def main() -> int:
    """Set up, take the pictures, take everything down again."""
    chromium = machine.chromium()
    if chromium is None:
        print("No Chromium was found. Install one (Debian: apt-get install chromium) or name the program in CHROMIUM.")
        return 1
    servers = Servers("test")
    with tempfile.TemporaryDirectory() as scratch:
        for folder in ("files", "static"):
            (Path(scratch) / folder).mkdir()
        addresses = servers.lease()
        os.environ.update(for_tests(addresses, database=DATABASE, redis_number=14, scratch=scratch))
        import django

        django.setup()
        _take(chromium, Path(scratch))
    return 0


def _take(chromium: str, scratch: Path) -> None:
    from tests.journeys import stack as stacks

    os.environ["DEMO_FILE"] = str(scratch / "demo.json")
    stack = stacks.build(scratch, DATABASE, stacks.own_database(DATABASE))
    try:
        print("Telling the demonstration's story …", flush=True)
        stack.manage("prepare_demo")
        stack.manage("setup_schedule")
        stacks.run(stack)
        _photograph(chromium, stack.url, json.loads((scratch / "demo.json").read_text()))
    finally:
        stack.stop()
        with suppress(Exception):
            stacks.drop_database(DATABASE)


def _photograph(chromium: str, url: str, people: list[dict[str, str]]) -> None:
    from playwright.sync_api import sync_playwright

    from tests.fixtures import BROWSER_ARGUMENTS
    from tests.journeys.person import Person

    PICTURES.mkdir(parents=True, exist_ok=True)
    known = {person["email"]: person for person in people if person.get("email")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        for email, path, link, name in SHOTS:
            context = browser.new_context(viewport={"width": 1280, "height": 960}, locale="en-GB")
            page = context.new_page()
            secret = known[email].get("totp_secret") or ""
            person = Person(context, page, url, email, password=known[email]["password"], totp_secret=secret)
            person.sign_in()
            person.go(path)
            if link:
                page.locator(link).first.click()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/pictures/{name}.png", flush=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
