"""Addresses of published keys."""

from django.urls import path

from portal.keys import views

urlpatterns = [
    # Before the identity provider's own page of the same address: this one has its key, too.
    path(".well-known/jwks.json", views.key_set, name="jwks"),
    path(".well-known/jwks/<slug:purpose>.json", views.key_set, name="jwks_purpose"),
]
