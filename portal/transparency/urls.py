"""Addresses of transparency."""

from django.urls import path

from portal.transparency import decisions, statistics_views, views

app_name = "transparency"
urlpatterns = [
    path("about/", views.about, name="about"),
    path("register/", views.Register.as_view(), name="register"),
    path("appeals/decisions/", decisions.Decisions.as_view(), name="decisions"),
    path("appeals/decisions/<str:reference>/", decisions.decision, name="decision"),
    path("record/", views.record, name="record"),
    path("statistics/", statistics_views.page, name="statistics"),
    path("statistics/<slug:key>.csv", statistics_views.export, name="statistics_export"),
]
