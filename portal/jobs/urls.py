"""Addresses of jobs."""

from django.urls import path

from portal.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/messages/<uuid:pk>/try-again/", views.message_try_again, name="message_try_again"),
]
