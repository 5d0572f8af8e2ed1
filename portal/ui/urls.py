"""Addresses of the interface itself: keeping a session, and the gallery of components in a demonstration."""

from django.urls import path

from portal.ui import views

urlpatterns = [
    path("session/", views.session_keep, name="session_keep"),
    path("gallery/", views.gallery, name="gallery"),
]
