"""The shape of a window as gateways send it, and how what does not fit is told. Compiled by pydantic-core.

A batch is read in one go (portal.api.usage.batch); only where something in it does not fit is it gone through item by
item (portal.api.usage.events).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal, get_args

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core import core_schema as shapes

from grants.rules.private import looks_private
from grants.rules.usage import MOST_REQUESTS, MOST_SEATS, MOST_TOKENS, Problem, Sent

Kind = Literal["org.trusted-partner-portal.usage.window.v1"]
TYPE: str = get_args(Kind)[0]
SCHEMA_PATH = "/usage/v1/schemas/window-1.json"
MOST = 5000
"""Events in one batch."""
SCHEMA = r"^[!-?A-~]{0,300}/usage/v1/schemas/window-1\.json$"
STAMP = "^[0-9TtZz:.+ -]{1,40}$"
"""The event's own time, of which nothing is made."""
EVENT_ID = "^[A-Za-z0-9._:/+=~-]{1,120}$"
NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
OPTIONAL_NAME = "^([A-Za-z0-9][A-Za-z0-9._-]{0,79})?$"
WORD = "^[a-z][a-z0-9_]{0,49}$"
ACCOUNT = "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"
COUNTRY = "^([A-Z]{2})?$"
TEXTS = {
    "partner": NAME, "release": NAME, "environment": NAME, "use_case": WORD, "data_class": WORD,
}  # fmt: skip
TIMES = ("started_at", "ended_at")
"""RFC 3339 with a zone: grants.rules.usage reads them."""
OPTIONAL_TEXTS = {"person": ACCOUNT, "workload": OPTIONAL_NAME, "country": COUNTRY}
NUMBERS = {
    "requests": MOST_REQUESTS, "tokens_in": MOST_TOKENS, "tokens_out": MOST_TOKENS, "seats": MOST_SEATS,
    "denied": MOST_REQUESTS,
}  # fmt: skip
"""Fields of a window: what they match, and the most that they may be."""

ORDER = (
    "partner", "release", "environment", "use_case", "data_class", "person", "workload", "started_at", "ended_at",
    "requests", "tokens_in", "tokens_out", "seats", "denied", "country",
)  # fmt: skip
"""The fields in the order of Sent, behind the event's id."""
values = itemgetter(*ORDER)


def text(pattern: str) -> Any:
    """A field of text that has to be there."""
    return shapes.typed_dict_field(shapes.str_schema(pattern=pattern, strict=True), required=True)


def _or(inner: Any, default: Any) -> Any:
    return shapes.typed_dict_field(shapes.with_default_schema(inner, default=default), required=False)


_TIME = shapes.str_schema(max_length=40, strict=True)
WINDOW = shapes.typed_dict_schema(
    {
        **{name: text(pattern) for name, pattern in TEXTS.items()},
        **{
            name: shapes.typed_dict_field(shapes.str_schema(max_length=40, strict=True), required=True)
            for name in TIMES
        },
        **{name: _or(shapes.str_schema(pattern=p, strict=True), "") for name, p in OPTIONAL_TEXTS.items()},
        **{name: _or(shapes.int_schema(ge=0, le=most, strict=True), 0) for name, most in NUMBERS.items()},
    },
    extra_behavior="forbid",
)
_window = SchemaValidator(WINDOW)


def window_of(event_id: str, data: dict[str, Any]) -> Sent | Problem:
    """The window that the fields say, or what does not fit."""
    try:
        return Sent(event_id, *values(_window.validate_python(data)))
    except ValidationError as error:
        return unfit(error, data)


def unfit(error: ValidationError, given: Any, root: str = "") -> Problem:
    """The first thing that does not fit. Tells nothing of what was sent but names that we gave ourselves."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    value = given
    for part in first["loc"]:
        value = value.get(part) if isinstance(value, dict) else None
    where = ".".join([*filter(None, [root]), *(str(part) for part in first["loc"])])
    return looks_private("value", value) or Problem("malformed", f"{where}: {first['msg']}".strip(": "))


def without_unknown(given: dict[str, Any], known: Iterable[str]) -> dict[str, Any] | Problem:
    """What is known of the object; a problem where something else in it looks private."""
    names = frozenset(known)
    for key, value in given.items():
        if key not in names and (problem := looks_private(key, value)) is not None:
            return problem
    return {key: value for key, value in given.items() if key in names}


@dataclass(slots=True)
class Read:
    """A body that was read: windows with their place, and what is wrong with the others."""

    sent: list[tuple[int, Sent]] = field(default_factory=list)
    problems: dict[int, Problem] = field(default_factory=dict)

    def take(self, place: int, found: Sent | Problem) -> None:
        if isinstance(found, Problem):
            self.problems[place] = found
        else:
            self.sent.append((place, found))


MOMENT = {"type": "string", "format": "date-time"}


def json_schema(base: str) -> dict[str, Any]:
    """The window as a JSON Schema, for `dataschema`."""
    number = {name: {"type": "integer", "minimum": 0, "maximum": most} for name, most in NUMBERS.items()}
    string = {name: {"type": "string", "pattern": p} for name, p in {**TEXTS, **OPTIONAL_TEXTS}.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": base,
        "title": "A window of use",
        "type": "object",
        "properties": {**string, **dict.fromkeys(TIMES, MOMENT), **number},
        "required": sorted([*TEXTS, *TIMES]),
    }
