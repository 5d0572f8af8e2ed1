"""What deeds do to access: one table from (noun, verb) to effects, for whoever tells gateways and keeps credentials.

Rooms that must hear of every change subscribe (`AppConfig.ready`); they are called inside the transaction of the deed,
at its end, with all of its effects in order. An effect says what was done, not whether access is possible now: what
was restored may still be held by something else. What ends by the clock alone (a last day, the day of a withdrawal)
has its effect in the deed of the sweep that marks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from grants.models import Grant, GrantLine, GrantLinePerson
from grants.states import GRANT_LIVE
from partners.models import Institution, Person
from portal.core.observers import Happening, observe


class Kind(StrEnum):
    """What an effect does to access."""

    SUSPENDED = "suspended"
    """Nothing new is permitted. What runs may end as its gateway sees fit."""
    STOPPED = "stopped"
    """Nothing is permitted, and what runs ends now."""
    RESTORED = "restored"
    """This stops it no longer."""
    CHANGED = "changed"
    """It permits something else than before."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. `on` is partner, grant, line, environment, person or release, `target_id` the key of that row.

    `for_good`: nothing brings it back under the same key. `code` is what providers may know of the cause: the noun of
    the deed (hold, qualification, grant, line, consent, environment, person, release). `cause` is the object of the
    deed itself, such as the Hold, and `verb` its verb.
    """

    kind: Kind
    on: str
    target_id: UUID
    code: str
    cause: Any
    verb: str
    institution_id: UUID | None = None
    for_good: bool = False

    def lines(self) -> QuerySet[GrantLine]:
        """The lines that it reaches, of grants in any state."""
        return GrantLine.objects.filter(_reached(self.on, self.target_id))

    def grants(self) -> QuerySet[Grant]:
        """The grants of those lines."""
        return Grant.objects.filter(Exists(self.lines().filter(grant=OuterRef("pk"))))

    def live_lines(self) -> QuerySet[GrantLine]:
        """The lines that it reaches, of grants that have not ended; of a grant, all of them."""
        return self.lines() if self.on == "grant" else self.lines().filter(grant__state__in=GRANT_LIVE)


def _reached(on: str, key: UUID) -> Q:
    if on != "person":
        return Q(**{{"partner": "institution_id", "line": "pk"}.get(on, f"{on}_id"): key})
    named = GrantLinePerson.objects.filter(line=OuterRef("pk"))
    of = Person.objects.filter(pk=key, institution=OuterRef("institution"))
    return Q(Exists(of)) & (~Q(Exists(named)) | Q(Exists(named.filter(person=key))))


Told = Callable[[Sequence[Effect]], object]
_subscribers: list[Told] = []


def subscribe(function: Told) -> None:
    """Have the function called with the effects of each deed, inside its transaction. Twice is once."""
    if function not in _subscribers:
        _subscribers.append(function)


def unsubscribe(function: Told) -> None:
    """Take it off again."""
    if function in _subscribers:
        _subscribers.remove(function)


# --- the table ------------------------------------------------------------------------------------
Read = Callable[[Happening], Iterator[Effect]]


def _on(on: str, kind: Kind, *, for_good: bool = False, unless_before: tuple[str, ...] = ()) -> Read:
    """The effect on the object of the deed itself. Nothing where it was in one of the states `unless_before`."""

    def read(happening: Happening) -> Iterator[Effect]:
        subject = happening.subject
        if happening.before in unless_before:
            return
        institution = subject.pk if on == "partner" else getattr(subject, "institution_id", None)
        yield Effect(kind, on, subject.pk, on, subject, happening.verb, institution, for_good)

    return read


def _hold(kind: Kind) -> Read:
    """An emergency hold stops what runs, any other one stops what is new."""

    def read(happening: Happening) -> Iterator[Effect]:
        hold = happening.subject
        what = Kind.STOPPED if kind is Kind.SUSPENDED and hold.emergency else kind
        yield Effect(what, hold.target_kind, hold.target_id, "hold", hold, happening.verb, hold.institution_id)

    return read


def _qualification(kind: Kind, *, for_good: bool = False, after: str = "") -> Read:
    """On the partner; where `after` is named, only coming from that state, else a change."""

    def read(happening: Happening) -> Iterator[Effect]:
        row = happening.subject
        what = kind if not after or happening.before == after else Kind.CHANGED
        partner = row.institution_id
        yield Effect(what, "partner", partner, "qualification", row, happening.verb, partner, for_good)

    return read


def _numbered_line(kind: Kind, *, for_good: bool = False) -> Read:
    """On the line of the grant whose number the entry names."""

    def read(happening: Happening) -> Iterator[Effect]:
        grant = happening.subject
        line = GrantLine.objects.only("pk").get(grant=grant, number=happening.detail["line"])
        yield Effect(kind, "line", line.pk, "line", grant, happening.verb, grant.institution_id, for_good)

    return read


def _withdrawal(kind: Kind, *, for_good: bool = False) -> Read:
    def read(happening: Happening) -> Iterator[Effect]:
        row = happening.subject
        yield Effect(kind, "line", row.line_id, "consent", row, happening.verb, row.institution_id, for_good)

    return read


def _withdrawn(happening: Happening) -> Iterator[Effect]:
    """Consent that ends with its own notice stops what runs, too; one that ends on its day stops what is new."""
    row = happening.subject
    at_once = row.effective_on == row.given_at.astimezone(UTC).date()
    yield from _withdrawal(Kind.STOPPED if at_once else Kind.SUSPENDED, for_good=True)(happening)


def _organisation(happening: Happening) -> Iterator[Effect]:
    body = happening.subject
    if body.kind == "institution" and Institution.objects.filter(pk=body.pk).exists():
        yield Effect(Kind.STOPPED, "partner", body.pk, "partner", body, happening.verb, body.pk, for_good=True)


def _removal(kind: Kind) -> Read:
    """On each naming of the person, by any institution."""

    def read(happening: Happening) -> Iterator[Effect]:
        row = happening.subject
        same = Q(user=row.user_id) if row.user_id else Q()
        people = Person.objects.annotate(address=Lower("email")).filter(same | Q(address=row.email.lower()))
        for person in people.filter(state="named").only("pk", "institution_id").order_by("pk"):
            yield Effect(kind, "person", person.pk, "person", row, happening.verb, person.institution_id)

    return read


TABLE: Mapping[str, Mapping[str, Read]] = {
    "hold": {
        "place": _hold(Kind.SUSPENDED),
        "confirm": _hold(Kind.SUSPENDED),
        "lift": _hold(Kind.RESTORED),
        "lapse": _hold(Kind.RESTORED),
        "stay": _hold(Kind.RESTORED),
        "resume": _hold(Kind.SUSPENDED),
        "resume_unconfirmed": _hold(Kind.SUSPENDED),
    },
    "qualification": {
        "grant": _qualification(Kind.RESTORED),
        "restrict": _qualification(Kind.RESTORED, after="suspended"),
        "suspend": _qualification(Kind.SUSPENDED),
        "reinstate": _qualification(Kind.RESTORED, after="suspended"),
        "remove": _qualification(Kind.STOPPED, for_good=True),
        "restore": _qualification(Kind.RESTORED),
        "lapse": _qualification(Kind.SUSPENDED),
    },
    "organisation": {"close": _organisation},
    "grant": {
        "accept": _on("grant", Kind.CHANGED),
        "expire": _on("grant", Kind.SUSPENDED, for_good=True),
        "supersede": _on("grant", Kind.SUSPENDED, for_good=True),
        "surrender": _on("grant", Kind.SUSPENDED, for_good=True),
        "revoke": _on("grant", Kind.STOPPED, for_good=True),
        "restore": _on("grant", Kind.RESTORED),
        "surrender_line": _numbered_line(Kind.SUSPENDED, for_good=True),
        "end_line": _numbered_line(Kind.SUSPENDED, for_good=True),
        "narrow": _numbered_line(Kind.CHANGED),
        "cap_line": _numbered_line(Kind.CHANGED),
        "uncap_line": _numbered_line(Kind.CHANGED),
    },
    "consent_withdrawal": {
        "give_notice": _withdrawal(Kind.CHANGED),
        "take_back": _withdrawal(Kind.CHANGED),
        "take_effect": _withdrawn,
    },
    "environment": {
        "drift": _on("environment", Kind.SUSPENDED, unless_before=("suspended",)),
        "suspend": _on("environment", Kind.SUSPENDED),
        "expire": _on("environment", Kind.SUSPENDED),
        "close": _on("environment", Kind.SUSPENDED, for_good=True),
        "accredit": _on("environment", Kind.RESTORED),
        "accept_change": _on("environment", Kind.RESTORED),
    },
    "person": {
        "end": _on("person", Kind.STOPPED, for_good=True),
        "revoke_check": _on("person", Kind.SUSPENDED),
        "record_check": _on("person", Kind.RESTORED),
        "accept": _on("person", Kind.RESTORED),
    },
    "person_removal": {"remove": _removal(Kind.STOPPED), "lift": _removal(Kind.RESTORED)},
    "release": {"retire": _on("release", Kind.STOPPED, for_good=True)},
}
"""Noun → verb → what it does to access. A verb that is not here does nothing to it."""


def effects_of(happenings: Iterable[Happening]) -> list[Effect]:
    """The effects of what happened, in order."""
    found: list[Effect] = []
    for happening in happenings:
        read = TABLE.get(happening.noun, {}).get(happening.verb)
        found.extend(read(happening) if read else ())
    return found


def _tell(happenings: Sequence[Happening]) -> None:
    effects = effects_of(happenings) if _subscribers else []
    if effects:
        for function in _subscribers:
            function(effects)


def watch() -> None:
    """Listen to every noun of the table. Called once, when the app is ready."""
    observe(TABLE, _tell)
