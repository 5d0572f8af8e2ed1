"""Holds at the desk: the list, one hold, and placing, confirming and lifting them."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

import django_tables2 as tables
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_hold
from grants.actions.hold import confirm_hold, lift_hold, place_hold
from grants.admin.pages import ask, confirmation, desk_url, page
from grants.admin.row import DESK, RowAdmin, uuid_of
from grants.forms.desk import HoldForm
from grants.forms.fields import ReasonForm
from grants.forms.hold import HoldPersonForm
from grants.models import Environment, Grant, GrantLine, Hold
from grants.notices import describe
from grants.queries.hold import named_person
from grants.queries.stream import deaf_to, heard_of
from grants.states import HOLD_STOPS
from partners.access import require_role
from partners.models import Institution
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import for_roles
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.panel import actions_for
from portal.ui.tables import CONTENT_TYPES, DayColumn, StateColumn, Table, export
from portal.workflow import can

LEAD = gettext_lazy(
    "Access stops with the next question of any gateway. A signatory of another authority must confirm it "
    "within %(hours)s hours, or it lapses."
)


class HoldTable(Table):
    """Holds as they are exported."""

    target = tables.Column(verbose_name=gettext_lazy("On hold"), empty_values=(), accessor="pk")
    kind = tables.Column(verbose_name=gettext_lazy("Kind"), accessor="target_kind")
    institution = tables.Column(verbose_name=gettext_lazy("Institution"), accessor="institution__organisation__name")
    state = StateColumn(verbose_name=gettext_lazy("State"))
    emergency = tables.Column(verbose_name=gettext_lazy("Emergency"))
    placed_at = DayColumn(verbose_name=gettext_lazy("Since"))
    placed_body = tables.Column(verbose_name=gettext_lazy("Placed by"))
    confirmed_body = tables.Column(verbose_name=gettext_lazy("Confirmed by"))
    reason = tables.Column(verbose_name=gettext_lazy("Why"))
    lifted_when = tables.Column(verbose_name=gettext_lazy("Lifted when"))
    incident = tables.Column(verbose_name=gettext_lazy("Incident"))
    ended_at = DayColumn(verbose_name=gettext_lazy("Ended"))

    def value_target(self, record: Hold) -> str:
        return describe(record)


class KindFilter(admin.SimpleListFilter):
    """By what is held."""

    title = gettext_lazy("what is held")
    parameter_name = "kind"
    KINDS: ClassVar[list[tuple[str, Any]]] = [
        ("partner", gettext_lazy("A partner")),
        ("grant", gettext_lazy("A grant")),
        ("line", gettext_lazy("A line")),
        ("environment", gettext_lazy("An environment")),
        ("person", gettext_lazy("A person")),
    ]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return self.KINDS

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        kind = self.value()
        return queryset.filter(**{f"{kind}__isnull": False}) if kind in dict(self.KINDS) else queryset


class StoppingFilter(admin.SimpleListFilter):
    """What stops access now."""

    title = gettext_lazy("stops access")
    parameter_name = "stops"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Now")), ("over", _("No longer"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "now":
            return queryset.filter(state__in=HOLD_STOPS)
        return queryset.exclude(state__in=HOLD_STOPS) if self.value() == "over" else queryset


class HoldAdmin(RowAdmin):
    """Holds: signatories place, confirm and lift them."""

    model_name = "hold"
    list_display = ("title", "institution_name", "state_tag", "emergency", "placed_at", "confirm_by")
    list_filter = (StoppingFilter, "state", KindFilter, "emergency")
    list_select_related = (
        "institution__organisation",
        "grant",
        "line__grant",
        "environment",
        "person",
        "placed_body",
        "confirmed_body",
    )
    search_fields = ("institution__organisation__name", "incident", "reason")
    list_before_template = "admin/grants/export_above.html"
    ordering = ("-placed_at", "-pk")

    @admin.display(description=gettext_lazy("On hold"))
    def title(self, row: Hold) -> SafeString:
        return self.link(row, describe(row))

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """The list; with `?export=` as a download of what is filtered."""
        require_role(request.actor, *DESK)
        query = request.GET.copy()
        kind = query.pop("export", [""])[-1]
        request.GET = query  # type: ignore[assignment]
        if kind in CONTENT_TYPES:
            name = f"{slugify(_('Holds'))}-{clock.today().isoformat()}"
            return export(kind, name, HoldTable, self.get_changelist_instance(cast(Any, request)).queryset)
        query.pop("p", None)
        return super().changelist_view(request, {"kept": query.urlencode(), **(extra_context or {})})

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_hold(actor=actor, pk=uuid_of(object_id))
        urls = {verb: desk_url("hold", verb, found.pk) for verb in ("confirm", "lift")}
        context = {
            "title": describe(found),
            "hold": found,
            "on": describe(found),
            "person": found.person,
            "actions": actions_for(found, actor, urls, primary=["confirm"]),
            "heard": heard_of(found.pk),
            "deaf": deaf_to(found.pk),
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Holds"), desk_url("hold", "changelist"))],
        }
        return page(request, "admin/grants/hold.html", context)

    def get_urls(self) -> list[URLPattern]:
        place = path("place/<str:kind>/<uuid:pk>/", self.admin_site.admin_view(place_page), name="grants_hold_place")
        person = path(
            "place-person/<uuid:pk>/", self.admin_site.admin_view(place_person_page), name="grants_hold_place_person"
        )
        return [place, person, *self.own_urls(confirm=confirm_page, lift=lift_page), *super().get_urls()]


TARGETS: dict[str, Any] = {
    "partner": Institution.objects.select_related("organisation"),
    "grant": Grant.objects.select_related("institution__organisation"),
    "line": GrantLine.objects.select_related("institution__organisation", "grant"),
    "environment": Environment.objects.select_related("institution__organisation"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("signatory")
def place_page(request: PortalRequest, kind: str, pk: UUID) -> HttpResponse:
    """Place an emergency hold on a partner, a grant, a line or an environment."""
    actor = request.actor
    target = TARGETS[kind].filter(pk=pk).first() if kind in TARGETS else None
    if target is None:
        raise Http404("No such target.")
    shown = Hold(institution_id=target.institution_id, **{kind: target})
    return ask(
        request,
        HoldForm(request.POST or None),
        lambda data: place_hold(target=target, by=actor, emergency=True, **data),
        title=_("Place an emergency hold: %(on)s") % {"on": describe(shown)},
        lead=LEAD % {"hours": rules().enforcement.emergency.confirm_hours},
        button=_("Stop access now"),
        done=_("Access is stopped. Other authorities have been asked to confirm."),
        back=desk_url("hold", "changelist"),
        crumbs=[(_("Holds"), desk_url("hold", "changelist"))],
        dangerous=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("signatory")
def place_person_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Place an emergency hold on one person of an institution, found by their address."""
    actor = request.actor
    institution = Institution.objects.select_related("organisation").filter(pk=pk).first()
    if institution is None:
        raise Http404("No such institution.")

    def act(data: dict[str, Any]) -> None:
        person = named_person(institution.pk, data.pop("email"))
        place_hold(target=person, by=actor, emergency=True, **data)

    return ask(
        request,
        HoldPersonForm(request.POST or None),
        act,
        title=_("Place an emergency hold on one person of %(name)s") % {"name": institution.name},
        lead=LEAD % {"hours": rules().enforcement.emergency.confirm_hours},
        button=_("Stop access now"),
        done=_("Access is stopped. Other authorities have been asked to confirm."),
        back=desk_url("hold", "changelist"),
        crumbs=[(_("Holds"), desk_url("hold", "changelist"))],
        dangerous=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Confirm an emergency hold that another body placed."""
    actor = request.actor
    found = get_hold(actor=actor, pk=pk)
    return ask(
        request,
        confirmation(request),
        lambda data: confirm_hold(hold=found, by=actor),
        allowed=can(found, "confirm", actor),
        title=_("Confirm the hold: %(on)s of %(name)s") % {"on": describe(found), "name": found.institution.name},
        lead=found.reason,
        button=_("Confirm the hold"),
        done=_("Confirmed. It stays until it is lifted."),
        back=desk_url("hold", "change", found.pk),
        crumbs=[(_("Holds"), desk_url("hold", "changelist"))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lift_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Lift a hold."""
    actor = request.actor
    found = get_hold(actor=actor, pk=pk)
    return ask(
        request,
        ReasonForm(request.POST or None, label=_("What has happened so that it can be lifted")),
        lambda data: lift_hold(hold=found, by=actor, **data),
        allowed=can(found, "lift", actor),
        title=_("Lift the hold: %(on)s of %(name)s") % {"on": describe(found), "name": found.institution.name},
        lead=_("It was to be lifted when: %(when)s") % {"when": found.lifted_when},
        button=_("Lift the hold"),
        done=_("Lifted."),
        back=desk_url("hold", "change", found.pk),
        crumbs=[(_("Holds"), desk_url("hold", "changelist"))],
    )
