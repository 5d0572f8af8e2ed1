"""Deeds on statuses: places handed out, statuses brought up to date in a deed's own transaction, lists published.

Two deeds on one partner at the same moment must not each overlook the other: both wait for the same lock before they
compute a status, and read what the other has committed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from grants.models import StatusChange, StatusEntry, StatusList
from grants.queries.status import alive, lists_due, published_values, wrong_entries
from grants.rules.credential import PATH_STATUS, Place
from grants.rules.status_list import BITS, FILLED, RENEWED_AFTER, TTL, VALID_FOR, packed
from partners.models import Institution
from portal.core import clock
from portal.core.waking import wake
from portal.keys import jose
from portal.keys.encoding import b64url
from portal.workflow import as_deed, require_deed

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('grants.status'), hashtext(%s))"
TYP = "statuslist+jwt"
_random = secrets.SystemRandom()


def one_at_a_time(institutions: Iterable[UUID]) -> None:
    """Wait for other deeds that change statuses of these partners, until this one ends. Always in the same order."""
    with connection.cursor() as cursor:
        for key in sorted({str(pk) for pk in institutions}):
            cursor.execute(_LOCK, [key])


def bring_up_to_date(rows: QuerySet[StatusEntry]) -> int:
    """Set each of these entries as it should be by all other rows, and queue its list. Returns how many changed.

    The caller holds the partners' lock. Inside a deed.
    """
    require_deed()
    wrong = wrong_entries(rows)
    found = list(wrong.order_by().values_list("status_list_id", "should").distinct())
    done = sum(
        wrong.filter(should=value).update(value=value, changed_at=clock.now()) for value in {row[1] for row in found}
    )
    if found:
        StatusChange.objects.bulk_create(StatusChange(status_list_id=pk) for pk in sorted({row[0] for row in found}))
        wake()
    return done


def take_places(count: int) -> list[Place]:
    """So many free places of the open list, at random, so that their order tells nothing. Inside a deed.

    The list is locked until the deed ends. One that is filled up is closed, and the next is opened and published.
    """
    require_deed()
    found: list[Place] = []
    while len(found) < count:
        listed = StatusList.objects.select_for_update().filter(is_open=True).first() or _open()
        taken = set(StatusEntry.objects.filter(status_list=listed).values_list("index", flat=True))
        taken |= {place.index for place in found if place.status_list == listed.pk}
        room = int(listed.size * FILLED) - len(taken)
        if room <= 0:
            StatusList.objects.filter(pk=listed.pk).update(is_open=False)
            continue
        free = [index for index in range(listed.size) if index not in taken]
        chosen = _random.sample(free, min(room, count - len(found)))
        found += [Place(listed.pk, index) for index in chosen]
    return found


def _open() -> StatusList:
    """A new list, published at once, so that whoever is given a place in it finds it."""
    listed = StatusList.objects.create()
    _sign(listed)
    return listed


@as_deed
def correct_status(*, institution: Institution) -> int:
    """Bring every status of the partner up to date: what the clock alone has changed, and whatever was overlooked."""
    one_at_a_time([institution.pk])
    return bring_up_to_date(alive().filter(institution=institution))


def publish_due() -> int:
    """Publish every list that says something new or is to be signed anew. Returns how many.

    May run in several processes at once and as often as one likes. Each list is a transaction: the changes seen are
    taken off first, then the entries are read, so that a deed that commits in between is published again, never lost.
    """
    done = 0
    for pk in list(lists_due().values_list("pk", flat=True)):
        with transaction.atomic():
            listed = StatusList.objects.select_for_update().get(pk=pk)
            still_due = lists_due().filter(pk=pk).exists()  # or another process was first
            StatusChange.objects.filter(status_list=listed).delete()
            if still_due:
                _sign(listed)
                done += 1
    return done


def _sign(listed: StatusList) -> None:
    now = clock.now().replace(microsecond=0)
    expires = now + VALID_FOR
    signer = jose.signer("status")
    listed.token = signer.sign(
        typ=TYP,
        claims={
            "iss": settings.BASE_URL,
            "sub": f"{settings.BASE_URL}{PATH_STATUS}{listed.pk}",
            "iat": int(now.timestamp()),
            "exp": int(expires.timestamp()),
            "ttl": int(TTL.total_seconds()),
            "status_list": {"bits": BITS, "lst": b64url(packed(listed.size, published_values(listed)))},
        },
    )
    listed.kid, listed.signed_at, listed.expires_at, listed.renew_from = (
        signer.key.kid,
        now,
        expires,
        now + RENEWED_AFTER,
    )
    listed.save(update_fields=["token", "kid", "signed_at", "expires_at", "renew_from"])
