"""What a page needs on which somebody binds an institution: who may, and whether they confirmed just now."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from partners.queries.declaration import last_capacity, representatives_of
from partners.rules.binding import STALE, is_fresh
from portal.accounts.models import User
from portal.accounts.second_factor import confirm_address
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.core.verdicts import Verdict
from portal.rulebook.schema import Rulebook

ROLE = "representative"


@dataclass(frozen=True, slots=True)
class Signing:
    """How far the person is from signing on this page.

    `entitled`: they hold the role; `awake`: and it is in effect; `fresh`: and they confirmed just now. `confirm_url`
    leads to doing so and back here. `representatives` are those who may, where this person may not.
    """

    entitled: bool
    awake: bool
    fresh: Verdict
    minutes: int
    confirm_url: str
    capacity: str
    representatives: tuple[User, ...] = ()

    @property
    def ready(self) -> bool:
        return self.awake and bool(self.fresh)


def signing_on(request: PortalRequest, institution_id: UUID, book: Rulebook) -> Signing:
    """For a page on which an institution is bound, under the rulebook in force. One or two queries."""
    actor = request.actor
    minutes = book.second_factor.fresh_minutes
    entitled = ROLE in actor.roles | actor.dormant and actor.body_id == institution_id
    awake = entitled and actor.has(ROLE)
    written = request.POST.get("capacity") or request.GET.get("capacity") or ""
    back = f"{request.path}?{urlencode({'capacity': written[:150]})}" if written else request.path
    asleep = f"{reverse('second_factor')}?{urlencode({'next': back})}"
    return Signing(
        entitled=entitled,
        awake=awake,
        fresh=is_fresh(actor.confirmed_at, clock.now(), minutes),
        minutes=minutes,
        confirm_url=confirm_address(actor.user, back) if awake else asleep,
        capacity=written[:150] or (last_capacity(actor.user_id, institution_id) if entitled else ""),
        representatives=() if entitled else tuple(representatives_of(institution_id)[:20]),
    )


def is_stale(verdict: Verdict) -> bool:
    """Whether a deed was refused only because the second factor was shown too long ago."""
    return verdict.code == STALE
