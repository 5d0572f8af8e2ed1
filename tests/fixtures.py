"""Fixtures that every test may use: clients for people and machines, and the world of personas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import sql
from django.core.management.commands import flush
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from portal.api import tally
from portal.core.actors import Actor
from tests import world as worlds

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for a module. While it is there, an event loop runs in this thread: no second one, no queries."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def client_for(db: None) -> Callable[[Actor], Client]:
    """`client_for(actor)`: signed in as the actor, in their body, with a second factor unless their roles sleep."""
    return worlds.client_for


@pytest.fixture
def world(db: None) -> worlds.World:
    """Two bodies of each kind, and for every role an owner, a colleague and a stranger."""
    return worlds.World()


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests with real transactions empty the tables afterwards by TRUNCATE, which the append-only triggers refuse."""
    plain = sql.sql_flush

    def flushed(style: Any, connection: Any, *args: Any, **kwargs: Any) -> list[str]:
        statements = plain(style, connection, *args, **kwargs)
        if not statements:
            return statements
        return ["SET session_replication_role = replica", *statements, "SET session_replication_role = origin"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", flushed)
        yield


@pytest.fixture(autouse=True)
def _no_counts_left() -> Iterator[None]:
    """What this process counted of answers at the gate ends with the test that asked."""
    yield
    tally.forget()


__all__ = ["browser", "client_for", "world"]
