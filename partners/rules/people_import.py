"""What an import would do with each row of a file: name somebody, change something, nothing, or say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partners.rules.people_csv import PEOPLE, Wanted, WantedCheck, repeated
from partners.rules.person import may_record
from portal.core.canonical import digest
from portal.core.verdicts import ALLOWED, Verdict, refused

KINDS = ("new", "changed", "unchanged", "problem")
"""What can become of a row, in the order in which it is told."""
DETAILS = ("name", "position", "employer")
"""What a row may change of somebody who is named; the address is what they are found by."""


MOST_CHANGED = 5_000
"""People whom one file may change: each is locked and written by itself, and all of it in one deed."""


def not_too_many(changed: int) -> Verdict:
    """A file changes no more people than one deed can in good time."""
    if changed <= MOST_CHANGED:
        return ALLOWED
    reason = _("The file would change %(n)s people, and %(most)s are the most at once. Split it into several files.")
    words = reason % {"n": f"{changed:,}", "most": f"{MOST_CHANGED:,}"}
    return refused(words, code="too_many", rule="people.import")


class OnRecord(NamedTuple):
    """A check that counts."""

    kind: str
    checked_on: date
    valid_until: date
    vouched_by: str
    reference: str


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is named already, with the checks that count."""

    id: UUID
    name: str
    position: str
    employer: str
    checks: frozenset[OnRecord]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the import would do with one row. `says` are sentences for its line of the report."""

    number: int
    kind: str
    name: str
    email: str
    says: tuple[str, ...]
    details: Mapping[str, str]
    checks: tuple[OnRecord, ...] = ()
    person_id: UUID | None = None


Longest = Callable[[str, date], date]
"""The last day that a check of that kind, made on that day, may have."""


def plan(
    rows: Sequence[Wanted], known: Mapping[str, Known], *, own_address: str, longest: Longest, today: date
) -> tuple[Outcome, ...]:
    """The outcome of each row. `own_address` is that of the person who imports: nobody vouches for themselves."""
    twice = repeated(rows)
    return tuple(_outcome(row, known.get(row.email), twice, own_address, longest, today) for row in rows)


def plan_digest(outcomes: Sequence[Outcome]) -> str:
    """SHA-256 over the report: what is confirmed is what was shown, or nothing happens."""
    return digest([[item.number, item.kind, item.email, list(item.says)] for item in outcomes])


def _outcome(
    row: Wanted, known: Known | None, twice: Mapping[str, int], own: str, longest: Longest, today: date
) -> Outcome:
    problems = list(row.problems)
    if row.email in twice and twice[row.email] != row.number:
        problems.append(
            _("“%(value)s” is in row %(first)s already. Keep one of the two.")
            % {"value": row.email, "first": twice[row.email]}
        )
    if row.left and not problems:
        says = (_("Has left. Somebody who returns is named anew, without this row’s “Left”."),)
        return Outcome(row.number, "unchanged", row.name, row.email, says, {})
    checks = tuple(_new_checks(row, known, longest))
    for check in checks:
        latest = longest(check.kind, check.checked_on)
        verdict = may_record(checked_on=check.checked_on, valid_until=check.valid_until, latest=latest, today=today)
        if not verdict:
            problems.append(f"{_kind(check.kind)}: {verdict.reason}")
    if checks and row.email == own:
        problems.append(_("This is you, and nobody records a check of their own. A colleague has to import this row."))
    if problems:
        return Outcome(row.number, "problem", row.name, row.email, tuple(problems), {})
    return _sound(row, known, checks)


def _sound(row: Wanted, known: Known | None, checks: tuple[OnRecord, ...]) -> Outcome:
    language = get_language() or ""
    told = [_until(check.kind, check.valid_until, language) for check in checks]
    if known is None:
        details = {"name": row.name, "position": row.position, "employer": row.employer}
        return Outcome(row.number, "new", row.name, row.email, tuple(told), details, checks)
    details = {key: getattr(row, key) for key in DETAILS if getattr(row, key) not in ("", getattr(known, key))}
    said = [
        _("%(what)s: %(was)s → %(now)s") % {"what": PEOPLE[key], "was": getattr(known, key) or "–", "now": value}
        for key, value in details.items()
    ]
    kind = "changed" if details or checks else "unchanged"
    return Outcome(row.number, kind, row.name, row.email, (*said, *told), details, checks, known.id)


def _new_checks(row: Wanted, known: Known | None, longest: Longest) -> Iterator[OnRecord]:
    """The row's checks that are not on record yet."""
    for check in row.checks:
        found = OnRecord(
            check.kind, check.checked_on, check.valid_until or longest(check.kind, check.checked_on),
            check.vouched_by, check.reference,
        )  # fmt: skip
        if known is None or not _is_on_record(check, found, known.checks):
            yield found


def _is_on_record(check: WantedCheck, found: OnRecord, recorded: frozenset[OnRecord]) -> bool:
    """The same check; one without a last day is the same whatever last day it was given."""
    if check.valid_until is not None:
        return found in recorded
    return any(item._replace(valid_until=found.valid_until) == found for item in recorded)


def _kind(kind: str) -> str:
    return {"identity": _("Identity"), "background": _("Background"), "training": _("Training")}[kind]


@lru_cache(maxsize=2048)
def _until(kind: str, day: date, language: str) -> str:
    """A check in words, in that language. The rows of a file have few days between them."""
    return _("%(kind)s until %(day)s") % {"kind": _kind(kind), "day": date_format(day, "j F Y")}
