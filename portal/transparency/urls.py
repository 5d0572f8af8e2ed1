"""Addresses of transparency."""

from django.urls import path

from portal.transparency import views

app_name = "transparency"
urlpatterns = [
    path("about/", views.about, name="about"),
    path("register/", views.Register.as_view(), name="register"),
    path("record/", views.record, name="record"),
]
