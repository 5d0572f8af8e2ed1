"""A person at a browser: signs in, reads mail in the demo's mailbox, and checks each page for barriers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import BrowserContext, Page, expect

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
T = TypeVar("T")


def totp(secret: str) -> str:
    """The code that an authenticator app shows now for the secret."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def eventually(
    look: Callable[[], T | None], seconds: float = 30, every: float = 0.3
) -> T:
    """Ask again until the answer is not empty: for what the worker or the scheduler brings about."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(every)
    raise AssertionError("It did not come about in time.")


@dataclass
class Person:
    """Someone with a browser of their own."""

    context: BrowserContext
    page: Page
    base: str
    email: str
    password: str = "correct-horse-battery-staple"
    totp_secret: str = ""
    problems: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.page

    def see(self, text: str) -> None:
        """The text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def check_page(self, name: str) -> None:
        """No barrier at WCAG 2.2 AA, nothing wider than the screen, nothing that the policy blocked."""
        # Evaluated, not added as a script: the page's policy rightly refuses scripts that it did not send.
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("(tags) => axe.run(document, {runOnly: tags})", WCAG)
        for violation in found["violations"]:
            targets = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            self.problems.append(
                f"{name}: {violation['id']}: {violation['help']} at {targets}"
            )
        wide = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 1:
            self.problems.append(f"{name}: {wide} pixels wider than the screen")


def mail_link(person: Person, to: str, pattern: str) -> str:
    """The address in the newest message to `to` that matches the pattern."""

    def look() -> str | None:
        person.go(f"/mailbox/?q={to}")
        for link in person.page.locator("main a[href*='/mailbox/']").all():
            address = link.get_attribute("href") or ""
            if not re.search(r"/mailbox/[^/?]+/?$", address):
                continue
            person.go(address)
            text = person.page.locator("main").inner_text()
            if match := re.search(pattern, text):
                return match.group(0)
            return None
        return None

    return eventually(look)
