"""What there is to ask, for machines: the decision point's endpoints, and the OpenAPI document."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.api.answers import answer
from portal.api.api import api

ENDPOINTS = {
    "access_evaluation_endpoint": "api:evaluation",
    "access_evaluations_endpoint": "api:evaluations",
    "search_subject_endpoint": "api:search_subject",
    "search_resource_endpoint": "api:search_resource",
    "search_action_endpoint": "api:search_action",
}
"""By the name of the standard (AuthZEN 1.0 §9.1.1)."""


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What this decision point offers (AuthZEN 1.0 §9)."""
    base = settings.BASE_URL
    endpoints = {name: f"{base}{reverse(url)}" for name, url in ENDPOINTS.items()}
    response = answer(request, {"policy_decision_point": base, **endpoints})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of everything that machines may ask."""
    return HttpResponse(_document(), content_type="application/json")


@cache
def _document() -> bytes:
    return json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder).encode()
