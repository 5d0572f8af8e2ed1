"""Who has a case open now: kept in Valkey for a minute and a half, renewed by the page while it is open.

Nothing rests on it: where Valkey does not answer, nobody is shown. Each person is a field of the case's own hash, so
two who write at once never overwrite each other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import redis
from django.conf import settings

from portal.core.actors import Actor

logger = logging.getLogger(__name__)
SECONDS = 90
"""How long somebody is shown after they were last seen."""
RENEWED = 40
"""Seconds between two signs of life of an open page."""
PATIENCE = 0.25
"""Seconds that a page waits for Valkey."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the case open."""

    user_id: UUID
    name: str


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True)


def _key(case: UUID) -> str:
    return f"{settings.CACHES['default'].get('KEY_PREFIX', 'portal')}:presence:{case}"


def _now() -> float:
    """Seconds of the server's own clock: a simulated one says nothing about who is there."""
    return time.time()


def arrive(case: UUID, actor: Actor) -> None:
    """The person has the case open."""
    if actor.user_id is None:
        return
    try:
        with _client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            pipe.hset(_key(case), str(actor.user_id), f"{_now() + SECONDS:.0f}|{actor.name}")
            pipe.expire(_key(case), SECONDS)
            pipe.execute()
    except redis.RedisError as error:
        logger.info("Nobody is told who has %s open: %s", case, error)


def leave(case: UUID, user_id: UUID) -> None:
    """The person no longer sees the case: at once, not when the time is over."""
    try:
        _client(settings.REDIS_URL).hdel(_key(case), str(user_id))
    except redis.RedisError as error:
        logger.info("Somebody may be shown at %s for a while: %s", case, error)


def present(cases: Iterable[UUID]) -> dict[UUID, list[Present]]:
    """Who has each of the cases open, by name. One round trip; nobody where Valkey does not answer."""
    wanted = list(cases)
    if not wanted:
        return {}
    try:
        with _client(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            for case in wanted:
                pipe.hgetall(_key(case))
            answers = pipe.execute()
    except redis.RedisError as error:
        logger.info("Nobody is told who has cases open: %s", error)
        return {}
    return {case: _people(fields) for case, fields in zip(wanted, answers, strict=True) if fields}


def _people(fields: dict[str, str]) -> list[Present]:
    found = []
    for user, value in fields.items():
        until, _bar, name = value.partition("|")
        if float(until) > _now():
            found.append(Present(UUID(user), name))
    return sorted(found, key=lambda one: (one.name, str(one.user_id)))


def shown_to(people: Iterable[Present], actor: Actor, assigned: Collection[UUID], *, blind: bool) -> list[Present]:
    """Those of them whom the viewer is shown: not themselves, and no other assessor while they may be blind."""
    return [one for one in people if one.user_id != actor.user_id and not (blind and one.user_id in assigned)]
