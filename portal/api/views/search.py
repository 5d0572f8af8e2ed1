"""Searches at the gate: who may, with what, and what: OpenID AuthZEN Authorization API 1.0, §8."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError

from portal.accounts.gateways import authenticate_gateway, token_digest
from portal.api.answers import answer, object_in, problem, unauthenticated, what_is_wrong
from portal.api.paging import NotOurs, Place, place_of, token_for
from portal.api.policies import AnySearch, Found, policy_set
from portal.api.schema import ActionSearch, ResourceSearch, SubjectSearch
from portal.api.views.access import turned_away

COST = 10
"""Questions that a search is worth."""


def _search(kind: type[AnySearch]) -> Callable[[HttpRequest], HttpResponse]:
    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return problem(request, 405, "method_not_allowed", "Ask with POST.", Allow="POST")
        if token_digest(request) is None:
            return unauthenticated(request)
        gateway = authenticate_gateway(request)
        refusal = turned_away(request, gateway, COST)
        if refusal is not None or gateway is None:
            return refusal or unauthenticated(request)
        asked = _asked(request, kind)
        if isinstance(asked, HttpResponse):
            return asked
        provider = gateway.organisation_id
        try:
            place = place_of(asked, provider)
        except NotOurs:
            detail = "This page cannot be asked for. Begin again without a token, with the same question for each page."
            return problem(request, 400, "page_token", detail)
        found = policy_set().search(gateway, asked, place.after, place.limit) if place.limit else Found([], place.after)
        more = bool(found.after) or not place.limit
        token = token_for(asked, provider, Place(found.after, place.limit)) if more else ""
        page = {"next_token": token, "count": len(found.results)}
        return answer(request, {"page": page, "results": found.results})

    return view


def _asked(request: HttpRequest, kind: type[AnySearch]) -> AnySearch | HttpResponse:
    found = object_in(request)
    if isinstance(found, HttpResponse):
        return found
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        return problem(request, 400, "malformed", what_is_wrong(error))


subject = _search(SubjectSearch)
resource = _search(ResourceSearch)
action = _search(ActionSearch)
