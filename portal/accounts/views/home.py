"""The front door: a visitor's page, or the home page of the actor's role; and the way to a second factor."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs me now; for visitors, what the portal is."""
    return render(request, "accounts/home.html")


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Says which roles wait for a second factor, and leads to setting one up or confirming with it."""
    return render(request, "accounts/second_factor.html")
