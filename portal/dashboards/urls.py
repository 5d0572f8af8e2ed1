"""Addresses of dashboards."""

from django.urls import path

from portal.dashboards import lists, views

app_name = "dashboards"
urlpatterns = [
    path("oversight/", views.oversight, name="oversight"),
    path("oversight/lines/", lists.lines, name="lines"),
    path("oversight/holds/", lists.holds, name="held"),
    path("oversight/<slug:page>/", views.board, name="board"),
    path("oversight/<slug:key>.<slug:kind>", views.export, name="export"),
]
