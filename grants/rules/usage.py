"""What a reported window of use may be: pure functions over what was sent. docs/usage.md says the same to gateways.

Windows of one gateway may overlap: they are counts that are added, several machines may stand behind one client, and
each has an id of its own. What keeps the same use from being counted twice is the id, not the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Text

MOST_REQUESTS = 10**9
"""Requests, and denied attempts, in one window."""
MOST_TOKENS = 10**12
MOST_SEATS = 10**6
LONGEST = timedelta(days=1)
SKEW = timedelta(minutes=5)
"""How far a gateway's clock may be ahead of ours."""
NOBODY = r"\N"
"""How COPY reads that there is no value."""
LATE = timedelta(days=1)
"""A window that ended longer ago is counted as late. It is taken all the same."""


class Sent(NamedTuple):
    """One window as it was sent, its texts in the alphabet of `TEXTS`, its times as RFC 3339.

    `partner` is a key or an LEI, `release` and `environment` identifiers at the gateway or ids, `person` the opaque id
    of an account or "", `country` two letters or "".
    """

    event_id: str
    partner: str
    release: str
    environment: str
    use_case: str
    data_class: str
    person: str
    workload: str
    started: str
    ended: str
    requests: int
    tokens_in: int
    tokens_out: int
    seats: int
    denied: int
    country: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one item was not taken: a code of PROBLEMS, and a sentence that tells nothing of what was sent."""

    code: str
    detail: str

    @property
    def title(self) -> str:
        return str(PROBLEMS[self.code].title)

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem."""

    status: int
    title: Text


PROBLEMS: dict[str, Kind] = {
    "malformed": Kind(422, _("The event does not have the shape that was agreed")),
    "content": Kind(422, _("The event carries what looks like content of use")),
    "personal_data": Kind(422, _("The event carries what looks like personal data")),
    "wrong_type": Kind(422, _("The event is of another type or schema")),
    "wrong_source": Kind(422, _("The source is not the client that sent the event")),
    "time": Kind(422, _("A time is none")),
    "negative": Kind(422, _("The window ends before it begins")),
    "too_long": Kind(422, _("The window is longer than a day")),
    "future": Kind(422, _("The window lies in the future")),
    "too_old": Kind(422, _("The window is older than reports may be")),
    "release_unknown": Kind(422, _("You have no release of this name")),
    "partner_unknown": Kind(422, _("No partner of this name takes part")),
    "conflict": Kind(409, _("The id was used for another window")),
}
"""Every problem that an item can have. Codes are stable."""


class Timely(NamedTuple):
    """A window whose times are good, with its place in what was sent.

    `start` and `end` are its times again, in seconds since the epoch. `counts` is what was reported but for the id, the
    names and the times, each value behind a tab, as COPY reads it.
    """

    place: int
    sent: Sent
    began: datetime
    ended: datetime
    start: float
    end: float
    counts: str


def digest_of(window: Timely) -> int:
    """Eight bytes of what was reported, as a signed number. However its times were written, they are the same."""
    _place, sent, _began, _ended, start, end, counts = window
    told = f"{counts}\t{sent[1]}\t{sent[2]}\t{sent[3]}\t{sent[4]}\t{sent[5]}"
    return int.from_bytes(blake2b(_MOMENTS(start, end) + told.encode(), digest_size=8).digest(), "big", signed=True)


_MOMENTS = Struct(">dd").pack


def written(text: str, moment: datetime) -> str:
    """A moment (in UTC) as the database reads it: as it was sent, where that is plain RFC 3339 in UTC to a microsecond.

    Making the text anew takes longer than everything else that is done with a time.
    """
    zoned = (text[-1] == "Z" and 20 <= len(text) <= 27) or (text[-6:] == "+00:00" and 25 <= len(text) <= 32)
    plain = (
        zoned and text[4] == text[7] == "-" and text[10] == "T" and text[13] == text[16] == ":" and text[19] in ".Z+"
    )
    return text if plain else str(moment)


def times_of(
    sent: Iterable[tuple[int, Sent]], now: datetime, oldest: datetime, problems: dict[int, Problem]
) -> list[Timely]:
    """The windows whose times are good. What is wrong with the others is put among the problems, by their place."""
    latest, first, last = now + SKEW, oldest.timestamp(), (now + SKEW).timestamp()
    read, found = datetime.fromisoformat, []
    for place, each in sent:
        try:
            began, ended = read(each.started), read(each.ended)
            if began.tzinfo is not UTC or ended.tzinfo is not UTC:
                began, ended = _in_utc(began), _in_utc(ended)
        except (ValueError, OverflowError):
            problems[place] = Problem("time", str(_("Send times that exist, as RFC 3339 with a zone.")))
            continue
        start, end = began.timestamp(), ended.timestamp()
        if first <= start <= end <= last and ended - began <= LONGEST:
            found.append(Timely(place, each, began, ended, start, end, _counts(each)))
        else:
            problems[place] = _out_of_time(began, ended, latest)
    return found


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.astimezone(UTC)


def _counts(sent: Sent) -> str:
    _id, _p, _r, _e, _u, _d, person, workload, _s, _t, requests, tokens_in, tokens_out, seats, denied, country = sent
    return f"{requests}\t{tokens_in}\t{tokens_out}\t{seats}\t{denied}\t{country}\t{person or NOBODY}\t{workload}"


def _out_of_time(began: datetime, ended: datetime, latest: datetime) -> Problem:
    if ended < began:
        return Problem("negative", str(_("Send an end that is not before the beginning.")))
    if ended > latest:
        return Problem("future", str(_("Report a window when it is over. Is the gateway’s clock right?")))
    if ended - began > LONGEST:
        return Problem("too_long", str(_("Report at least once a day.")))
    return Problem("too_old", str(_("It began too long ago to be counted. Tell the authority if it matters.")))


def percent(used: int, limit: int) -> int:
    """How much of a limit is used, in whole percent, rounded down."""
    return used * 100 // limit if limit else 100
