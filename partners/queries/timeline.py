"""What happened to something, from the record, as much as the viewer may know."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.ledger.models import Event, Tier

PUBLIC = (Tier.PUBLIC,)
SCHEME = (*PUBLIC, Tier.SCHEME)
PARTY = (*SCHEME, Tier.CASE)
AUTHORITY = (*PARTY, Tier.AUTHORITY)
ASSIGNED = (*AUTHORITY, Tier.RESTRICTED)


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
    about: UUID, *, tiers: Iterable[str], viewer: Actor, limit: int = 200, nouns: Iterable[str] = ()
) -> list[Happened]:
    """The newest events about that id, of these tiers (and nouns). Two queries."""
    rows = Event.objects.filter(about__contains=[about], tier__in=list(tiers)).select_related("entry")
    if nouns:
        rows = rows.filter(entry__object_type__in=list(nouns))
    events = list(rows.order_by("-entry_id")[:limit])
    bodies = {event.entry.body_id for event in events if event.entry.body_id}
    names = dict(Organisation.objects.filter(pk__in=bodies).values_list("pk", "name"))
    return [_happened(event, names, viewer) for event in events]


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
