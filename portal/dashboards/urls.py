"""Addresses of dashboards."""

from django.urls import path

from portal.dashboards import lists, saved, views
from portal.dashboards.happened.views import happened
from portal.dashboards.report.views import report, report_list
from portal.dashboards.rows.views import rows

app_name = "dashboards"
urlpatterns = [
    path("happened/", happened, name="happened"),
    path("oversight/", views.oversight, name="oversight"),
    path("oversight/lines/", lists.lines, name="lines"),
    path("oversight/holds/", lists.holds, name="held"),
    path("oversight/rows/<slug:measure>/", rows, name="rows"),
    path("oversight/reports/", report_list, name="reports"),
    path("oversight/reports/<uuid:pk>.pdf", report, name="report"),
    path("oversight/views/", saved.saved_views, name="saved_views"),
    path("oversight/views/save/<slug:board>/", saved.save, name="view_save"),
    path("oversight/views/<uuid:pk>/rename/", saved.rename, name="view_rename"),
    path("oversight/views/<uuid:pk>/remove/", saved.remove, name="view_remove"),
    path("oversight/<slug:page>/", views.board, name="board"),
    path("oversight/<slug:key>.<slug:kind>", views.export, name="export"),
]
