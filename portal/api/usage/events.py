"""CloudEvents 1.0 (JSON event format, JSON batch format, HTTP binary mode) into windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import SchemaValidator, ValidationError, from_json
from pydantic_core import core_schema as shapes

from grants.rules.private import looks_private
from grants.rules.usage import Problem, Sent
from portal.api.usage.batch import read_whole
from portal.api.usage.shape import (
    EVENT_ID,
    MOST,
    NUMBERS,
    OPTIONAL_TEXTS,
    SCHEMA,
    STAMP,
    TEXTS,
    TIMES,
    TYPE,
    WINDOW,
    Read,
    text,
    unfit,
    values,
)
from portal.api.usage.shape import without_unknown as known_part

_DATA = (*TEXTS, *TIMES, *OPTIONAL_TEXTS, *NUMBERS)


def _literal(expected: str, *, required: bool = True) -> Any:
    return shapes.typed_dict_field(shapes.literal_schema([expected]), required=required)


_FIELDS = {
    "specversion": _literal("1.0"),
    "id": text(EVENT_ID),
    "source": shapes.typed_dict_field(shapes.str_schema(max_length=300, strict=True), required=True),
    "type": _literal(TYPE),
    "datacontenttype": _literal("application/json", required=False),
    "dataschema": shapes.typed_dict_field(shapes.str_schema(pattern=SCHEMA, strict=True), required=False),
    "time": shapes.typed_dict_field(shapes.str_schema(pattern=STAMP, strict=True), required=False),
}
_EVENT = shapes.typed_dict_schema(
    {**_FIELDS, "data": shapes.typed_dict_field(WINDOW, required=True)}, extra_behavior="forbid"
)
_event = SchemaValidator(_EVENT)


class NoBatch(ValueError):
    """The body is no JSON of the kind that was announced, or holds more than it may."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.status, self.code, self.detail = status, code, detail
        super().__init__(detail)


def read_batch(body: bytes, source: str) -> Read:
    """A batch. Raises NoBatch."""
    sent = read_whole(body, source)
    return _one_by_one(parsed(body), source) if sent is None else Read(list(enumerate(sent)))


def read_one(body: bytes, source: str) -> Read:
    """One structured event. Raises NoBatch."""
    return _one_by_one([parsed(body)], source)


def read_binary(headers: Mapping[str, str], body: bytes, source: str) -> Read:
    """One event whose attributes are headers (`ce-…`) and whose data is the body. Raises NoBatch."""
    attributes = {name[3:].lower(): value for name, value in headers.items() if name.lower().startswith("ce-")}
    return _one_by_one([{**attributes, "data": parsed(body)}], source)


def parsed(body: bytes) -> Any:
    """The JSON in the body (RFC 8259: no NaN, no lone surrogates; 200 levels at most). Raises NoBatch."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise NoBatch(400, "malformed", "Send JSON in UTF-8, as RFC 8259 has it, and not nested deeply.") from error


def _one_by_one(events: Any, source: str) -> Read:
    if not isinstance(events, list):
        raise NoBatch(400, "malformed", "Send a list of events.")
    if len(events) > MOST:
        raise NoBatch(413, "too_many_events", f"A batch has at most {MOST} events.")
    read = Read()
    for place, event in enumerate(events):
        read.take(place, _window_of(event, source))
    return read


def _window_of(event: Any, source: str) -> Sent | Problem:
    if not isinstance(event, dict):
        return Problem("malformed", "Each item is an event: a JSON object.")
    outer = known_part(event, (*_FIELDS, "data"))
    if isinstance(outer, Problem):
        return outer
    data = outer.get("data")
    if isinstance(data, dict):
        inner = known_part(data, _DATA)
        if isinstance(inner, Problem):
            return inner
        outer["data"] = inner
    elif data is not None:
        return looks_private("data", data) or Problem("malformed", "data: Send an object.")
    try:
        fitting = _event.validate_python(outer)
    except ValidationError as error:
        return _unfit(error, outer)
    if fitting["source"] != source:
        return Problem("wrong_source", f"The source of your events is {source}.")
    return Sent(fitting["id"], *values(fitting["data"]))


def _unfit(error: ValidationError, event: dict[str, Any]) -> Problem:
    """What does not fit; a type or schema that is not ours is told as such."""
    problem = unfit(error, event)
    wrong = {item["loc"][0] for item in error.errors(include_url=False, include_context=False, include_input=False)}
    if problem.code == "malformed" and wrong <= {"type", "dataschema"}:
        return Problem("wrong_type", f"Send events of the type {TYPE}.")
    return problem
