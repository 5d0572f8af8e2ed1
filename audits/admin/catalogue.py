"""Control catalogues at the desk: the tree, searching, what a version changed, and importing another."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from audits.actions.catalogue import retire_catalogue
from audits.actions.catalogue_import import progress_key, receive_catalogue
from audits.admin.base import CaseAdmin, asks, filter_by_state
from audits.forms.catalogue import ImportCatalogueForm
from audits.models import Catalogue, CatalogueImport, Control
from audits.queries.catalogue import FOUND, changes, controls_of, search, tree, versions
from audits.queries.crosswalk import linked_to
from audits.states import CATALOGUE, CATALOGUE_IMPORT
from audits.views.deeds import DeedPage
from partners.access import require_role
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.forms import refuse
from portal.ui.templatetags import ui

READERS = frozenset({"case_officer", "auditor", "system_administrator"})
IMPORTERS = frozenset({"case_officer", "system_administrator"})


def catalogue_url(page: str, *args: object) -> str:
    """The address of a page of catalogues at the desk."""
    return reverse(f"admin:audits_catalogue_{page}", args=args)


class CatalogueAdmin(CaseAdmin):
    """Every version that was imported. Audits keep the one that they began with."""

    roles_view: ClassVar = READERS
    pages = (
        DeedPage(
            "retire",
            "retire",
            lambda catalogue, _said, by: retire_catalogue(catalogue=catalogue, by=by),
            lead=gettext_lazy("New audits no longer use this version. Audits that do keep it, and so does the record."),
            dangerous=True,
        ),
    )
    page_template = "admin/audits/catalogue.html"
    list_display = ("name", "key", "version", "form_name", "control_count", "imported", "state_tag")
    list_filter = (filter_by_state(CATALOGUE.choices), "format")
    search_fields = ("title", "key", "source")
    ordering = ("key", "-imported_at")
    list_before_template = "admin/audits/catalogues_above.html"

    @admin.display(description=gettext_lazy("Catalogue"), ordering="title")
    def name(self, row: Catalogue) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url_of(row), row.title)

    @admin.display(description=gettext_lazy("Form"), ordering="format")
    def form_name(self, row: Catalogue) -> str:
        return _form(row)

    @admin.display(description=gettext_lazy("Imported"), ordering="imported_at")
    def imported(self, row: Catalogue) -> str:
        return ui.short_day(row.imported_at)

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {"may_import": bool(request.actor.roles & IMPORTERS)}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def parts(self, subject: Catalogue, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        words = request.GET.get("q", "").strip()[:200]
        group = _chosen(subject, request.GET.get("group", ""))
        found = list(search(words, catalogue=subject)[: FOUND + 1]) if words else []
        return {
            "catalogue": subject,
            "form": _form(subject),
            "words": words,
            "found": found[:FOUND],
            "more": len(found) > FOUND,
            "tree": tree(subject, opened=group.pk if group else None),
            "group": group,
            "controls": controls_of(group) if group else [],
            "versions": [other for other in versions(subject)[:20] if other.pk != subject.pk],
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_page), name="audits_catalogue_import"),
            path("search/", view(self.search_page), name="audits_catalogue_search"),
            path("<uuid:pk>/controls/<uuid:control_pk>/", view(self.control_page), name="audits_catalogue_control"),
            path("<uuid:pk>/changes/<uuid:old_pk>/", view(self.changes_page), name="audits_catalogue_changes"),
            *super().get_urls(),
        ]

    # --- pages ---
    @method_decorator(asks)
    def import_page(self, request: PortalRequest) -> HttpResponse:
        """Send a file; `?of=` fills in which catalogue it is a newer version of."""
        require_role(request.actor, *IMPORTERS)
        form = ImportCatalogueForm(request.POST or None, request.FILES or None, initial=_initial(request))
        if request.method == "POST" and form.is_valid():
            said = dict(form.cleaned_data)
            upload = said.pop("upload")
            try:
                made = receive_catalogue(content=upload, file_name=upload.name, by=request.actor, **said)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _("The file is received and is being read. You will be told how it went."))
                return redirect(made.get_absolute_url())
        return self._page(request, "admin/audits/catalogue_import.html", _("Import a catalogue"), {"form": form})

    @method_decorator(require_safe)
    def search_page(self, request: PortalRequest) -> HttpResponse:
        """Controls of all current catalogues by identifier or words."""
        require_role(request.actor, *READERS)
        words = request.GET.get("q", "").strip()[:200]
        found = list(search(words)[: FOUND + 1])
        shown = {"words": words, "found": found[:FOUND], "more": len(found) > FOUND}
        return self._page(request, "admin/audits/catalogue_search.html", _("Search all catalogues"), shown)

    @method_decorator(require_safe)
    def control_page(self, request: PortalRequest, pk: UUID, control_pk: UUID) -> HttpResponse:
        """One control: what it asks for, and what it says beside that."""
        require_role(request.actor, *READERS)
        related = ("catalogue", "group", "parent")
        control = get_object_or_404(Control.objects.select_related(*related), pk=control_pk, catalogue=pk)
        shown = {
            "linked": linked_to(control),
            "control": control,
            "catalogue": control.catalogue,
            "enhancements": control.enhancements.order_by("position"),
        }
        crumb = (str(control.catalogue), catalogue_url("change", control.catalogue_id))
        return self._page(request, "admin/audits/catalogue_control.html", str(control), shown, crumb)

    @method_decorator(require_safe)
    def changes_page(self, request: PortalRequest, pk: UUID, old_pk: UUID) -> HttpResponse:
        """What became of the controls between two versions of one catalogue."""
        require_role(request.actor, *READERS)
        new, old = get_object_or_404(Catalogue, pk=pk), get_object_or_404(Catalogue, pk=old_pk)
        if new.key != old.key:
            raise Http404("Not versions of one catalogue.")
        title = _("From version %(old)s to %(new)s") % {"old": old.version, "new": new.version}
        shown = {"catalogue": new, "old": old, "changes": changes(old, new)}
        return self._page(
            request, "admin/audits/catalogue_changes.html", title, shown, (str(new), catalogue_url("change", new.pk))
        )

    def _page(
        self, request: PortalRequest, template: str, title: str, shown: dict[str, Any], *crumbs: tuple[str, str]
    ) -> HttpResponse:
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "crumbs": [(_("Control catalogues"), catalogue_url("changelist")), *crumbs],
            "title": title,
        }
        return render(request, template, {**frame, **shown})


def _chosen(catalogue: Catalogue, key: str) -> Any:
    """The group that the address names, or none."""
    try:
        return catalogue.groups.filter(pk=UUID(key)).first()
    except ValueError:
        return None


def _initial(request: PortalRequest) -> dict[str, Any]:
    earlier = Catalogue.objects.filter(key=request.GET.get("of", "")[:60]).order_by("-imported_at").first()
    if earlier is None:
        return {"form": "oscal"}
    known = earlier.format in CatalogueImport.Form.values
    return {"key": earlier.key, "form": earlier.format if known else "oscal", "source": earlier.source}


def _form(row: Catalogue) -> str:
    return str(dict(CatalogueImport.Form.choices).get(row.format, row.format))


class CatalogueImportAdmin(CaseAdmin):
    """Files that were received, the newest first: how far each is, and why one failed."""

    roles_view: ClassVar = IMPORTERS
    page_template = "admin/audits/catalogue_imported.html"
    page_related = ("catalogue", "received_by")
    list_display = ("file", "key", "state_tag", "received", "received_by")
    list_filter = (filter_by_state(CATALOGUE_IMPORT.choices), "form")
    list_select_related = ("received_by",)
    search_fields = ("key", "file_name")
    ordering = ("-received_at", "-pk")

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return rows

    @admin.display(description=gettext_lazy("File"), ordering="file_name")
    def file(self, row: CatalogueImport) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url_of(row), row.file_name)

    @admin.display(description=gettext_lazy("Received"), ordering="received_at")
    def received(self, row: CatalogueImport) -> str:
        return ui.moment(row.received_at)

    def parts(self, subject: CatalogueImport, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        progress = cache.get(progress_key(subject.pk)) if subject.state == "received" else None
        return {"made": subject, "progress": progress, "catalogue": subject.catalogue}
