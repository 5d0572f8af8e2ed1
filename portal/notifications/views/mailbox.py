"""The mailbox of a demonstration: all mail that the portal sent, to be read without a mail server. Nowhere else."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.notifications.models import Mail
from portal.ui.lists import ListView
from portal.ui.tables import LinkColumn, Table
from portal.ui.templatetags import ui

SANDBOX = (
    "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""The mail's own markup runs nothing, sends nothing, and is of no origin that has a session."""


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: outside a demonstration there is no such page."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


class MailTable(Table):
    subject = LinkColumn(verbose_name=_("Subject"))
    to = tables.Column(verbose_name=_("To"))
    received_at = tables.Column(verbose_name=_("Received"))

    def render_received_at(self, value: Any) -> str:
        return ui.moment(value)


class Mailbox(ListView):
    """All mail, the latest first; searched by address or subject."""

    title = _("Mailbox of the demonstration")
    lead = _("Mail that the portal would have sent. Follow its links as its reader would.")
    table_class = MailTable
    search_fields = ("to", "subject")
    search_label = _("Address or subject")
    keyset = "-received_at"
    empty_title = _("No mail yet")
    empty_text = _("Sign up, invite someone or submit something, and it will be here in a moment.")
    exports = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Mail]:
        return Mail.objects.defer("text", "html")


@require_safe
@demo_only
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, as text with its links."""
    return render(request, "notifications/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})


@require_safe
@demo_only
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail's HTML part, in a sandbox."""
    found = get_object_or_404(Mail.objects.exclude(html=""), pk=pk)
    return HttpResponse(found.html, headers={"Content-Security-Policy": SANDBOX})
