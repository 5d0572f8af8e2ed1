"""Who may see how much of the boards. Nobody else learns that the pages are there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse

from portal.accounts.guards import signed_in, to_second_factor
from portal.core.actors import Actor
from portal.core.requests import PortalRequest

AUTHORITY = ("case_officer", "signatory", "auditor")
READERS = ("oversight_member", *AUTHORITY, "provider_staff")
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Sight:
    """`provider`: the id of the one provider whose releases are counted, "" for all."""

    provider: str = ""


def sight_of(actor: Actor) -> Sight:
    """Oversight and authorities see the whole scheme, a provider what concerns its releases. Http404 for others."""
    if actor.has("oversight_member", *AUTHORITY):
        return Sight()
    if actor.has("provider_staff"):
        return Sight(provider=str(actor.organisation_id))
    raise Http404("Nobody of these roles reads the boards.")


def for_readers(view: View) -> View:
    """Decorator: gives the view the reader's sight. A role that sleeps is led to the second factor, others get 404."""

    @functools.wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor: Actor = request.actor
        if not actor.has(*READERS) and not actor.dormant.isdisjoint(READERS):
            return to_second_factor(request)
        return view(request, *args, sight=sight_of(actor), **kwargs)

    return signed_in(guarded)
