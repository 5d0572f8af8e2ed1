"""Every URL × every persona × method, against the rows in tests/contracts/matrix."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.core.verdicts import Refused
from tests.contracts.addresses import addresses
from tests.contracts.matrix import KEPT_OUT, OK, SECOND_FACTOR, SIGN_IN, Expect, Row, all_rows
from tests.contracts.worlds import ROWS, db, every_row, path_of, rolled_back, world, worlds
from tests.world import World

__all__ = ["db", "world", "worlds"]

METHODS = ("get", "post")
LED_ON: dict[str, str] = {}
"""Persona → where the desk's sign-in leads on to. It depends on who asks alone, so each is followed there once."""
LIBRARIES = ("admin", "mfa_", "account", "socialaccount_", "usersessions_", "idp:", "saml_", "openid_")


def test_every_url_has_exactly_one_row() -> None:
    known = addresses()
    missing = sorted(set(known) - set(ROWS))
    stale = sorted(set(ROWS) - set(known))
    twice = [url for url, count in Counter(row.url for row in all_rows()).items() if count > 1]
    assert not missing, "Add rows to tests/contracts/matrix for: " + ", ".join(missing)
    assert not stale, "These rows belong to no URL: " + ", ".join(stale)
    assert not twice, "These URLs have more than one row: " + ", ".join(twice)


@every_row()
def test_who_may(url: str, world: World) -> None:
    row = ROWS[url]
    path = path_of(row, world)
    wrong = [line for method in METHODS for line in _differences(world, row, method, getattr(row, method), path)]
    for method, expected in row.others.items():
        wrong += _differences(world, row, method, expected, path)
    assert not wrong, f"{url} ({path}):\n  " + "\n  ".join(wrong)


@every_row()
def test_other_methods_let_nobody_in(url: str, world: World) -> None:
    row = ROWS[url]
    if row.url.startswith(LIBRARIES):
        return  # their views take PUT for POST, and are held by POST's row
    path = path_of(row, world)
    allowed = next((name for name in row.get.asked if OK in row.get.of(name)), "anonymous")
    for method in {"put", "patch", "delete"} - set(row.others):
        got, _ = _ask(world, allowed, method, path, row)
        if method == "put" and OK in row.post.of(allowed):
            continue  # Django's form views take PUT for POST
        assert got != OK, f"{method.upper()} {path} let {allowed} in"


def _differences(world: World, row: Row, method: str, expected: Expect, path: str) -> list[str]:
    wrong = []
    for persona in _asked(row, expected):
        wanted = expected.of(persona)
        got, problem = _ask(world, persona, method, path, row)
        if got not in wanted:
            wrong.append(f"{method.upper()} {persona}: {got}, expected {' or '.join(sorted(wanted))}")
        elif problem:
            wrong.append(f"{method.upper()} {persona}: {problem}")
    return wrong


def _asked(row: Row, expected: Expect) -> tuple[str, ...]:
    """Everybody that the expectation is about; for a method that is not there, a visitor and who may most."""
    if expected.others is not KEPT_OUT:
        return expected.asked
    most = [name for shown in (row.get, row.post) for name in shown.asked if OK in shown.of(name)]
    return tuple(dict.fromkeys(["anonymous", *most[:1], *most[-1:]]))


def _ask(world: World, persona: str, method: str, path: str, row: Row) -> tuple[str, str]:
    """(outcome, problem): what the persona got, and what is wrong with the answer itself."""
    client = world.client(persona)
    data = dict(row.data(world)) if row.data and method != "get" else {}
    how: dict[str, Any] = {"content_type": "application/json"} if row.json and method != "get" else {}
    cache.clear()  # the limits on how often are tested elsewhere
    with rolled_back():
        response = getattr(client, method)(path, data, **how)
        return _outcome(client, persona, response), _problem(response)


def _outcome(client: Client, persona: str, response: Any) -> str:
    if response.status_code in (301, 302, 303, 307, 308):
        target = urlsplit(response["Location"])
        if target.path == reverse("admin:login"):
            if persona not in LED_ON:
                LED_ON[persona] = _outcome(client, persona, client.get(response["Location"]))
            return LED_ON[persona]
        known = {reverse("account_login"): SIGN_IN, reverse("second_factor"): SECOND_FACTOR}
        return known.get(target.path, OK)
    # 400, 409 and 422 are answers of a page to somebody whom it heard.
    return OK if response.status_code < 300 or response.status_code in (400, 409, 422) else str(response.status_code)


def _problem(response: Any) -> str:
    """A refusal must carry its reason."""
    if response.status_code != 403:
        return ""
    if response["Content-Type"].startswith(("application/json", "application/problem+json")):
        said = response.json()  # streams of signals speak as RFC 8935 does
        return "" if said.get("detail") or said.get("description") else "403 without a reason"
    verdict = (response.context or {}).get("verdict") if response.context else None
    return "" if verdict is not None and str(verdict.reason) else "403 without a reason"


def test_refused_carries_a_verdict() -> None:
    """What the rows' 403 rests on: a refusal cannot be made without its verdict."""
    with pytest.raises(TypeError):
        Refused()  # type: ignore[call-arg]
