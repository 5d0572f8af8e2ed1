"""Deeds on calendar feeds: a person makes an address of their own, and revokes it."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db.models import QuerySet

from audits.models import CalendarFeed
from audits.models.calendar import digest_of
from portal.core import clock
from portal.core.actors import Actor
from portal.workflow import as_deed, create, move


def active_feeds(user_id: UUID | None) -> QuerySet[CalendarFeed]:
    """The person's address that answers: one or none."""
    rows: QuerySet[CalendarFeed] = CalendarFeed.objects.filter(state="active")
    return rows.filter(user_id=user_id) if user_id is not None else rows.none()


@as_deed
def issue_feed(*, by: Actor) -> tuple[CalendarFeed, str]:
    """Make an address for the actor's audits; an earlier one ends. Gives the token, which is told this once."""
    token = secrets.token_urlsafe(32)
    for earlier in active_feeds(by.user_id):
        revoke_feed(feed=earlier, by=by)
    feed = CalendarFeed(user_id=by.person_id, token_digest=digest_of(token), issued_at=clock.now())
    return create(feed, "issue", by=by), token


@as_deed
def revoke_feed(*, feed: CalendarFeed, by: Actor) -> CalendarFeed:
    """Whoever has the address reads nothing any more."""
    return move(feed, "revoke", by=by, changes={"revoked_at": clock.now()})
