"""What the desk's pages of this app share: a queue, a page for one thing, and a page for each of its deeds."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audits.views.deeds import DeedPage, perform
from partners.access import require_role
from partners.queries.timeline import tiers_for, timeline
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.states import Move
from portal.desk import DeskAdmin
from portal.ui import tags
from portal.ui.paging import BoundedPaginator
from portal.ui.panel import actions_for
from portal.ui.templatetags import ui

asks = require_http_methods(["GET", "HEAD", "POST"])
"""For pages with a form: other methods do not exist there."""


class CaseAdmin(DeskAdmin):
    """Rows that the actor may see, the page of one, and its deeds at `<id>/<slug>/`."""

    pages: ClassVar[tuple[DeedPage, ...]] = ()
    """In the order in which the page offers them."""
    primary: ClassVar[tuple[str, ...]] = ()
    page_template: ClassVar[str] = ""
    deed_template: ClassVar[str] = "admin/audits/deed.html"
    page_related: ClassVar[tuple[str, ...]] = ()
    list_display_links = None
    paginator = BoundedPaginator

    # --- what a subclass says ---
    def parts(self, subject: Any, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        """What the page of one shows besides its actions and its timeline."""
        return {}

    def on_page(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what the page of one needs."""
        return rows.select_related(*self.page_related)

    # --- one thing ---
    def subject(self, request: PortalRequest, pk: object) -> Any:
        """The thing, for somebody who may see it. Http404 for a stranger, Refused for a role without the right."""
        require_role(request.actor, *self.roles_view)
        try:
            key = UUID(str(pk))
        except ValueError as error:
            raise Http404("No such page.") from error
        found = self.on_page(self.visible(self.model._default_manager.all(), request.actor)).filter(pk=key).first()
        if found is None:
            raise Http404("Nothing here that you may see.")
        return found

    def change_view(self, request: PortalRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        subject, actor = self.subject(request, object_id), request.actor
        shown = {
            "title": str(subject),
            "subject": subject,
            "actions": actions_for(subject, actor, self.addresses(subject), primary=self.primary),
            "events": timeline(subject.pk, tiers=tiers_for(actor, own=False, assigned=True), viewer=actor, limit=30),
            **self.parts(subject, actor, request),
        }
        return render(request, self.page_template, self.frame(request, subject) | shown)

    def addresses(self, subject: Any) -> dict[str, str]:
        """Verb → address of the deed's page."""
        return {page.verb: reverse(self._name(page.slug), args=[subject.pk]) for page in self.pages}

    def frame(self, request: PortalRequest, subject: Any) -> dict[str, Any]:
        """What the desk's frame needs: the sidebar and the crumbs."""
        return {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "crumbs": [
                (capfirst(self.model._meta.verbose_name_plural), reverse(f"admin:{self._base}_changelist")),
                (str(subject), self.url_of(subject)),
            ],
        }

    def ask(self, request: PortalRequest, subject: Any, form: Form, move: Move, lead: str = "") -> HttpResponse:
        """The page with the form of a deed that is not in `pages`, for it makes or changes something else."""
        shown = {
            "title": move.label,
            "subject": subject,
            "move": move,
            "page": {"lead": lead},
            "form": form,
            "back": self.url_of(subject),
        }
        return render(request, "admin/audits/deed.html", self.frame(request, subject) | shown)

    def url_of(self, subject: Any) -> str:
        """The page of one."""
        return reverse(f"admin:{self._base}_change", args=[subject.pk])

    # --- addresses ---
    @property
    def _base(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _name(self, slug: str) -> str:
        return f"admin:{self._base}_{slug}"

    def get_urls(self) -> list[URLPattern]:
        deeds = [
            path(
                f"<uuid:pk>/{page.slug}/",
                self.admin_site.admin_view(self._deed(page)),
                name=f"{self._base}_{page.slug}",
            )
            for page in self.pages
        ]
        kept = {f"{self._base}_changelist", f"{self._base}_change"}
        # Nothing is added, deleted or edited here by Django's own forms, so their addresses do not exist.
        return [*deeds, *(url for url in super().get_urls() if url.name in kept)]

    def _deed(self, page: DeedPage) -> Any:
        @asks
        def view(request: PortalRequest, pk: UUID) -> HttpResponse:
            subject = self.subject(request, pk)
            frame = {**self.frame(request, subject), "title": subject.TABLE.move(page.verb).label}
            return perform(
                request, page, subject, back=self.url_of(subject), template=self.deed_template, context=frame
            )

        return view

    # --- the queue ---
    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        require_role(request.actor, *self.roles_view)
        return super().changelist_view(request, extra_context)

    def has_view_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return bool(request.actor.roles & self.roles_view)

    @admin.display(description=_("Reference"), ordering="reference")
    def link(self, row: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url_of(row), row.reference)

    @admin.display(description=_("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: Any) -> str:
        return str(row.institution)

    @admin.display(description=_("Severity"), ordering="severity")
    def severity_tag(self, row: Any) -> SafeString:
        return tags.derived_tag(row.severity, row.get_severity_display())


def due_tag(day: Any, *, open_: bool) -> SafeString | str:
    """The day, red where it has passed and something is still owed."""
    late = open_ and day < clock.today()
    return tags.derived_tag("overdue", ui.short_day(day)) if late else ui.short_day(day)


def filter_by_state(choices: list[tuple[str, Any]]) -> type[admin.SimpleListFilter]:
    """A filter over the states of one table."""

    class StateFilter(admin.SimpleListFilter):
        title = _("state")
        parameter_name = "state"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(state=self.value()) if self.value() else queryset

    return StateFilter
