"""The queue of cases, and the addresses of everything that is done with one."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.core.paginator import Paginator
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from partners.access import require_role, visible_cases
from partners.admin import bulk, case, case_file, deeds, presence, saved_filters, screening
from partners.admin.actions import desk_url
from partners.admin.cells import age_cell, clock_cell, people_cell
from partners.admin.queue import FoundPaginator, QueueList, exported
from partners.admin.saved_filters import CASE_ROLES, default_of, views_of
from partners.models import Application, Institution
from partners.queries.clock import BY_DUE, clock_of, in_time, with_clocks
from partners.queries.desk import age_of, with_reviewers
from partners.queries.saved_filter import filters_for
from partners.queries.search import search_cases
from partners.states.application import APPLICATION
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin
from portal.ui.paging import BoundedPaginator
from portal.ui.tables import CONTENT_TYPES


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [choice for choice in APPLICATION.choices if choice[0] != "draft"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class MineFilter(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("all", _("Everybody")),
            ("me", _("With me")),
            ("us", _("With the authorities")),
            ("them", _("With the institution")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        actor = cast(PortalRequest, request).actor
        if self.value() == "me":
            return queryset.filter(reviewer_rows__user=actor.user_id)
        if self.value() == "us":
            return queryset.filter(state__in=["submitted", "under_review", "awaiting_signatures"])
        return queryset.filter(state="awaiting_applicant") if self.value() == "them" else queryset


class TimeFilter(admin.SimpleListFilter):
    title = _("time")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("late", _("Late")),
            ("week", _("Due this week")),
            ("in_time", _("Due later")),
            ("stopped", _("Clock stopped")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return in_time(queryset, self.value() or "")


class ApplicationAdmin(DeskAdmin):
    """Cases: officers see their authority's, reviewers their own, signatories those that wait for signatures."""

    roles_view: ClassVar[frozenset[str]] = frozenset(CASE_ROLES)
    list_display = ("case", "institution_name", "state_tag", "tier_label", "clock", "age", "reviewers")
    list_display_links = None
    list_before_template = "admin/partners/queue_views.html"
    actions: ClassVar[list[str]] = ["assign_all"]  # type: ignore[assignment,misc]
    actions_selection_counter = True
    list_filter = (StateFilter, TimeFilter, MineFilter, "tier", "kind")
    search_fields = ("reference",)  # shows the box; what is searched is in queries.search
    search_help_text = _("Names, references, answers, questions, notes and documents that you may read")
    ordering = BY_DUE
    paginator = BoundedPaginator

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        # Names are read for the rows of the page alone: joined, they are read for every case that is sorted.
        institutions = Prefetch("institution", Institution.objects.select_related("organisation"))
        return with_clocks(with_reviewers(visible_cases(rows, actor))).prefetch_related(institutions)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[QueueList]:
        return QueueList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What is found in what the person may read, the best first unless they sorted the list themselves."""
        if not search_term:
            return queryset, False
        found = search_cases(cast(PortalRequest, request).actor, search_term)
        request.found = found  # type: ignore[attr-defined]
        rows = found.among(queryset)
        return (rows.order_by(*queryset.query.order_by) if request.GET.get("o") else rows), False

    def get_paginator(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any) -> Paginator[Any]:
        if not hasattr(request, "found"):
            return super().get_paginator(request, queryset, *args, **kwargs)
        return FoundPaginator(queryset, *args, number=request.GET.get(PAGE_VAR, ""), **kwargs)

    @admin.display(description=_("Case"), ordering="reference")
    def case(self, row: Application) -> SafeString:
        return format_html('<a href="{}">{}</a>', desk_url("change", row.pk), row.reference)

    @admin.display(description=_("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: Application) -> str | SafeString:
        snippet = getattr(row, "snippet", "")
        if not snippet:
            return row.institution.name
        return format_html(
            '<span class="tp-cell">{}<span class="tp-found">{}</span></span>', row.institution.name, snippet
        )

    @admin.display(description=_("Tier"), ordering="tier", empty_value="–")
    def tier_label(self, row: Application) -> str:
        return row.get_tier_display() or "–"

    @admin.display(description=_("Clock"), ordering="due_on")
    def clock(self, row: Application) -> str | SafeString:
        return clock_cell(clock_of(row))

    @admin.display(description=_("Age"), ordering="-submitted_at")
    def age(self, row: Application) -> SafeString:
        return age_cell(age_of(row))

    @admin.display(description=_("Reviewers"), empty_value="–")
    def reviewers(self, row: Application) -> str | SafeString:
        return people_cell(row.reviewer_names, [one.name for one in row.others])  # type: ignore[attr-defined]

    @admin.action(description=_("Assign a reviewer"))
    def assign_all(self, request: PortalRequest, rows: QuerySet[Any]) -> HttpResponse:
        return bulk.choose_reviewer(request, rows)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Only case officers assign."""
        officer = cast(PortalRequest, request).actor.has(bulk.OFFICER)
        return super().get_actions(request) if officer else {}

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The queue; with `?export=` as a download. Without any filter it opens with the person's own default."""
        actor = request.actor
        require_role(actor, *CASE_ROLES)
        saved = filters_for(actor)
        if not request.GET and request.method == "GET" and (default := default_of(actor, saved)):
            return redirect(f"{request.path}?{default.query}")
        query = request.GET.copy()
        kind = query.pop("export", [""])[-1]
        request.GET = query  # type: ignore[assignment]
        if kind in CONTENT_TYPES:
            return exported(kind, self.get_changelist_instance(request).queryset)
        keep = query.copy()
        keep.pop("p", None)
        context = {
            "views": views_of(actor, saved, query),
            "kept": keep.urlencode(),
            "narrowed": saved_filters.is_narrowed(query),
            "officer": actor.has(bulk.OFFICER),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(self, request: PortalRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return case.case_page(request, object_id)

    def has_view_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return bool(request.actor.roles & self.roles_view)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        whole = [
            path("assign/", view(bulk.assign_all_page), name="partners_application_assign_all"),
            path("workload/", view(bulk.workload_page), name="partners_application_workload"),
            path("filters/", view(saved_filters.filters_page), name="partners_application_filters"),
            path("filters/<uuid:pk>/", view(saved_filters.filter_page), name="partners_application_filter"),
            path(
                "filters/<uuid:pk>/delete/", view(saved_filters.delete_page), name="partners_application_filter_delete"
            ),
            path("<uuid:pk>/here/", view(presence.here), name="partners_application_here"),
        ]
        own = [
            path(f"<uuid:pk>/{name}/", view(page), name=f"partners_application_{name}")
            for name, page in deeds.PAGES.items()
        ]
        return [
            *whole,
            *own,
            path("<uuid:pk>/screening/<uuid:hit_pk>/", view(screening.hit_page), name="partners_application_hit"),
            path("<uuid:pk>/file/", view(case_file.case_file_page), name="partners_application_file"),
            path(
                "<uuid:pk>/file/<uuid:file_pk>/<slug:part>/",
                view(case_file.take_page),
                name="partners_application_take_file",
            ),
            path("<uuid:pk>/changes/", view(case.changes_page), name="partners_application_changes"),
            path(
                "<uuid:pk>/assess/<slug:section>/",
                view(deeds.assess_section_page),
                name="partners_application_assess_section",
            ),
            path(
                "<uuid:pk>/reviewers/<uuid:user_pk>/remove/", view(deeds.unassign), name="partners_application_unassign"
            ),
            path(
                "<uuid:pk>/outside/<uuid:referee_pk>/<slug:verb>/",
                view(deeds.outsider),
                name="partners_application_outsider",
            ),
            path(
                "<uuid:pk>/questions/<uuid:query_pk>/<slug:verb>/",
                view(deeds.question),
                name="partners_application_question",
            ),
            *super().get_urls(),
        ]
