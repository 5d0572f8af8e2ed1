"""An institution has a key of its own machine registered and takes the credential of its grant, as its people do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.local.paths import ROOT
from tests.journeys.person import Person
from tests.journeys.stack import Stack
from tests.journeys.test_people import STAFF


@pytest.fixture
def ready(portal: Stack) -> dict[str, Any]:
    """A partner with a grant in force, and its administrator."""
    prepare = f"{STAFF}staff.prepare_people(10000, 'LT', 'Modelių biuras')"
    printed = portal.manage("shell", "--no-imports", "-c", prepare)
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def test_a_key_is_registered_and_the_credential_taken(
    someone: Callable[..., Person], ready: dict[str, Any], tmp_path: Path
) -> None:
    keeper = someone(**ready["administrator"])
    keeper.sign_in()
    page = keeper.go("/grants/")
    keeper.turn(page.locator(":is(main, #main)").get_by_role("link", name=re.compile(r"G-\d{4}-\d+")).first)
    keeper.turn(page.get_by_role("link", name="Credentials", exact=True))
    keeper.check_both("credentials before the first key")
    address = page.url.removeprefix(keeper.base)
    keeper.confirm()
    keeper.go(address)
    asked = page.locator("#command").inner_text()
    audience, nonce = re.findall(r"--audience (\S+) --nonce (\S+)", asked)[0]
    _run(tmp_path, "key", "holder.pem")
    keeper.fill("What the key is called here", "Evaluation cluster")
    keeper.fill(
        "What the program printed", _run(tmp_path, "prove", "holder.pem", "--audience", audience, "--nonce", nonce)
    )
    keeper.press("Register the key")
    keeper.see("The key is registered")
    keeper.check_both("credentials")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the credential").click()
    assert Path(taken.value.path()).read_text().count("~") >= 4
    keeper.turn(page.get_by_role("link", name="Withdraw this key"))
    keeper.check_both("withdrawing a key")
    keeper.fill("Why you withdraw it", "The cluster was sold.")
    keeper.press("Withdraw the key")
    keeper.see("No credential bound to it is valid any more")
    keeper.check_both("former credentials")


def _run(folder: Path, *words: str) -> str:
    program = [sys.executable, str(ROOT / "docs" / "example_holder.py"), *words]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
