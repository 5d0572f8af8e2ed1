"""Screening at the desk: the tab of a case, one resemblance side by side, and the list of all of them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_tables2 as tables
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from partners.access import require_role, visible_cases
from partners.actions.screening import decide_hit
from partners.admin.actions import desk_url
from partners.admin.pages import DeclareFirst, open_case, page, to_declaration
from partners.forms.screening import DecideHitForm
from partners.models import Application, Hit
from partners.queries.case import Case
from partners.queries.screening.cases import runs_of
from partners.rules.hands import may_screen
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, Verdict, first_refusal
from portal.desk import DeskAdmin
from portal.ui.forms import refuse
from portal.ui.paging import BoundedPaginator
from portal.ui.tables import CONTENT_TYPES, DayColumn, NumberColumn, StateColumn, Table, export

OFFICER = "case_officer"


def screening_tab(case: Case, actor: Actor) -> dict[str, Any]:
    """What resembles a listed name, and with what the case was compared."""
    rows = [(hit, desk_url("hit", case.application.pk, hit.pk), _main(hit)) for hit in case.hits]
    return {
        "hits": rows,
        "runs": runs_of(case.application),
        "waiting": case.unscreened,
        "may_decide": bool(_may_decide(case, actor)),
    }


def _main(hit: Hit) -> str:
    """The first thing that agrees, in words."""
    return str(next((reason["text"] for reason in hit.reasons if reason["agrees"]), ""))


def _may_decide(case: Case, actor: Actor, hit: Hit | None = None) -> Verdict:
    verb = "clear" if hit is None or hit.state != "cleared" else "confirm"
    shown = hit or Hit(authority_id=case.application.authority_id, state="open")
    return first_refusal(shown.TABLE.verdict(verb, shown, actor), lambda: may_screen(case.hands, actor))


@require_http_methods(["GET", "HEAD", "POST"])
def hit_page(request: PortalRequest, pk: UUID, hit_pk: UUID) -> HttpResponse:
    """One resemblance: both sides, what agrees and what differs, and the decision."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    hit = next((row for row in case.hits if row.pk == hit_pk), None)
    if hit is None:
        raise Http404("No such resemblance.")
    hit.application = case.application
    verdict = _may_decide(case, request.actor, hit)
    form = DecideHitForm(request.POST if request.method == "POST" else None, state=hit.state)
    status = 200
    if request.method == "POST":
        if not verdict:
            raise Refused(verdict)
        if form.is_valid():
            try:
                decide_hit(hit=hit, by=request.actor, **form.cleaned_data)
            except Refused as error:
                refuse(form, error.verdict)
                status = 409 if isinstance(error, Conflict) else 200
            else:
                messages.success(request, _("“%(name)s” is decided.") % {"name": hit.declared["name"]})
                return redirect(f"{desk_url('change', pk)}?tab=screening")
    context = {
        "title": _("Is the same meant?"),
        "application": case.application,
        "case": case,
        "hit": hit,
        "form": form if verdict else None,
        "why_not": verdict,
        **_sides(hit),
    }
    return page(request, "admin/partners/hit.html", context, status=status)


KINDS = {
    "person": gettext_lazy("Person"),
    "organisation": gettext_lazy("Organisation"),
    "entity": gettext_lazy("Person or organisation"),
}
LABELS = {
    "topics": gettext_lazy("Topics"),
    "program": gettext_lazy("Programme"),
    "notes": gettext_lazy("Notes"),
    "address": gettext_lazy("Address"),
    "position": gettext_lazy("Position"),
    "birthPlace": gettext_lazy("Place of birth"),
    "gender": gettext_lazy("Gender"),
    "status": gettext_lazy("Status"),
    "legalForm": gettext_lazy("Legal form"),
    "reason": gettext_lazy("Reason of the removal"),
    "until": gettext_lazy("Removed until"),
}


