"""The newest deeds that concern a person, in pages that go on from an entry's number. One query for all nouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.functions import Cast
from django.urls import reverse

from partners.queries.timeline import Happened, told, unseen_by
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.dashboards.happened.kinds import Kind, kinds_for
from portal.ledger.models import Event, Head

HOME = 6
"""Deeds that the home page shows."""
STRETCH = 20_000
"""Entries of the record that a page looks through at most, so that it costs the same however long the record is."""


@dataclass(frozen=True)
class Told:
    """One deed: what was done, by whom, on what (its reference or name, "" where it has none), and where that is."""

    deed: Happened
    called: str
    url: str


@dataclass(frozen=True)
class Page:
    """`older` is the number from which the next page goes on, None at the beginning of the record."""

    deeds: list[Told]
    older: int | None = None


def deeds_for(actor: Actor, *, size: int, below: int | None = None) -> list[Told]:
    """The newest deeds below an entry, or of all. Nobody is told of an object that they may not open. One query."""
    kinds = {kind.noun: kind for kind in reversed(kinds_for(actor))}
    events = list(_events(list(kinds.values()), actor, below)[:size]) if kinds else []
    bodies = {event.entry.body_id: event.body_name for event in events if event.body_name}
    return [
        _told(kinds[event.entry.object_type], event, deed)
        for event, deed in zip(events, told(events, bodies, actor), strict=True)
    ]


def _told(kind: Kind, event: Any, deed: Happened) -> Told:
    return Told(replace(deed, detail={}) if kind.bare else deed, event.called, _url(kind, event.opens))


def _url(kind: Kind, pk: UUID) -> str:
    return reverse(kind.url_name, args=[pk]) if kind.url_name else ""


def page_of(actor: Actor, *, size: int, before: int | None = None) -> Page:
    """A page of the whole list. Two queries."""
    below = before if before is not None else _size() + 1
    deeds = deeds_for(actor, size=size + 1, below=below)
    if len(deeds) > size:
        return Page(deeds[:size], deeds[size - 1].deed.seq)
    return Page(deeds, below - STRETCH if below - STRETCH > 1 else None)


def _size() -> int:
    """How many entries the record has."""
    return Head.objects.filter(pk=1).values_list("size", flat=True).first() or 0


def _events(kinds: Sequence[Kind], actor: Actor, below: int | None) -> QuerySet[Any]:
    """Each with the name of the body that acted, and what the object is called."""
    body = Organisation.objects.filter(pk=OuterRef("entry__body_id")).values("name")[:1]
    rows = Event.objects.filter(reduce(or_, (_condition(kind, actor) for kind in kinds)))
    called = Case(*map(_called, kinds), default=Value(""), output_field=CharField())
    elsewhere = [_opens(kind) for kind in kinds if kind.opens != "pk"]
    opens = Case(*elsewhere, default=F("entry__object_id"), output_field=UUIDField())
    rows = rows.select_related("entry").annotate(body_name=Subquery(body), called=called, opens=opens)
    if below is None:
        newest = Head.objects.filter(pk=1).annotate(since=F("size") - STRETCH).values("since")
        return rows.filter(entry_id__gt=Subquery(newest)).order_by("-entry_id")
    return rows.filter(entry_id__lt=below, entry_id__gte=below - STRETCH).order_by("-entry_id")


def _condition(kind: Kind, actor: Actor) -> Q:
    mine = kind.rows.order_by().filter(pk=OuterRef("entry__object_id"))
    found = Q(entry__object_type=kind.noun, tier__in=kind.tiers) & Q(Exists(mine))
    if kind.verbs:
        found &= Q(entry__verb__in=kind.verbs)
    if kind.named:
        found &= Q(about__contains=[actor.body_id])
    if kind.blind:
        found &= ~unseen_by(actor) & ~Q(entry__verb__in=BLIND)
    return found


BLIND = ("grant_request.review",)
"""What is assessed of requests line by line."""


def _one_of(kind: Kind) -> QuerySet[Any]:
    return kind.rows.order_by().select_related(None).filter(pk=OuterRef("entry__object_id"))


def _opens(kind: Kind) -> When:
    """The id of the page that tells of an object of the noun."""
    return When(entry__object_type=kind.noun, then=Subquery(_one_of(kind).values(kind.opens)[:1]))


def _called(kind: Kind) -> When:
    """What an object of the noun is called; "" where its kind has no name."""
    mine = _one_of(kind)
    name = mine.annotate(named_as=Cast(F(kind.called), CharField())).values("named_as")[:1] if kind.called else None
    return When(entry__object_type=kind.noun, then=Subquery(name) if name is not None else Value(""))
