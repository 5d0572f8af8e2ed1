"""A batch in which everything fits, read in one go by msgspec; with the least doubt, None.

What is read here is what `portal.api.usage.events` reads item by item; that room says what does not fit, and where.
What is the same in many windows is looked at once: a report names few partners, releases and places, over and over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Literal

import msgspec
from msgspec.structs import astuple

from grants.rules.usage import MOST_REQUESTS, MOST_SEATS, MOST_TOKENS, Sent
from portal.api.usage.shape import (
    ACCOUNT,
    COUNTRY,
    EVENT_ID,
    MOST,
    NAME,
    OPTIONAL_NAME,
    SCHEMA,
    SCHEMA_PATH,
    STAMP,
    WORD,
    Kind,
)

Fits = Callable[[str], "re.Match[str] | None"]
Time = Annotated[str, msgspec.Meta(max_length=40)]
Requests = Annotated[int, msgspec.Meta(ge=0, le=MOST_REQUESTS)]
Tokens = Annotated[int, msgspec.Meta(ge=0, le=MOST_TOKENS)]
Seats = Annotated[int, msgspec.Meta(ge=0, le=MOST_SEATS)]


class _Window(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`data` of an event. Its fields are in the order of Sent, behind the event's id."""

    partner: str
    release: str
    environment: str
    use_case: str
    data_class: str
    person: str = ""
    workload: str = ""
    started_at: Time
    ended_at: Time
    requests: Requests = 0
    tokens_in: Tokens = 0
    tokens_out: Tokens = 0
    seats: Seats = 0
    denied: Requests = 0
    country: str = ""


class _Event(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    specversion: Literal["1.0"]
    id: str
    source: str
    type: Kind
    data: _Window
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = SCHEMA_PATH
    time: str = "0"


_decode = msgspec.json.Decoder(Annotated[list[_Event], msgspec.Meta(max_length=MOST)]).decode
_ids = re.compile(rf"(?:{EVENT_ID.strip('^$')} )*").fullmatch
_schema, _stamp = re.compile(SCHEMA).fullmatch, re.compile(STAMP).fullmatch
_name, _word, _optional = re.compile(NAME).fullmatch, re.compile(WORD).fullmatch, re.compile(OPTIONAL_NAME).fullmatch
_account, _country = re.compile(ACCOUNT).fullmatch, re.compile(COUNTRY).fullmatch


def read_whole(body: bytes, source: str) -> list[Sent] | None:
    """The windows of the batch, where each item is a window that fits; else None."""
    try:
        events = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    told = {(event.source, event.dataschema, event.time) for event in events}
    if not all(named == source and _schema(schema) and _stamp(stamp) for named, schema, stamp in told):
        return None
    sent = [Sent._make((event.id, *astuple(event.data))) for event in events]
    return sent if _ids_fit(sent) and _texts_fit(sent) else None


def _ids_fit(sent: list[Sent]) -> bool:
    """All ids at once, each with a blank behind it. None has one in it, else there would be more blanks than ids."""
    joined = "".join([f"{each[0]} " for each in sent])
    return joined.count(" ") == len(sent) and _ids(joined) is not None


def _texts_fit(sent: list[Sent]) -> bool:
    return (
        all(_names_fit(*named) for named in {each[1:6] for each in sent})
        and all(_account(person) and _optional(workload) for person, workload in {each[6:8] for each in sent})
        and _all(_country, {each[15] for each in sent})
    )


def _names_fit(partner: str, release: str, environment: str, use_case: str, data_class: str) -> bool:
    return _all(_name, (partner, release, environment)) and _all(_word, (use_case, data_class))


def _all(fits: Fits, texts: Iterable[str]) -> bool:
    return all(fits(text) is not None for text in texts)
