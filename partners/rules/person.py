"""What a named person needs for access: one rule for the gate and for every page that says who is cleared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.core.canonical import digest
from portal.core.verdicts import ALLOWED, Text, Verdict, refused
from portal.rulebook.durations import add_months
from portal.rulebook.schema import Rulebook
from portal.rulebook.schema.base import RISK_TIERS
from portal.rulebook.schema.decisions import Declaration

CHECKS = ("identity", "background", "training")
"""Kinds of checks, in the order in which they are told."""


class Cleared(Protocol):
    """What the rule looks at: a person's row, or the same columns read by the gate.

    `has_account`: their account may sign in and is a member of the institution, or they have none yet.
    `is_removed`: an authority removed them from the scheme, and that still holds.
    """

    @property
    def state(self) -> str: ...
    @property
    def identity_until(self) -> date | None: ...
    @property
    def background_until(self) -> date | None: ...
    @property
    def trained_until(self) -> date | None: ...
    @property
    def accepted_digest(self) -> str: ...
    @property
    def has_account(self) -> bool: ...
    @property
    def is_removed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Texts:
    """The rules for people that are in force, and until when the text before them suffices as well.

    `earlier` is the digest of the text before, "" where there was none.
    """

    version: str
    items: tuple[Declaration, ...]
    digest: str
    earlier: str
    earlier_until: date

    def sufficient(self, today: date) -> tuple[str, ...]:
        """Digests of the texts that count as accepted on that day. None needs to be where there is no text."""
        if not self.items:
            return ()
        return (self.digest, self.earlier) if self.earlier and today <= self.earlier_until else (self.digest,)


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that stands between a person and access.

    `kind` is identity, background, training, agreement or person; `code` is stable and told to gateways; `who` has to
    do something about it: "person", "institution" or "authority"; `since` is the last day on which it was there.
    """

    kind: str
    code: str
    reason: str
    who: str = "institution"
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Clearance:
    """Whether a person has what access takes, what is lacking, and the last day on which nothing is."""

    lacks: tuple[Lack, ...] = ()
    until: date | None = None

    @property
    def complete(self) -> bool:
        return not self.lacks


def texts_of(rules: Rulebook, since: datetime, earlier: str = "") -> Texts:
    """The texts of a version for people, in force since that moment with the same words; before it, `earlier` was."""
    items = rules.declarations_on("person")
    last = since.date() + timedelta(days=rules.people.new_text_days)
    return Texts(rules.version, items, digest_of(items), earlier, last)


def digest_of(items: tuple[Declaration, ...]) -> str:
    """SHA-256 over what is read and accepted: keys, titles and words, in their order."""
    return digest([text_content(item) for item in items])


def text_content(item: Declaration) -> dict[str, str]:
    """What of a text is accepted."""
    return {"key": item.key, "title": item.title, "text": item.text}


def clearance(person: Cleared, texts: Texts, today: date) -> Clearance:
    """What the person has and lacks on that day. Source: rulebook, people."""
    lacks = tuple(_lacks(person, texts, today))
    if lacks:
        return Clearance(lacks)
    ends = [until for until in _untils(person).values() if until is not None]
    if texts.items and person.accepted_digest != texts.digest:
        ends.append(texts.earlier_until)
    return Clearance(until=min(ends, default=None))


def _untils(person: Cleared) -> dict[str, date | None]:
    return {
        "identity": person.identity_until,
        "background": person.background_until,
        "training": person.trained_until,
    }


def _lacks(person: Cleared, texts: Texts, today: date) -> Iterator[Lack]:
    if person.is_removed:
        yield Lack("person", "person_removed", _("An authority has removed this person from the scheme."), "authority")
        return
    if person.state != "named":
        yield Lack("person", "person_left", _("The partner has ended this person’s access."))
        return
    if not person.has_account:
        yield Lack("account", "person_account_ended", _("The person’s account with the partner has ended."))
    for kind, until in _untils(person).items():
        if until is None:
            yield Lack(kind, f"person_{kind}_missing", _missing(kind))
        elif until < today:
            day = date_format(until, "j F Y")
            yield Lack(kind, f"person_{kind}_lapsed", _lapsed(kind) % {"day": day}, since=until)
    if not texts.items or person.accepted_digest in texts.sufficient(today):
        return
    if not person.accepted_digest:
        reason = _("The person has not accepted the rules for people with access.")
        yield Lack("agreement", "person_agreement_missing", reason, "person")
    else:
        reason = _("The rules for people with access have a new text that the person has not accepted.")
        yield Lack("agreement", "person_agreement_outdated", reason, "person", texts.earlier_until)


def _missing(kind: str) -> str:
    return {
        "identity": _("The person’s identity has not been checked."),
        "background": _("The person’s background has not been checked."),
        "training": _("The person has not been trained."),
    }[kind]


def _lapsed(kind: str) -> str:
    return {
        "identity": _("The check of the person’s identity was valid until %(day)s."),
        "background": _("The check of the person’s background was valid until %(day)s."),
        "training": _("The person’s training was valid until %(day)s."),
    }[kind]


# --- recording ------------------------------------------------------------------------------------


def months_of(rules: Rulebook, kind: str, tier: str) -> int:
    """For how many months a check of that kind holds at most. Without a tier the strictest counts."""
    part = rules.people
    if kind == "identity":
        return part.identity_check_months
    if kind == "training":
        return part.training_months
    return part.background_check_months[tier or RISK_TIERS[-1]]


def latest_end(rules: Rulebook, kind: str, tier: str, checked_on: date) -> date:
    """The last day that a check of that day may have."""
    return add_months(checked_on, months_of(rules, kind, tier))


def may_record(*, checked_on: date, valid_until: date, latest: date, today: date) -> Verdict:
    """A check lies in the past, holds for some time, and not longer than the rulebook allows."""
    if checked_on > today:
        return _wrong(_("A check is recorded once it was made: give a day that is not in the future."), "in_future")
    if valid_until <= checked_on:
        return _wrong(_("The last day on which a check holds comes after the day on which it was made."), "ends_first")
    if valid_until > latest:
        reason = _("By the rulebook this check holds until %(day)s at most. Give that day or an earlier one.")
        return _wrong(reason % {"day": date_format(latest, "j F Y")}, "too_long")
    return ALLOWED


def _wrong(reason: Text, code: str) -> Verdict:
    return refused(reason, code=code, rule="people.checks")


def is_free(*, taken: bool) -> Verdict:
    """One live naming for an address in an institution."""
    if not taken:
        return ALLOWED
    reason = _("Somebody is named with this e-mail address already. Change that person’s details instead.")
    return refused(reason, code="taken", rule="people.once")


def not_revoked(*, revoked: bool) -> Verdict:
    """A check is revoked once."""
    if not revoked:
        return ALLOWED
    return refused(_("This check was revoked already."), code="revoked", rule="people.checks")
