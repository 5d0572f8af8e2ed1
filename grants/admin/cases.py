"""Grant requests at the desk: the queue, and the addresses of a case."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from grants.access import requests_for
from grants.admin.case import case_page
from grants.admin.deeds import PAGES, review_page
from grants.admin.pages import desk_url
from grants.models import GrantRequest
from grants.states import GRANT_REQUEST
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin
from portal.ui.paging import BoundedPaginator

ROLES = frozenset({"case_officer", "reviewer", "signatory"})


class StateFilter(admin.SimpleListFilter):
    """By state; drafts belong to the institution alone."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [choice for choice in GRANT_REQUEST.choices if choice[0] != "draft"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class GrantRequestAdmin(DeskAdmin):
    """Officers see their authority's requests, reviewers those assigned to them, signatories what they may sign."""

    roles_view: ClassVar[frozenset[str]] = ROLES
    list_display = ("case", "institution_name", "state_tag", "kind", "lines", "submitted_at")
    list_display_links = None
    list_filter = (StateFilter, "kind", "risk_tier")
    search_fields = ("reference", "title", "institution__organisation__name")
    search_help_text = gettext_lazy("Reference, title or name of the institution")
    ordering = ("-submitted_at", "-pk")
    paginator = BoundedPaginator

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return requests_for(actor).annotate(line_count=Count("lines"))

    @admin.display(description=gettext_lazy("Case"), ordering="reference")
    def case(self, row: GrantRequest) -> SafeString:
        url = desk_url("grantrequest", "change", row.pk)
        return format_html('<a href="{}">{}</a>', url, row.reference)

    @admin.display(description=gettext_lazy("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: GrantRequest) -> str:
        return row.institution.name

    @admin.display(description=gettext_lazy("Lines"))
    def lines(self, row: Any) -> int:
        return int(row.line_count)

    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page(request, object_id)

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        own = [
            path(f"<uuid:pk>/{verb}/", wrap(view), name=f"grants_grantrequest_{verb.replace('-', '_')}")
            for verb, view in PAGES.items()
        ]
        review = path("<uuid:pk>/lines/<uuid:line>/", wrap(review_page), name="grants_grantrequest_line")
        return [*own, review, *super().get_urls()]
