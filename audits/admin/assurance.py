"""Control catalogues on the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.admin.base import CaseAdmin
from audits.models import Catalogue
from portal.core.actors import Actor
from portal.ui.templatetags import ui


class CatalogueAdmin(CaseAdmin):
    """Control catalogues that were imported, with what was skipped. New ones come by `manage.py import_catalogue`."""

    roles_view: ClassVar = frozenset({"case_officer", "auditor", "system_administrator"})
    page_template = "admin/audits/catalogue.html"
    list_display = ("name", "version", "control_count", "imported", "state_tag")
    search_fields = ("title", "key")
    ordering = ("key", "-imported_at")

    @admin.display(description=_("Catalogue"), ordering="title")
    def name(self, row: Catalogue) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url_of(row), row.title)

    @admin.display(description=_("Imported"), ordering="imported_at")
    def imported(self, row: Catalogue) -> str:
        return ui.short_day(row.imported_at)

    def parts(self, subject: Catalogue, actor: Actor, request: HttpRequest) -> dict[str, Any]:
        groups: dict[Any, tuple[Any, list[Any]]] = {
            group.pk: (group, []) for group in subject.groups.order_by("position")
        }
        for control in subject.controls.order_by("position"):
            groups[control.group_id][1].append(control)
        return {"catalogue": subject, "tree": list(groups.values())}
