"""Addresses of the rulebook."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from portal.rulebook import views


class VersionConverter(StringConverter):
    """A version's number, such as 1.0. Anything else is not found before the database is asked."""

    regex = "[0-9]{1,3}[.][0-9]{1,3}"


register_converter(VersionConverter, "rulebook_version")

app_name = "rulebook"
urlpatterns = [
    path("rulebook/", views.index, name="index"),
    path("rulebook/<rulebook_version:version>/", views.version, name="version"),
    path("rulebook/<rulebook_version:version>/document.json", views.document, name="document"),
]
