"""A person at a browser: signs in, reads mail in the demo's mailbox, and checks each page for barriers."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import BrowserContext, Locator, Page, expect

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
T = TypeVar("T")
PASSWORD = "correct-horse-battery-staple"


def totp(secret: str) -> str:
    """The code that an authenticator app shows now for the secret."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def eventually(look: Callable[[], T | None], seconds: float = 90, every: float = 0.3) -> T:
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
    password: str = PASSWORD
    totp_secret: str = ""
    scripts: bool = True
    """Whether their browser runs any; axe is one, too."""
    problems: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.page

    def follow(self, name: str, *, exact: bool = False) -> Page:
        """Follow the link of that name."""
        return self.turn(self.page.get_by_role("link", name=name, exact=exact).first)

    def press(self, name: str, *, exact: bool = False) -> Page:
        """Press the button of that name, which sends a form."""
        return self.turn(self.page.get_by_role("button", name=name, exact=exact).first)

    def turn(self, control: Locator) -> Page:
        """Use a link or a button that leads to another page, and wait until that page is there.

        A click alone returns before: whoever then looks at the address sees the old one on a slow machine.
        """
        with self.page.expect_navigation():
            control.click()
        return self.page

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label).first.fill(value)

    def choose(self, label: str, *, within: str = "") -> None:
        """Tick the radio button or box of that label, in the question of that name where one is given."""
        place = self.page.get_by_role("group", name=within).first if within else self.page
        exact = place.get_by_label(label, exact=True)
        self.tick(exact.first if exact.count() else place.get_by_label(label).first)

    def tick(self, box: Locator) -> None:
        """Click the label of the box: the box itself is drawn by the style and lies outside the page."""
        if not box.is_checked():
            self.page.locator(f'label[for="{box.get_attribute("id")}"]').last.click()
        expect(box).to_be_checked()

    def sign_in(self) -> None:
        """Sign in by password and, where the account has one, by the code of its app."""
        self.go("/account/login/")
        self.fill("Email", self.email)
        self.fill("Password", self.password)
        self.press("Sign in", exact=True)
        expect(self.page).not_to_have_url(re.compile("/account/login/"))
        if self.totp_secret:
            self._give_code()

    def confirm(self) -> None:
        """Show the second factor again, where the page asks for it before it lets somebody sign."""
        link = self.page.get_by_role("link", name="Confirm and go on")
        if link.count():
            self.turn(link)
            self._give_code("Confirm")

    def _give_code(self, button: str = "Go on") -> None:
        """Enter the code of the app. Each counts once: where this one was used already, the next one comes soon."""
        for _ in range(2):
            self.page.get_by_label("code").first.fill(totp(self.totp_secret))
            self.press(button, exact=True)
            if "/2fa/" not in self.page.url:
                return
            time.sleep(30 - time.time() % 30 + 0.5)
        raise AssertionError(f"The code was refused: {self.page.url}")

    def status_of(self, path: str) -> int:
        """What the portal answers when this person opens the page."""
        answer = self.page.goto(f"{self.base}{path}")
        assert answer is not None
        return answer.status

    def check_both(self, name: str) -> None:
        """Check the page as it is, then at a phone's width."""
        wide = self.page.viewport_size
        assert wide is not None
        self.check_page(name)
        self.page.set_viewport_size({"width": 375, "height": 812})
        self.check_page(f"{name} on a phone")
        self.page.set_viewport_size(wide)

    def see(self, text: str) -> None:
        """The text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def check_page(self, name: str) -> None:
        """No barrier at WCAG 2.2 AA, nothing wider than the screen, nothing that the policy blocked."""
        if folder := os.environ.get("JOURNEY_PICTURES"):
            size = self.page.viewport_size or {"width": 0}
            self.page.screenshot(
                path=f"{folder}/{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{size['width']}.png", full_page=True
            )
        if not self.scripts:
            return
        # Evaluated, not added as a script: the page's policy rightly refuses scripts that it did not send.
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("(tags) => axe.run(document, {runOnly: tags})", WCAG)
        for violation in found["violations"]:
            targets = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            self.problems.append(f"{name}: {violation['id']}: {violation['help']} at {targets}")
        wide = self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 1:
            self.problems.append(f"{name}: {wide} pixels wider than the screen")


def mail_link(person: Person, to: str, pattern: str) -> str:
    """The address in the newest message to `to` that matches the pattern."""

    def look() -> str | None:
        person.go(f"/mailbox/?q={to}")
        for link in person.page.locator(":is(main, #main) a[href*='/mailbox/']").all():
            address = link.get_attribute("href") or ""
            if not re.search(r"/mailbox/[^/?]+/?$", address):
                continue
            person.go(address)
            text = person.page.locator(":is(main, #main)").inner_text()
            if match := re.search(pattern, text):
                return match.group(0)
            return None
        return None

    return eventually(look)
