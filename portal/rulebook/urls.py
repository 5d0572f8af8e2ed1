"""Addresses of the rulebook."""

from django.urls import path

from portal.rulebook import views

app_name = "rulebook"
urlpatterns = [
    path("rulebook/", views.index, name="index"),
    path("rulebook/<str:version>/", views.version, name="version"),
    path("rulebook/<str:version>/document.json", views.document, name="document"),
]
