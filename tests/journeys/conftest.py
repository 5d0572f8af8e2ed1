"""Browser journeys: a running portal for the session, and people with browsers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from playwright.sync_api import Browser, expect

from tests.journeys import stack as stacks
from tests.journeys.person import Person

expect.set_options(timeout=60_000)
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 812}}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys in one worker, before the workers are given their groups: they share one running portal."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="session")
def portal(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[stacks.Stack]:
    """The portal, running, with the rulebook in force, the bodies of the scheme and their staff.

    JOURNEY_STACK names the file of a stack that `python -m tests.journeys.stack` keeps running.
    """
    if kept := os.environ.get("JOURNEY_STACK"):
        yield stacks.running(Path(kept))
        return
    name = f"journey_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        url = stacks.own_database(name)
    stack = stacks.build(tmp_path_factory.mktemp("portal"), name, url)
    try:
        stacks.fill(stack)
        stacks.run(stack)
        yield stack
    finally:
        stack.stop()
        with django_db_blocker.unblock():
            stacks.drop_database(name)


@pytest.fixture(scope="module")
def people(portal: stacks.Stack, browser: Browser) -> Iterator[Callable[..., Person]]:
    """As `someone`, for a journey of several tests: each person keeps their browser through all of them."""
    yield from _people(portal, browser)


@pytest.fixture
def someone(portal: stacks.Stack, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Make a person with a browser of their own; at the end, none of their pages may have had a barrier."""
    yield from _people(portal, browser)


def _people(portal: stacks.Stack, browser: Browser) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def make(email: str, *, size: str = "desk", scripts: bool = True, **known: Any) -> Person:
        known.pop("name", None)
        context = browser.new_context(viewport=SIZES[size], java_script_enabled=scripts, locale="en-GB")  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        page = context.new_page()
        person = Person(context, page, portal.url, email, scripts=scripts, **known)
        page.on("console", lambda message: _policy(person, message.text))
        page.on("pageerror", lambda error: person.problems.append(f"script error on {page.url}: {error}"))
        people.append(person)
        return person

    yield make
    for person in people:
        person.context.close()
    assert not [problem for person in people for problem in person.problems]


def _policy(person: Person, text: str) -> None:
    if "Content Security Policy" in text:
        person.problems.append(f"blocked by the policy on {person.page.url}: {text}")
