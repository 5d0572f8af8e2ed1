"""What happened to something, from the record, as much as the viewer may know.

Of a case it can be read as others read it (`AUDIENCES`), by kind of event (`KINDS`), and in pages that go on from an
entry's number, so that a page costs the same however long the case is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import Organisation
from portal.core.actors import ANONYMOUS, Actor
from portal.core.verdicts import Text
from portal.ledger.models import Event, Tier

PUBLIC = (Tier.PUBLIC,)
SCHEME = (*PUBLIC, Tier.SCHEME)
PARTY = (*SCHEME, Tier.CASE)
AUTHORITY = (*PARTY, Tier.AUTHORITY)
ASSIGNED = (*AUTHORITY, Tier.RESTRICTED)

PAGE = 50
"""Entries of a page of a case's timeline."""
MOST_EXPORTED = 10_000
_STEPS = ("begin", "report_change", "follow_rules", "submit", "screen", "set_tier", "resume", "send_to_signatories")
_HANDS = ("ask_to_sign", "assign", "unassign", "ask_outside", "declare", "remind")
_HOLDS = ("restrict", "suspend", "reinstate", "remove", "restore", "replace", "lapse", "remind")
KINDS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "steps": (
        gettext_lazy("Steps"),
        tuple(f"application.{verb}" for verb in (*_STEPS, "return_to_review", "withdraw", "save_answers")),
    ),
    "questions": (
        gettext_lazy("Questions"),
        (
            *(f"application.{verb}" for verb in ("ask", "ask_before_signing", "answer", "answer_one")),
            *(f"query.{verb}" for verb in ("remind", "close", "withdraw")),
        ),
    ),
    "assessment": (gettext_lazy("Assessment"), ("application.assess", "application.recommend")),
    "people": (
        gettext_lazy("People"),
        (
            *(
                f"application.{verb}"
                for verb in ("ask_to_sign", "assign", "unassign", "ask_outside", "declare", "remind")
            ),
            *(f"referee.{verb}" for verb in ("ask", "resend", "answer", "decline", "withdraw", "expire")),
        ),
    ),
    "decision": (
        gettext_lazy("Decision and status"),
        (
            *(f"application.{verb}" for verb in ("sign", "approve", "refuse", "set_aside", "remit")),
            *(f"qualification.{verb}" for verb in ("grant", *_HOLDS)),
        ),
    ),
    "screening": (gettext_lazy("Screening"), ("hit.find", "hit.clear", "hit.confirm")),
    "copies": (gettext_lazy("Case file"), ("case_file.ask", "case_file.finish", "case_file.fail", "case_file.take")),
}
"""Kinds of event of a case: words, and the verbs of the record. What is in none of them is only in the whole."""
IN_A_CASE = ("application", "qualification", "referee", "hit", "case_file")
ALSO = ("query.remind", "query.close", "query.withdraw")
"""Of questions what the application's own entries do not say."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a timeline. `who` is a person for their own body and for authorities, else only the body."""

    seq: int
    time: datetime
    verb: str
    says: str
    who: str
    rule: str
    detail: dict[str, Any]


def tiers_for(actor: Actor, *, own: bool, assigned: bool = False) -> tuple[str, ...]:
    """The disclosure tiers that the actor may read of a case. `own`: a party to it; `assigned`: works on it by name."""
    if assigned:
        return ASSIGNED
    if actor.body_kind == "authority":
        return AUTHORITY
    if own:
        return PARTY
    return SCHEME if actor.body_kind in ("provider", "oversight") else PUBLIC


def timeline(
    about: UUID,
    *,
    tiers: Iterable[str],
    viewer: Actor,
    limit: int = 200,
    nouns: Iterable[str] = (),
    blind: bool = False,
    also: UUID | None = None,
) -> list[Happened]:
    """The newest events about that id, of these tiers (and nouns); `blind`: as `unseen_by` says. Two queries.

    `also`: only those that are about this id as well, such as the body of a reader who knows a part of the case.
    """
    named = [about, also] if also else [about]
    rows = Event.objects.filter(about__contains=named, tier__in=list(tiers)).select_related("entry")
    if nouns:
        rows = rows.filter(entry__object_type__in=list(nouns))
    if blind:
        rows = rows.exclude(unseen_by(viewer))
    return _told(list(rows.order_by("-entry_id")[:limit]), viewer)


