"""A batch that is read in one go is read as if item by item; whatever would not fit there is not read in one go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api.usage.batch import read_whole
from portal.api.usage.events import _one_by_one, parsed, read_batch
from portal.api.usage.shape import MOST, SCHEMA_PATH, TYPE

SOURCE = "https://portal.example/o/clients/gateway"


def event(**data: Any) -> dict[str, Any]:
    """A window that fits, with some of its data changed."""
    window = {
        "partner": "529900T8BM49AURSDO55",
        "release": "frontier-1",
        "environment": "lab",
        "use_case": "evaluation",
        "data_class": "synthetic",
        "started_at": "2026-11-27T06:00:00Z",
        "ended_at": "2026-11-27T06:01:00Z",
    }
    return {"specversion": "1.0", "id": "w-1", "source": SOURCE, "type": TYPE, "data": {**window, **data}}


def outer(**attributes: Any) -> dict[str, Any]:
    return {**event(), **attributes}


def body_of(*events: Any) -> bytes:
    return json.dumps(events).encode()


FITTING = [
    event(),
    event(requests=10, tokens_in=900, tokens_out=80, seats=3, denied=1, country="NO", workload="ci-1"),
    event(person="0192d3f8-7b1c-7c3e-9f00-0242ac120002", country="", workload="", person_is=None)
    | {"data": event()["data"]},
    outer(time="2026-11-27T06:01:02.5Z", datacontenttype="application/json"),
    outer(dataschema=f"https://portal.example{SCHEMA_PATH}"),
    outer(id="A" * 120),
]
UNFIT: list[Any] = [
    event(partner="lab\n"),
    event(partner="lab\tx"),
    event(partner="lаb"),  # a Cyrillic letter
    event(use_case="Evaluation"),
    event(person="nobody"),
    event(country="no"),
    event(country="NO\n"),
    event(workload="a b"),
    event(requests=-1),
    event(requests=10**9 + 1),
    event(requests=10**30),
    event(requests=True),
    event(requests="1"),
    event(requests=1.5),
    event(requests=None),
    event(started_at="2" * 41),
    event(started_at=None),
    event(prompt="What was asked"),
    outer(id="a b"),
    outer(id=""),
    outer(id="w-1 w-2"),
    outer(id="a\n"),
    outer(id="A" * 121),
    outer(source="https://elsewhere.example"),
    outer(source=f"{SOURCE}\n"),
    outer(type="org.example.other"),
    outer(specversion="1.1"),
    outer(specversion=1.0),
    outer(datacontenttype="text/plain"),
    outer(dataschema=f"https://portal.example{SCHEMA_PATH}\n"),
    outer(time="2026-11-27T06:01:02Z\n"),
    outer(time=None),
    outer(data=None),
    outer(data=[]),
    outer(subject="somebody"),
    [],
    "window",
    None,
]


@pytest.mark.parametrize("one", FITTING)
def test_what_fits_is_read_in_one_go_and_as_if_item_by_item(one: dict[str, Any]) -> None:
    body = body_of(event(), one)
    sent = read_whole(body, SOURCE)
    assert sent is not None
    assert list(enumerate(sent)) == _one_by_one(parsed(body), SOURCE).sent


@pytest.mark.parametrize("one", UNFIT, ids=repr)
def test_what_does_not_fit_is_not_read_in_one_go(one: Any) -> None:
    """And the others beside it are read all the same, as they were told."""
    body = body_of(event(), one, outer(id="w-3"))
    assert read_whole(body, SOURCE) is None
    read = read_batch(body, SOURCE)
    assert {0, 2} <= {place for place, _window in read.sent}


def without(name: str) -> dict[str, Any]:
    made = event()
    del (made["data"] if name in made["data"] else made)[name]
    return made


@pytest.mark.parametrize("name", ["partner", "started_at", "id", "source", "type", "specversion", "data"])
def test_what_has_to_be_there_is_missed(name: str) -> None:
    body = body_of(without(name))
    assert read_whole(body, SOURCE) is None
    assert set(read_batch(body, SOURCE).problems) == {0}


RAW: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("no JSON", lambda body: body[:-1]),
    ("more behind it", lambda body: body + b"x"),
    ("not UTF-8", lambda body: body.replace(b"lab", b"l\xffb")),
    ("a lone surrogate", lambda body: body.replace(b"lab", rb"l\ud800b")),
    ("nested deeply", lambda body: body.replace(b'"lab"', b"[" * 5000 + b"]" * 5000)),
    ("a mark in front", lambda body: b"\xef\xbb\xbf" + body),
    ("an object", lambda _body: b"{}"),
    ("nothing", lambda _body: b""),
]


@pytest.mark.parametrize("spoil", [spoil for _name, spoil in RAW], ids=[name for name, _spoil in RAW])
def test_a_body_that_is_no_batch_is_left_to_the_one_who_can_say_so(spoil: Callable[[bytes], bytes]) -> None:
    assert read_whole(spoil(body_of(event())), SOURCE) is None


def test_the_last_of_two_values_of_the_same_name_counts_either_way() -> None:
    body = body_of(event()).replace(b'"environment": "lab"', b'"environment": "lab", "environment": "other"')
    sent = read_whole(body, SOURCE)
    assert sent is not None
    assert [each.environment for each in sent] == ["other"]
    assert list(enumerate(sent)) == _one_by_one(parsed(body), SOURCE).sent


def test_no_more_events_are_read_than_a_batch_may_have() -> None:
    assert len(read_whole(body_of(*[event()] * MOST), SOURCE) or ()) == MOST
    assert read_whole(body_of(*[event()] * (MOST + 1)), SOURCE) is None


def test_a_batch_of_none_is_one() -> None:
    assert read_whole(b"[]", SOURCE) == []


KNOWN = {"specversion", "id", "source", "type", "datacontenttype", "dataschema", "time", "data"}
DATA = {*event()["data"], "person", "workload", "country", "requests", "tokens_in", "tokens_out", "seats", "denied"}
TEXT = st.one_of(
    st.sampled_from(["lab", "evaluation", "NO", "", "a b", "x\n", "Ω", "0192d3f8-7b1c-7c3e-9f00-0242ac120002"]),
    st.text(max_size=6),
)
VALUE = st.one_of(TEXT, st.integers(-1, 10**13), st.floats(0, 9), st.booleans(), st.none())
NAMES = ["partner", "release", "use_case", "person", "workload", "country", "started_at", "requests", "seats", "other"]
ATTRIBUTES = ["id", "source", "type", "time", "dataschema", "datacontenttype", "specversion", "data", "subject"]
EVENTS = st.builds(
    lambda data, attributes: outer(**{"data": event(**data)["data"], **attributes}),
    st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=2),
    st.dictionaries(st.sampled_from(ATTRIBUTES), VALUE, max_size=1),
)


@given(st.lists(EVENTS, max_size=3))
@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_both_ways_of_reading_agree_on_anything(events: list[dict[str, Any]]) -> None:
    body = body_of(*events)  # what is unknown and harmless is left out item by item, and only there
    sent, slowly = read_whole(body, SOURCE), _one_by_one(parsed(body), SOURCE)
    assert (sent is None) or (list(enumerate(sent)) == slowly.sent and not slowly.problems)
    if not slowly.problems and all(set(each) <= KNOWN and set(each["data"]) <= DATA for each in events):
        assert sent is not None
