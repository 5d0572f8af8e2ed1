"""A person's calendar feed: whoever has the address reads it, without signing in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audits.calendars import calendar_of
from audits.queries.calendar import feed_by, in_feed


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of that token; 404 for one that was revoked, or whose person is no auditor any more."""
    found = feed_by(token)
    if found is None:
        raise Http404("No such calendar.")
    site = request.build_absolute_uri("/").rstrip("/")
    made = calendar_of(in_feed(found), name=_("Audits"), site=site)
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Disposition"] = 'inline; filename="audits.ics"'
    return response
