"""One grant request at the desk: who may open it, and its page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grants.access import get_request
from grants.actions.signature import signing_verdict
from grants.admin.pages import Crumbs, desk_url, page
from grants.models import GrantRequest
from grants.queries.comparison import reading
from grants.queries.request import RequestCase, case_of
from grants.queries.shown import shown_lines
from grants.states import IN_HAND
from grants.views.request import steps_of
from partners.queries.timeline import tiers_for, timeline
from partners.rules.hands import may_review
from portal.accounts.models import User
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui.panel import actions_for


def crumbs(found: GrantRequest) -> Crumbs:
    """The way to a page of the case."""
    return [
        (_("Grant requests"), desk_url("grantrequest", "changelist")),
        (found.reference, desk_url("grantrequest", "change", found.pk)),
    ]


def open_case(request: PortalRequest, pk: object) -> RequestCase:
    """The case that the person may see, else `Http404`."""
    try:
        key = UUID(str(pk))
    except ValueError as error:
        raise Http404("No such case.") from error
    return case_of(get_request(actor=request.actor, pk=key))


def must_declare(case: RequestCase, actor: Actor) -> bool:
    """Whether the person has to declare their interests before the case opens."""
    return case.request.state in IN_HAND and actor.user_id not in case.hands.clear | case.hands.authors


def to_declaration(request: PortalRequest, case: RequestCase) -> HttpResponse:
    """First the page where interests are declared, which leads back here."""
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{desk_url('grantrequest', 'declare', case.request.pk)}?{query}")


@require_safe
def case_page(request: PortalRequest, pk: str) -> HttpResponse:
    """One case: lines with reviews and answers, people, questions, signatures, what happened."""
    actor, case = request.actor, open_case(request, pk)
    if must_declare(case, actor):
        return to_declaration(request, case)
    found = case.request
    people = {user.pk: user for user in User.objects.filter(pk__in=case.hands.assigned | case.hands.assessors)}
    context = {
        "title": found.reference,
        "request_": found,
        "case": case,
        "lines": shown_lines(case.lines, case.rules, granted=found.state == "granted"),
        **reading(case),
        "steps": steps_of(found),
        "actions": _actions(case, actor),
        "reviewers": [people[pk] for pk in sorted(case.hands.assigned | case.hands.assessors) if pk in people],
        "may_review": found.state == "under_review" and bool(may_review(case.hands, actor)),
        "quorum": case.quorum_state,
        "signatures": [(row, row.digest == found.digest) for row in case.signatures],
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
        "crumbs": crumbs(found)[:1],
        "grant": getattr(found, "grant", None) if found.state == "granted" else None,
    }
    return page(request, "admin/grants/case.html", context)


VERBS = {
    "take_up": "take-up",
    "assign": "assign",
    "ask": "ask",
    "send_to_provider": "send-to-providers",
    "return_to_review": "return-to-review",
    "extend_consent": "extend-consent",
    "send_to_signatories": "send-to-signatories",
    "sign": "sign",
}
"""Verb → the end of its page's address, in the order of the actions."""


def _actions(case: RequestCase, actor: Actor) -> list[dict[str, Any]]:
    found = case.request
    urls = {
        verb: desk_url("grantrequest", ending.replace("-", "_"), found.pk)
        for verb, ending in VERBS.items()
        if verb != "ask" or actor.has("case_officer") or actor.user_id in case.hands.assigned
    }
    items = actions_for(found, actor, urls, primary=["take_up", "send_to_provider", "send_to_signatories", "sign"])
    if found.state == "awaiting_signatures" and actor.has("signatory"):
        verdict = signing_verdict(case, actor)
        for item in items:
            if item["url"] == urls["sign"] and not verdict:
                item["reason"] = verdict.reason
    return items
