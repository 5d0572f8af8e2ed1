"""Catalogues of statements at the desk: which there are, what they ask, who answers them, and importing one."""

from __future__ import annotations

from typing import Any, cast

import django_tables2 as tables
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.actions.statement import import_statements
from grants.admin.pages import desk_url, page
from grants.admin.row import RowAdmin, uuid_of
from grants.forms.fields import refuse_into
from grants.forms.statement_catalogue import ImportStatementsForm
from grants.models import Environment, Statement, StatementCatalogue
from grants.queries.statement_catalogue import (
    catalogues,
    environments_answering,
    grouped_statements,
    preview,
    statements_of,
)
from partners.access import require_role
from portal.core.actors import Actor
from portal.core.oscal import CatalogueError
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.tables import CONTENT_TYPES, DayColumn, NumberColumn, StateColumn, Table, export

SHOWN = 50
"""Environments on the page of a catalogue; the export has all of them."""
IMPORTERS = ("case_officer",)


class StatementTable(Table):
    """Statements as they are exported."""

    identifier = tables.Column(verbose_name=gettext_lazy("Statement"))
    group_title = tables.Column(verbose_name=gettext_lazy("Group"))
    importance = tables.Column(verbose_name=gettext_lazy("Importance"), accessor="get_importance_display")
    text = tables.Column(verbose_name=gettext_lazy("Text"))
    guidance = tables.Column(verbose_name=gettext_lazy("Guidance"))
    safeguard = tables.Column(verbose_name=gettext_lazy("Safeguard"))

    class Meta(Table.Meta):
        model = Statement
        fields = ("identifier", "group_title", "importance", "text", "guidance", "safeguard")


class AnswerTable(Table):
    """Environments that answer a catalogue, as they are exported."""

    institution = tables.Column(verbose_name=gettext_lazy("Institution"), accessor="institution__name")
    name = tables.Column(verbose_name=gettext_lazy("Environment"))
    state = StateColumn()
    answered = NumberColumn(verbose_name=gettext_lazy("Answered"))
    accredited_until = DayColumn(verbose_name=gettext_lazy("Accredited until"))

    class Meta(Table.Meta):
        model = Environment
        fields = ("institution", "name", "state", "answered", "accredited_until")


class StatementCatalogueAdmin(RowAdmin):
    """Every version that was imported, read-only; case officers import another."""

    model_name = "statementcatalogue"
    list_display = ("heading", "version", "state_tag", "statement_count", "mandatory_count", "answering", "imported_at")
    list_filter = ("state", "key")
    search_fields = ("title", "key", "source")
    search_help_text = gettext_lazy("Title, short name or source")
    ordering = ("key", "-pk")
    list_before_template = "admin/grants/statement_catalogues_above.html"

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return catalogues()

    @admin.display(description=gettext_lazy("Catalogue"), ordering="title")
    def heading(self, row: StatementCatalogue) -> SafeString:
        return self.link(row, row.title)

    @admin.display(description=gettext_lazy("Environments"), ordering="environments")
    def answering(self, row: Any) -> int:
        return int(row.environments)

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown = {"may_import": request.actor.has(*IMPORTERS)}
        return super().changelist_view(cast(Any, request), {**shown, **(extra_context or {})})

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        require_role(request.actor, *self.roles_view)
        found = catalogues().select_related("supersedes").filter(pk=uuid_of(object_id)).first()
        if found is None:
            raise Http404("No such catalogue.")
        kind = request.GET.get("export", "")
        if kind in CONTENT_TYPES:
            return _exported(found, kind, request.GET.get("of", ""))
        context = {
            "title": found.title,
            "catalogue": found,
            "facts": _facts(found),
            "groups": grouped_statements(found),
            "environments": environments_answering(found)[:SHOWN],
            "more": max(0, _count(found) - SHOWN),
            "newer": StatementCatalogue.objects.filter(supersedes=found).first(),
            "may_import": request.actor.has(*IMPORTERS) and found.state == "in_use",
            "crumbs": [_crumb()],
        }
        return page(cast(Any, request), "admin/grants/statement_catalogue.html", context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(import_page)
        return [path("import/", view, name="grants_statementcatalogue_import"), *super().get_urls()]


def _crumb() -> tuple[str, str]:
    return _("Catalogues of statements"), desk_url("statementcatalogue", "changelist")


def _count(catalogue: Any) -> int:
    """How many environments answer it, as `catalogues` has counted them."""
    return int(catalogue.environments)


def _facts(catalogue: StatementCatalogue) -> list[tuple[str, str]]:
    return [
        (_("Statements"), f"{catalogue.statement_count:,}"),
        (_("Mandatory"), f"{catalogue.mandatory_count:,}"),
        (_("Environments"), f"{_count(catalogue):,}"),
        (_("Where from"), catalogue.source or "–"),
        (_("Form"), catalogue.format),
        (_("Imported"), f"{catalogue.imported_at:%-d %B %Y}"),
    ]


def _exported(catalogue: StatementCatalogue, kind: str, of: str) -> HttpResponseBase:
    name = f"{catalogue.key}-{catalogue.version}"
    if of == "environments":
        return export(kind, f"environments-{name}", AnswerTable, environments_answering(catalogue))
    return export(kind, f"statements-{name}", StatementTable, statements_of(catalogue))


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: PortalRequest) -> HttpResponse:
    """Check a file, or import it: `?of=` fills in which catalogue it is a version of."""
    actor = request.actor
    require_role(actor, *IMPORTERS)
    earlier = StatementCatalogue.objects.filter(key=request.GET.get("of", "")[:60], state="in_use").first()
    initial = {"key": earlier.key, "form": earlier.format, "source": earlier.source} if earlier else {"form": "oscal"}
    form = ImportStatementsForm(request.POST or None, request.FILES or None, initial=initial)
    context = {"title": _("Import a catalogue of statements"), "form": form, "crumbs": [_crumb()]}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if request.POST.get("act") != "import":
            context["preview"] = preview(data["key"], data["read"])
        else:
            try:
                made = import_statements(key=data["key"], read=data["read"], source=data["source"], by=actor)
            except Refused as error:
                refuse_into(form, error)
            except CatalogueError as error:
                form.add_error("upload", str(error))
            else:
                messages.success(cast(Any, request), _("Imported. Institutions whose environments answer it are told."))
                return redirect(desk_url("statementcatalogue", "change", made.pk))
    return page(cast(Any, request), "admin/grants/statement_import.html", context)
