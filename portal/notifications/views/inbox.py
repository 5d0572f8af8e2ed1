"""The inbox of whoever is signed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from portal.notifications.actions.inbox import open_notice, read_all
from portal.notifications.models import Notice
from portal.notifications.queries.inbox import notices_of
from portal.ui.lists import ListView
from portal.ui.tables import Table


class NoticeFilter(django_filters.FilterSet):
    """Unread only."""

    show = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"), choices=[("unread", gettext_lazy("Unread"))], method="only_unread"
    )

    def only_unread(self, rows: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return rows.filter(read_at__isnull=True)


class NoticeTable(Table):
    """For the export."""

    created_at = tables.Column(verbose_name=gettext_lazy("Received"))
    title = tables.Column(verbose_name=gettext_lazy("Subject"))
    body = tables.Column(verbose_name=gettext_lazy("Text"))
    read_at = tables.Column(verbose_name=gettext_lazy("Read"))


class Inbox(LoginRequiredMixin, ListView):
    """What the person was told, the latest first."""

    template_name = "notifications/inbox.html"
    title = gettext_lazy("Notices")
    table_class = NoticeTable
    filterset_class = NoticeFilter
    search_fields = ("title", "body")
    keyset = "-created_at"
    empty_title = gettext_lazy("No notices")
    empty_text = gettext_lazy("What needs you, and what was decided, is told here and by e-mail.")
    exports = ("csv",)

    def get_queryset(self) -> QuerySet[Notice]:
        return notices_of(self.request.user.pk)

    def saved_views(self) -> list[dict[str, Any]]:
        return [{"label": _("All"), "query": {}}, {"label": _("Unread"), "query": {"show": "unread"}}]


@require_POST
@login_required
def open_(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Marks the notice read and goes to its page. Somebody else's notice is not found."""
    return redirect(open_notice(notice=get_object_or_404(notices_of(request.user.pk), pk=pk)))


@require_POST
@login_required
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Marks all of the person's notices read."""
    count = read_all(user_id=request.user.pk)
    if count:
        said = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
        messages.success(request, said % {"count": count})
    return redirect("inbox")
