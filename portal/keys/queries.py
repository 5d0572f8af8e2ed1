"""Which keys sign, are published, and are due for something."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from portal.core import clock
from portal.keys.models import SigningKey
from portal.keys.purposes import PUBLISHED_AHEAD, PURPOSES
from portal.keys.states import PUBLISHED


def active_key(purpose: str) -> SigningKey | None:
    """The key that signs for the purpose, if there is one yet."""
    return SigningKey.objects.filter(purpose=purpose, state="active").first()


def upcoming_key(purpose: str) -> SigningKey | None:
    """The key that signs next, published already."""
    return SigningKey.objects.filter(purpose=purpose, state="upcoming").first()


def published_keys(purposes: Iterable[str] = PURPOSES) -> list[SigningKey]:
    """Keys that others are to know, in the order of their making."""
    rows = SigningKey.objects.filter(state__in=PUBLISHED, purpose__in=list(purposes))
    return list(rows.order_by("created_at", "pk"))


def keys_to_replace() -> QuerySet[SigningKey]:
    """Keys whose time to sign is over, and whose successors have been published for long enough."""
    now = clock.now()
    ready = SigningKey.objects.filter(
        purpose=OuterRef("purpose"), state="upcoming", created_at__lte=now - PUBLISHED_AHEAD
    )
    return SigningKey.objects.filter(Exists(ready), state="active", rotate_from__lte=now)


def keys_to_end() -> QuerySet[SigningKey]:
    """Retired keys that signed nothing which is valid still."""
    return SigningKey.objects.filter(state="retired", published_until__lte=clock.now())


def purposes_in_want() -> list[str]:
    """Purposes without a key that signs, or without the one that signs next."""
    there = set(SigningKey.objects.filter(state__in=("active", "upcoming")).values_list("purpose", "state"))
    return [slug for slug in PURPOSES if not {(slug, "active"), (slug, "upcoming")} <= there]
