"""Addresses of the demonstration. Outside of one they are not there."""

from django.urls import path

from portal.demo import views

urlpatterns = [path("demo/", views.sign_ins, name="demo_sign_ins")]
