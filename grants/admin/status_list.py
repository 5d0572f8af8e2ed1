"""Status lists at the desk: how full they are, and whether they are published. For the system administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.admin.pages import desk_url
from grants.models import StatusChange, StatusList
from grants.rules.status_list import INVALID, SUSPENDED
from portal.core import clock
from portal.core.actors import Actor
from portal.desk import DeskAdmin


class StatusListAdmin(DeskAdmin):
    """Lists, the newest first. What an entry says of whom is not here."""

    roles_view = frozenset({"system_administrator"})
    list_display = ("address", "is_open", "filled", "suspended", "invalid", "signed_at", "expires_at", "waits")
    list_display_links = None
    fields = ("id", "is_open", "size", "opened_at", "signed_at", "expires_at", "renew_from", "kid")
    readonly_fields = ("id",)
    ordering = ("-opened_at",)

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        changes = StatusChange.objects.filter(status_list=OuterRef("pk"))
        return rows.annotate(
            taken=Count("entries"),
            on_hold=Count("entries", filter=Q(entries__value=SUSPENDED)),
            over=Count("entries", filter=Q(entries__value=INVALID)),
            due=Exists(changes),
        )

    @admin.display(description=gettext_lazy("List"))
    def address(self, row: StatusList) -> SafeString:
        return format_html('<a href="{}"><code>{}</code></a>', desk_url("statuslist", "change", row.pk), row.pk)

    @admin.display(description=gettext_lazy("Places taken"))
    def filled(self, row: Any) -> str:
        return _("%(taken)s of %(size)s") % {"taken": row.taken, "size": row.size}

    @admin.display(description=gettext_lazy("Suspended"))
    def suspended(self, row: Any) -> int:
        return int(row.on_hold)

    @admin.display(description=gettext_lazy("Invalid"))
    def invalid(self, row: Any) -> int:
        return int(row.over)

    @admin.display(description=gettext_lazy("To be published"), boolean=True)
    def waits(self, row: Any) -> bool:
        return bool(row.due) or row.renew_from <= clock.now()
