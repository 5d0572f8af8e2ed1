"""OTLP/HTTP logs in JSON (OpenTelemetry protocol 1.x) with the GenAI semantic conventions, into windows.

In this encoding ids of traces and spans are hexadecimal, not base64, and 64-bit integers are strings of digits.
A record is one use, or a window of it where `trusted_partner.window.end_unix_nano` and `.start_unix_nano` say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from grants.rules.private import looks_private
from grants.rules.usage import Problem, Sent
from portal.api.usage.events import NoBatch, parsed
from portal.api.usage.shape import EVENT_ID, MOST, Read, window_of

OURS = "trusted_partner."
TEXTS = {
    f"{OURS}partner": "partner",
    "gen_ai.request.model": "release",
    f"{OURS}environment": "environment",
    f"{OURS}use_case": "use_case",
    f"{OURS}data_class": "data_class",
    f"{OURS}person": "person",
    f"{OURS}workload": "workload",
    "geo.country.iso_code": "country",
}
NUMBERS = {
    "gen_ai.usage.input_tokens": "tokens_in",
    "gen_ai.usage.output_tokens": "tokens_out",
    f"{OURS}requests": "requests",
    f"{OURS}denied": "denied",
    f"{OURS}seats": "seats",
}
"""Attributes of a record, or of its resource, and the fields of a window that they say."""
EVENT, START, END = f"{OURS}event.id", f"{OURS}window.start_unix_nano", f"{OURS}window.end_unix_nano"
KNOWN = frozenset({*TEXTS, *NUMBERS, EVENT, START, END})

_INTEGER = re.compile(r"-?[0-9]{1,19}\Z")
_EVENT_ID = re.compile(EVENT_ID.replace("$", r"\Z"))
_TRACE, _SPAN = re.compile(r"[0-9a-fA-F]{32}\Z"), re.compile(r"[0-9a-fA-F]{16}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_logs(body: bytes) -> Read:
    """The records of an ExportLogsServiceRequest, numbered as they come. Raises NoBatch."""
    found, read = parsed(body), Read()
    if not isinstance(found, dict):
        raise NoBatch(400, "malformed", "Send an ExportLogsServiceRequest.")
    for place, (shared, record) in enumerate(_records(found)):
        if place >= MOST:
            raise NoBatch(413, "too_many_events", f"A request has at most {MOST} log records.")
        read.take(place, _window(shared, record))
    return read


def _records(found: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Each record with the attributes of its resource."""
    for resource in _objects(found.get("resourceLogs")):
        about = resource.get("resource")
        shared = about.get("attributes") if isinstance(about, dict) else None
        for scope in _objects(resource.get("scopeLogs")):
            records = scope.get("logRecords")
            yield from ((shared, record) for record in (records if isinstance(records, list) else ()))


def _objects(given: Any) -> Iterator[dict[str, Any]]:
    if given is not None and not isinstance(given, list):
        raise NoBatch(400, "malformed", "Send an ExportLogsServiceRequest.")
    yield from (one for one in given or () if isinstance(one, dict))


def _window(shared: Any, record: Any) -> Sent | Problem:
    if not isinstance(record, dict):
        return Problem("malformed", "Each log record is an object.")
    if record.get("body") not in (None, {}, {"stringValue": ""}):
        return Problem("content", "A record has a body. Report counts only. Nothing of it was kept.")
    named: dict[str, Any] = {}
    for given in (shared, record.get("attributes")):
        own = _attributes(given)
        if isinstance(own, Problem):
            return own
        named |= own
    for key, value in named.items():
        if key not in KNOWN and (problem := looks_private(key, value)) is not None:
            return problem
    event = _event_id(named, record)
    times = _times(named, record)
    if isinstance(event, Problem) or isinstance(times, Problem):
        return event if isinstance(event, Problem) else times  # type: ignore[return-value]
    fields = {field: named[key] for key, field in {**TEXTS, **NUMBERS}.items() if key in named}
    return window_of(event, {"requests": 1, **fields, "started_at": times[0], "ended_at": times[1]})


def _attributes(given: Any) -> dict[str, Any] | Problem:
    if given is None:
        return {}
    if not isinstance(given, list):
        return Problem("malformed", "Attributes are a list of keys and values.")
    found: dict[str, Any] = {}
    for one in given:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            return Problem("malformed", "Each attribute has a key and a value.")
        found[one["key"]] = _value(one.get("value"))
    return found


def _value(given: Any, depth: int = 0) -> Any:
    """An AnyValue as a plain one: an integer of 64 bits comes as digits."""
    if not isinstance(given, dict) or depth > 20:
        return given
    if "intValue" in given:
        digits = given["intValue"]
        return int(digits) if isinstance(digits, str) and _INTEGER.match(digits) else digits
    if "arrayValue" in given or "kvlistValue" in given:
        inside = given.get("arrayValue") or given.get("kvlistValue")
        items = inside.get("values") if isinstance(inside, dict) else None
        listed = items if isinstance(items, list) else []
        if "kvlistValue" in given:
            pairs = (one for one in listed if isinstance(one, dict))
            return {str(one.get("key")): _value(one.get("value"), depth + 1) for one in pairs}
        return [_value(one, depth + 1) for one in listed]
    return next(iter(given.values()), None)


def _event_id(named: dict[str, Any], record: dict[str, Any]) -> str | Problem:
    """What tells the record from others: an id of its own, or its trace and span."""
    own = named.get(EVENT)
    if own is not None:
        if isinstance(own, str) and _EVENT_ID.match(own):
            return own
        return looks_private("value", own) or Problem("malformed", f"{EVENT}: At most 120 letters, digits and ._:/+=~-")
    trace, span = record.get("traceId"), record.get("spanId")
    if isinstance(trace, str) and isinstance(span, str) and _TRACE.match(trace) and _SPAN.match(span):
        return f"{trace.lower()}-{span.lower()}"
    return Problem("malformed", f"Send {EVENT}, or traceId and spanId in hexadecimal (32 and 16 digits).")


def _times(named: dict[str, Any], record: dict[str, Any]) -> tuple[str, str] | Problem:
    at = record.get("timeUnixNano") or record.get("observedTimeUnixNano")
    start, end = _moment(named.get(START, at)), _moment(named.get(END, at))
    if start is None or end is None:
        return Problem("time", "Send timeUnixNano, in nanoseconds since 1970.")
    return start, end


def _moment(nanoseconds: Any) -> str | None:
    """The moment as RFC 3339; of the nanoseconds, microseconds are kept."""
    if isinstance(nanoseconds, str) and _INTEGER.match(nanoseconds):
        nanoseconds = int(nanoseconds)
    if not isinstance(nanoseconds, int) or isinstance(nanoseconds, bool) or not 0 < nanoseconds < 2**63:
        return None
    return (_EPOCH + timedelta(microseconds=nanoseconds // 1000)).isoformat()
