"""Addresses for machines."""

from django.urls import path

from portal.api.api import api
from portal.api.views import access

app_name = "api"
urlpatterns = [
    path("access/v1/evaluation", access.evaluation, name="evaluation"),
    path(".well-known/authzen-configuration", access.configuration, name="authzen_configuration"),
    path("api/v1/openapi.json", access.openapi, name="openapi"),
    path("api/v1/", api.urls),
]
