"""Addresses of dashboards."""

from django.urls import path

from portal.dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("oversight/", views.oversight, name="oversight"),
    path("oversight/<slug:key>.<slug:kind>", views.export, name="export"),
]
