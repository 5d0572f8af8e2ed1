"""The portal's addresses, and beside them Django's own admin over the same rows."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path

from partners.access import visible_cases
from partners.models import Application


class Stock(AdminSite):
    """Django's admin as it comes."""

    index_template = "admin/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class StockApplications(ModelAdmin):
    """A plain changelist with the same columns and the same rows as the queue."""

    list_display = ("reference", "institution", "state", "tier", "submitted_at", "kind")
    list_filter = ("state", "tier", "kind")
    list_select_related = ("institution__organisation", "authority")
    list_per_page = 25
    search_fields = ("reference",)
    ordering = ("-submitted_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_cases(super().get_queryset(request), request.actor)  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_module_permission = has_view_permission  # type: ignore[assignment]


stock = Stock(name="stock")
stock.register(Application, StockApplications)

urlpatterns = [path("", include("portal.urls")), path("stock/", stock.urls)]
