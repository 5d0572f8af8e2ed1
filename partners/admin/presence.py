"""Who else has a case open, on its page and in the queue."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from partners import presence
from partners.admin.actions import desk_url
from partners.admin.pages import DeclareFirst, open_case
from partners.models import Application
from partners.presence import Present
from partners.queries.case import Case
from portal.core.actors import Actor
from portal.core.requests import PortalRequest


def others_at(case: Case, actor: Actor) -> list[Present]:
    """Note that the person has the case open, and say who else has."""
    presence.arrive(case.application.pk, actor)
    people = presence.present([case.application.pk]).get(case.application.pk, [])
    return presence.shown_to(people, actor, case.hands.assigned, blind=case.is_blind_for(actor.user_id))


def at_rows(rows: list[Application], actor: Actor) -> None:
    """Note on each row of the queue, as `others`, who has it open. No query, one round trip to Valkey.

    A reviewer sees no other reviewer of a case of theirs: whether they are still blind would cost a query a row.
    """
    found = presence.present([row.pk for row in rows])
    for row in rows:
        assigned = set(row.reviewer_ids)  # type: ignore[attr-defined]
        people = found.get(row.pk, [])
        row.others = presence.shown_to(people, actor, assigned, blind=actor.user_id in assigned)  # type: ignore[attr-defined]


@require_POST
def here(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A sign of life of an open case page; answers with who else is there, as a part of that page."""
    try:
        case = open_case(request, pk)
    except DeclareFirst:
        return HttpResponse(status=204)
    context = {
        "others": others_at(case, request.actor),
        "here_url": desk_url("here", pk),
        "seconds": presence.RENEWED,
    }
    return render(request, "admin/partners/_here.html", context)
