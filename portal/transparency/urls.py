"""Addresses of transparency."""

from django.urls import path

from portal.transparency import statistics_views, views

app_name = "transparency"
urlpatterns = [
    path("about/", views.about, name="about"),
    path("register/", views.Register.as_view(), name="register"),
    path("record/", views.record, name="record"),
    path("statistics/", statistics_views.page, name="statistics"),
    path("statistics/<slug:key>.csv", statistics_views.export, name="statistics_export"),
]
