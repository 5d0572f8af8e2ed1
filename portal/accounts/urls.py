"""Addresses of accounts: home, second factor, organisations and their people."""

from django.urls import path

from portal.accounts.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("second-factor/", home.second_factor, name="second_factor"),
]