def _sides(hit: Hit) -> dict[str, Any]:
    """Rows of (what, declared, listed)."""
    declared, listed = hit.declared, hit.listed
    others = [name for name, _weak in listed.get("names", []) if name != listed["name"]]
    rows: list[tuple[Any, str, str]] = [
        (_("Name"), declared["name"], listed["name"]),
        (_("Kind"), str(KINDS[declared["kind"]]), str(KINDS[listed["kind"]])),
        (_("Country"), ", ".join(declared["countries"]), ", ".join(listed["countries"])),
        (
            _("Identifiers"),
            _joined(declared["identifiers"].values()),
            _joined(value for found in listed["identifiers"].values() for value in found),
        ),
        (_("Other names"), "", _joined(others[:20])),
        (_("Born"), "", _joined(listed.get("births", []))),
        *((label, value, "") for label, value in declared["says"]),
        *((LABELS.get(key, key), "", _one(value)) for key, value in listed["facts"].items()),
    ]
    return {"sides": [row for row in rows if row[1] or row[2]], "where": declared["label"], "listed_in": listed["list"]}


def _joined(values: Any) -> str:
    return "; ".join(str(value) for value in values if value)


def _one(value: Any) -> str:
    return _joined(value) if isinstance(value, list) else str(value)


# --- all of them ----------------------------------------------------------------------------------


class HitTable(Table):
    """Resemblances as they are exported."""

    case = tables.Column(verbose_name=gettext_lazy("Case"), accessor="application__reference")
    institution = tables.Column(verbose_name=gettext_lazy("Institution"), accessor="institution__name")
    kind = tables.Column(verbose_name=gettext_lazy("Kind"), accessor="get_kind_display")
    declared = tables.Column(verbose_name=gettext_lazy("Declared"), accessor="declared__name")
    label = tables.Column(verbose_name=gettext_lazy("As"), accessor="declared__label")
    listed = tables.Column(verbose_name=gettext_lazy("Listed"), accessor="listed__name")
    name_list = tables.Column(verbose_name=gettext_lazy("List"), accessor="listed__list")
    ref = tables.Column(verbose_name=gettext_lazy("Reference in the list"), accessor="listed__ref")
    score = NumberColumn(verbose_name=gettext_lazy("Likeness"))
    state = StateColumn(verbose_name=gettext_lazy("State"))
    found_at = DayColumn(verbose_name=gettext_lazy("Found"))
    decided_by = tables.Column(verbose_name=gettext_lazy("Looked at by"))
    decided_at = DayColumn(verbose_name=gettext_lazy("Looked at"))
    reason = tables.Column(verbose_name=gettext_lazy("Reason"))


class HitAdmin(DeskAdmin):
    """Names that resemble listed ones, in the cases of the officer's authority that are not closed to them."""

    roles_view: ClassVar[frozenset[str]] = frozenset({OFFICER})
    list_display = ("declared_name", "listed_name", "score", "state_tag", "kind", "case", "found_at")
    list_display_links = None
    list_filter = ("state", "kind")
    search_fields = ("application__reference", "institution__organisation__name", "declared__name", "listed__name")
    search_help_text = gettext_lazy("Name, institution or case")
    ordering = ("-found_at", "-pk")
    paginator = BoundedPaginator
    list_before_template = "admin/partners/hits_above.html"

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        cases = visible_cases(Application.objects.filter(pk=OuterRef("application")), actor)
        own = rows.filter(Exists(cases), authority=actor.body_id)
        return own.select_related("application", "institution__organisation", "decided_by")

    @admin.display(description=gettext_lazy("Declared"))
    def declared_name(self, row: Hit) -> SafeString:
        url = desk_url("hit", row.application_id, row.pk)
        return format_html('<a href="{}">{}</a>', url, row.declared["name"])

    @admin.display(description=gettext_lazy("Listed"))
    def listed_name(self, row: Hit) -> str:
        return f"{row.listed['name']} · {row.listed['list']}"

    @admin.display(description=gettext_lazy("Case"))
    def case(self, row: Hit) -> str:
        return f"{row.application.reference} · {row.institution.name}"

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The list; with `?export=` as a download of what is filtered."""
        require_role(request.actor, OFFICER)
        query = request.GET.copy()
        kind = query.pop("export", [""])[-1]
        request.GET = query  # type: ignore[assignment]
        if kind in CONTENT_TYPES:
            name = f"{slugify(_('Resemblances'))}-{clock.today().isoformat()}"
            return export(kind, name, HitTable, self.get_changelist_instance(request).queryset)
        keep = query.copy()
        keep.pop("p", None)
        return super().changelist_view(request, {"kept": keep.urlencode(), **(extra_context or {})})

    @method_decorator(require_safe)
    def change_view(self, request: PortalRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """It is looked at in its case."""
        require_role(request.actor, OFFICER)
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404("No such resemblance.")
        return redirect(desk_url("hit", found.application_id, found.pk))
