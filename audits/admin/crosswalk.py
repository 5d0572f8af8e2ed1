"""Crosswalks at the desk, and what they make of an audit: answers that serve it, and what it answers besides."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.actions.crosswalk import derive_crosswalk, import_crosswalk, retire_crosswalk, take_over_results
from audits.admin.base import CaseAdmin, asks, filter_by_state
from audits.admin.catalogue import IMPORTERS, READERS
from audits.forms.crosswalk import ImportCrosswalkForm, TakeOverForm
from audits.models import Catalogue, Crosswalk
from audits.queries.crosswalk import reach, served
from audits.states import CROSSWALK
from audits.views.deeds import DeedPage
from partners.access import require_role
from portal.core.actors import Actor
from portal.core.oscal import CatalogueError
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.forms import refuse
from portal.ui.templatetags import ui
from portal.workflow import can

SHOWN = 200
"""Links on the page of a crosswalk."""


class CrosswalkAdmin(CaseAdmin):
    """Every crosswalk that was imported."""

    roles_view: ClassVar = READERS
    pages = (
        DeedPage(
            "retire",
            "retire",
            lambda crosswalk, _said, by: retire_crosswalk(crosswalk=crosswalk, by=by),
            lead=gettext_lazy("No answer counts by it any more. What was taken over by it stays."),
            dangerous=True,
        ),
    )
    page_template = "admin/audits/crosswalk.html"
    list_display = ("name", "from_key", "to_key", "link_count", "imported", "state_tag")
    list_filter = (filter_by_state(CROSSWALK.choices),)
    search_fields = ("title", "from_key", "to_key", "source")
    ordering = ("from_key", "to_key", "-imported_at")
    list_before_template = "admin/audits/crosswalks_above.html"

    @admin.display(description=gettext_lazy("Crosswalk"), ordering="title")
    def name(self, row: Crosswalk) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url_of(row), row.title)

    @admin.display(description=gettext_lazy("Imported"), ordering="imported_at")
    def imported(self, row: Crosswalk) -> str:
        return ui.short_day(row.imported_at)

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {"may_import": bool(request.actor.roles & IMPORTERS)}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def parts(self, subject: Crosswalk, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        links = list(subject.links.order_by("from_id", "to_id")[: SHOWN + 1])
        return {"crosswalk": subject, "links": links[:SHOWN], "more": max(0, subject.link_count - SHOWN)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [path("import/", view(self.import_page), name="audits_crosswalk_import"), *super().get_urls()]

    @method_decorator(asks)
    def import_page(self, request: PortalRequest) -> HttpResponse:
        """Import links from a file, or as the first catalogue names them."""
        require_role(request.actor, *IMPORTERS)
        form = ImportCrosswalkForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = _made(form.cleaned_data, request.actor)
            except Refused as error:
                refuse(form, error.verdict)
            except CatalogueError as error:
                form.add_error("upload", str(error))
            else:
                messages.success(request, _("Imported."))
                return redirect(self.url_of(made))
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "crumbs": [(_("Crosswalks"), reverse("admin:audits_crosswalk_changelist"))],
        }
        shown = {"title": _("Import a crosswalk"), "form": form}
        return render(request, "admin/audits/crosswalk_import.html", frame | shown)


def _made(said: dict[str, Any], by: Actor) -> Crosswalk:
    named = {"to_key": said["to_key"], "title": said["title"], "by": by}
    if said["upload"]:
        content = said["upload"].read()
        return import_crosswalk(from_key=said["from_key"], content=content, source=said["source"], **named)
    newest = Catalogue.objects.filter(key=said["from_key"], state="current").order_by("-imported_at")[0]
    return derive_crosswalk(catalogue=newest, name=said["name"], **named)


def crosswalk_urls(desk: CaseAdmin) -> list[URLPattern]:
    """The address under an audit: answers that serve it, for whoever may open its page."""

    @asks
    def view(request: PortalRequest, pk: UUID) -> HttpResponse:
        audit, actor = desk.subject(request, pk), request.actor
        offered = served(audit)
        form = TakeOverForm(request.POST if request.method == "POST" else None, offered=offered)
        if request.method == "POST" and form.is_valid():
            try:
                chosen = {UUID(key) for key in form.cleaned_data["checks"]}
                taken = take_over_results(audit=audit, checks=chosen, by=actor)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                said = ngettext("%(n)s answer is taken over.", "%(n)s answers are taken over.", taken) % {"n": taken}
                messages.success(request, said)
                return redirect(request.path)
        shown = {
            "title": _("One answer for several catalogues"),
            "audit": audit,
            "offered": offered,
            "reaches": reach(audit),
            "form": form,
            "may_record": bool(can(audit, "test_controls", actor)),
            "move": True,
        }
        return render(request, "admin/audits/audit_crosswalk.html", desk.frame(request, audit) | shown)

    return [path("<uuid:pk>/crosswalk/", desk.admin_site.admin_view(view), name="audits_audit_crosswalk")]
