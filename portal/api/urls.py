"""Addresses for machines."""

from django.urls import path, re_path

from portal.api import signals
from portal.api.api import api
from portal.api.views import access, credentials, metadata, search, usage

app_name = "api"
urlpatterns = [
    path("access/v1/evaluation", access.evaluation, name="evaluation"),
    path("access/v1/evaluations", access.evaluations, name="evaluations"),
    path("access/v1/search/subject", search.subject, name="search_subject"),
    path("access/v1/search/resource", search.resource, name="search_resource"),
    path("access/v1/search/action", search.action, name="search_action"),
    path("usage/v1/events", usage.events, name="usage_events"),
    path("usage/v1/otlp/v1/logs", usage.logs, name="usage_logs"),
    path("usage/v1/problems", usage.problems, name="usage_problems"),
    path("usage/v1/schemas/window-1.json", usage.schema, name="usage_schema"),
    path(".well-known/authzen-configuration", metadata.configuration, name="authzen_configuration"),
    path(".well-known/ssf-configuration", signals.configuration, name="ssf_configuration"),
    path(".well-known/jwt-vc-issuer", credentials.issuer, name="credential_issuer"),
    re_path(r"^credentials/examples/example_(?P<name>holder|gateway)\.py$", credentials.example, name="example"),
    path("credentials/types/access-grant", credentials.credential_type, name="credential_type"),
    path("credentials/status/<uuid:pk>", credentials.status_list, name="status_list"),
    path("credentials/nonce", credentials.nonce, name="credential_nonce"),
    path("credentials/credential", credentials.fetch, name="credential_fetch"),
    path("api/v1/openapi.json", metadata.openapi, name="openapi"),
    path("api/v1/", api.urls),
]
