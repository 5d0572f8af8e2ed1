"""Whatever is typed into a form or an address: an answer that is no 5xx, and nothing of it comes back as markup.

The rows of the matrix say who gets to each form. That person sends, in place of what the row sends, strings that are
known to break programs, values of the wrong kind, and what Hypothesis thinks of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as markup

from tests.contracts.matrix import OK, Row
from tests.contracts.worlds import ROWS, db, every_row, path_of, rolled_back, world, worlds
from tests.world import World

__all__ = ["db", "world", "worlds"]
MARKUP = re.compile(r"<(?:script|img|svg|iframe|a|b|div|style|body|input|plaintext)\b", re.IGNORECASE)
WRONG = (
    "\x00",
    "</textarea><script>alert('tp')</script>",
    "{{ 7|add:7 }}{% debug %}",
    "9" * 400,
    "-1e308",
    "2026-02-30",
    "00000000-0000-0000-0000-000000000000",
    "x" * 70_000,
    "\u202e\ufeff\u0000\U0010ffff",
)
"""What every form gets, in each of its fields at once."""
LISTS = ("q", "page", "after", "before", "sort", "state", "export", "tab", "next", "version", "from", "to")
"""What addresses of lists take, besides the fields of their filters."""
ASKED = tuple(value for value in WRONG if len(value) < 1000)
PER_FORM = 4
"""Of the list of strings each form takes a few, the next form the next few: together they take every string."""


def _who(row: Row, method: str) -> str | None:
    expected = getattr(row, method)
    return next((name for name in expected.asked if OK in expected.of(name)), None)


def takes_input(row: Row) -> bool:
    """Whether it has a form of ours. The stock addresses of the admin have none (their POST is a GET)."""
    stock = row.url.startswith("admin/") or row.url.endswith(("_changelist", "_history"))
    return not stock and _who(row, "post") is not None


def answers(row: Row) -> bool:
    return not row.url.startswith("admin/") and _who(row, "get") is not None


@every_row(takes_input)
def test_no_input_breaks_a_form(url: str, world: World) -> None:
    form = Form(ROWS[url], world)
    wrong = [line for value in WRONG for line in form.send(dict.fromkeys(form.names, value))]
    wrong += form.send_raw(b"&".join(name.encode() + b"=%ED%A0%80%FF" for name in form.names))
    value = st.text(max_size=60) | st.integers().map(str) | st.dates().map(str) | st.floats().map(str)
    other = st.fixed_dictionaries({}, optional=dict.fromkeys(form.names, st.lists(value, min_size=1, max_size=2)))

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(other)
    def tried(values: dict[str, list[str]]) -> None:
        assert form.send({**form.right, **values}) == []

    assert wrong == []
    tried()


@pytest.mark.shared_data
@every_row(takes_input)
def test_no_naughty_string_breaks_a_form(url: str, world: World, shared_data: Path) -> None:
    form = Form(ROWS[url], world)
    wrong = [line for value in _share(shared_data, url) for line in form.send(dict.fromkeys(form.names, value))]
    assert wrong == []


@pytest.mark.shared_data
def test_together_the_forms_get_every_string(shared_data: Path) -> None:
    shares = [_share(shared_data, url) for url, row in ROWS.items() if takes_input(row)]
    assert {string for share in shares for string in share} == set(_strings(shared_data))


@every_row(answers)
def test_no_question_breaks_an_address(url: str, world: World) -> None:
    row = ROWS[url]
    who, path = str(_who(row, "get")), path_of(row, world)
    names = list(dict.fromkeys([*LISTS, *_fields(_page(world, who, path), "get")]))
    wrong = []
    for turn in (0, 3):  # each name gets two of the values, and never all the same
        sent = {name: ASKED[(turn + place) % len(ASKED)] for place, name in enumerate(names)}
        wrong += _problems(world, who, "get", f"{path}?{urlencode(sent)}", {}, *ASKED)
    assert wrong == []


class Form:
    """The form of a row: what the page asks for, and what the row sends."""

    def __init__(self, row: Row, world: World) -> None:
        self._row, self._world, self._who = row, world, str(_who(row, "post"))
        self._path = path_of(row, world)
        self.right: dict[str, Any] = dict(row.data(world)) if row.data else {}
        shown = _fields(_page(world, self._who, self._path), "post") if OK in row.get.of(self._who) else []
        self.names = list(dict.fromkeys([*self.right, *shown])) or ["reason"]

    def send(self, data: Mapping[str, Any]) -> list[str]:
        """What is wrong with the answer to the data."""
        values = [one for value in data.values() for one in (value if isinstance(value, list) else [value])]
        if self._row.json:
            return _problems(self._world, self._who, "post", self._path, dict(data), *values, json=True)
        return _problems(self._world, self._who, "post", self._path, dict(data), *values)

    def send_raw(self, body: bytes) -> list[str]:
        kind = "application/json" if self._row.json else "application/x-www-form-urlencoded"
        client = self._world.client(self._who)
        client.raise_request_exception = False
        with rolled_back():
            return list(_wrong(client.generic("POST", self._path, body, kind), ()))


def _page(world: World, who: str, path: str) -> bytes:
    """The page's content, or nothing where it is no page."""
    client = world.client(who)
    with rolled_back():
        response = client.get(path)
        kind = response.get("Content-Type", "")
        return b"" if response.streaming or not kind.startswith("text/html") else response.content


def _fields(page: bytes, method: str) -> list[str]:
    if not page.strip():
        return []
    forms = [form for form in markup.fromstring(page).forms if (form.method or "get").lower() == method]
    names = [name for form in forms for name in form.fields if name and name != "csrfmiddlewaretoken"]
    return list(dict.fromkeys(str(name) for name in names))


def _problems(
    world: World, who: str, method: str, path: str, data: dict[str, Any], *values: Any, json: bool = False
) -> list[str]:
    cache.clear()  # the limits on how often are tested elsewhere
    client = world.client(who)
    client.raise_request_exception = False
    how: dict[str, Any] = {"content_type": "application/json"} if json else {}
    with rolled_back():
        response = client.post(path, data, **how) if method == "post" else client.get(path)
        return [f"{line} for {list(data)} = {str(values)[:120]}" for line in _wrong(response, values)]


def _wrong(response: Any, values: Iterable[Any]) -> Iterator[str]:
    if response.status_code >= 500:
        yield (
            f"{response.status_code} {response.exc_info[1]!r:.300}" if response.exc_info else f"{response.status_code}"
        )
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return
    text = response.content.decode()
    for value in values:
        if isinstance(value, str) and len(value) > 8 and MARKUP.search(value) and value in text:
            yield f"{value!r} came back as markup"


def _strings(folder: Path) -> list[str]:
    strings: list[str] = json.loads((folder / "naughty-strings" / "blns.json").read_text())
    return strings


def _share(folder: Path, url: str) -> list[str]:
    strings, forms = _strings(folder), sorted(known for known, row in ROWS.items() if takes_input(row))
    begin = forms.index(url) * PER_FORM
    return [strings[(begin + step) % len(strings)] for step in range(PER_FORM)]