def unseen_by(viewer: Actor) -> Q:
    """What a reviewer who is blind to the others reads nothing of: not what they say, and not that they said it."""
    return Q(entry__verb__in=KINDS["assessment"][1]) & (Q(actor_id__isnull=True) | ~Q(actor_id=viewer.user_id))


def _happened(event: Event, names: dict[UUID, str], viewer: Actor) -> Happened:
    content = json.loads(event.content)
    body = event.entry.body_id
    person = content.get("actor_name") or ""
    if event.entry.role == "system":
        who = _("The portal")
    elif event.actor_id is not None and event.actor_id == viewer.user_id:
        who = _("You")
    elif body == viewer.body_id or viewer.body_kind == "authority":
        who = " · ".join(filter(None, (person, names.get(body, "") if body else "")))
    else:
        who = names.get(body, "") if body else ""
    return Happened(
        seq=event.entry_id,
        time=event.entry.time,
        verb=event.entry.verb,
        says=content.get("says", ""),
        who=who,
        rule=event.entry.rulebook,
        detail=content.get("detail") or {},
    )


# --- a case, by audience and kind -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Audience:
    """As whom a timeline is read: with whose tiers, and how much of who did it they know."""

    key: str
    label: Text
    tiers: tuple[str, ...]
    institution: bool = False


AUDIENCES: tuple[Audience, ...] = (
    Audience("authorities", gettext_lazy("As authorities see it"), AUTHORITY),
    Audience("institution", gettext_lazy("As the institution sees it"), PARTY, institution=True),
    Audience("public", gettext_lazy("As the public sees it"), PUBLIC),
)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of a timeline, the newest first. `older`: the number from which the next goes on, None at the end."""

    events: list[Happened]
    older: int | None


def as_seen(viewer: Actor, audience: Audience | None, institution: UUID) -> Actor:
    """Who reads: the viewer, or somebody of the audience, who knows fewer names."""
    if audience is None or audience.key == "authorities":
        return viewer
    return replace(ANONYMOUS, body_id=institution, body_kind="institution") if audience.institution else ANONYMOUS


def case_events(about: UUID, *, tiers: Iterable[str], kind: str = "") -> QuerySet[Event]:
    """Events of a case, of these tiers and that kind (a key of KINDS, or all of them)."""
    rows = Event.objects.filter(about__contains=[about], tier__in=list(tiers)).select_related("entry")
    if kind in KINDS:
        return rows.filter(entry__verb__in=KINDS[kind][1])
    return rows.filter(Q(entry__object_type__in=IN_A_CASE) | Q(entry__verb__in=ALSO))


def case_page(rows: QuerySet[Event], *, viewer: Actor, before: int | None = None, size: int = PAGE) -> TimelinePage:
    """The page of the events that come before that entry's number. Two queries."""
    if before is not None:
        rows = rows.filter(entry_id__lt=before)
    events = list(rows.order_by("-entry_id")[: size + 1])
    shown = _told(events[:size], viewer)
    return TimelinePage(shown, shown[-1].seq if len(events) > size else None)


def case_rows(rows: QuerySet[Event], *, viewer: Actor) -> Iterator[Happened]:
    """All of it, the oldest first, for an export. Two queries."""
    yield from _told(list(rows.order_by("entry_id")[:MOST_EXPORTED]), viewer)


def _told(events: list[Event], viewer: Actor) -> list[Happened]:
    bodies = {event.entry.body_id for event in events if event.entry.body_id}
    return told(events, dict(Organisation.objects.filter(pk__in=bodies).values_list("pk", "name")), viewer)


def told(events: Iterable[Event], names: dict[UUID, str], viewer: Actor) -> list[Happened]:
    """The events as the viewer may know them, given the names of the bodies that acted. No query."""
    return [_happened(event, names, viewer) for event in events]
