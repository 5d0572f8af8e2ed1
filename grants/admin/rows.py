"""Environments, grants and holds at the desk."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_environment, get_grant, get_hold
from grants.actions.environment import accredit_environment, suspend_environment
from grants.actions.hold import confirm_hold, lift_hold, place_hold
from grants.admin.pages import ask, confirmation, desk_url, page
from grants.forms.desk import HoldForm, NoteForm
from grants.forms.fields import ReasonForm
from grants.models import Environment, Grant, GrantLine, Hold
from grants.notices import describe
from grants.queries.grant import lines_of_grant
from grants.queries.hold import active_holds
from grants.queries.shown import granted_lines, headline, hold_words, holds_of
from grants.states import GRANT_LIVE
from grants.views.environment import safeguard_rows
from partners.models import Institution
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import for_roles
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.desk import DeskAdmin
from portal.rulebook.queries import rules
from portal.ui.paging import BoundedPaginator
from portal.ui.panel import actions_for
from portal.workflow import can

DESK = frozenset({"case_officer", "reviewer", "signatory", "auditor"})


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise Http404("No such object.") from error


class RowAdmin(DeskAdmin):
    """What the three have in common."""

    roles_view: ClassVar[frozenset[str]] = DESK
    list_display_links = None
    paginator = BoundedPaginator
    model_name = ""

    @admin.display(description=gettext_lazy("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: Any) -> str:
        return str(row.institution.name)

    def link(self, row: Any, words: str) -> SafeString:
        url = desk_url(self.model_name, "change", row.pk)
        return format_html('<a href="{}">{}</a>', url, words)

    def own_urls(self, **pages: Any) -> list[URLPattern]:
        return [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"grants_{self.model_name}_{name}")
            for name, view in pages.items()
        ]


class EnvironmentAdmin(RowAdmin):
    """Environments of every institution; case officers accredit them."""

    model_name = "environment"
    list_display = ("title", "institution_name", "state_tag", "country", "accredited_until")
    list_filter = ("state", "country")
    list_select_related = ("institution__organisation",)
    search_fields = ("name", "key", "institution__organisation__name")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("Environment"), ordering="name")
    def title(self, row: Environment) -> SafeString:
        return self.link(row, row.name)

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_environment(actor=actor, pk=_uuid(object_id))
        urls = {verb: desk_url("environment", verb, found.pk) for verb in ("accredit", "suspend")}
        context = {
            "title": found.name,
            "environment": found,
            "safeguards": safeguard_rows(found, rules()),
            "actions": [
                *actions_for(found, actor, urls, primary=["accredit"]),
                *_place(actor, "environment", found.pk),
            ],
            "holds": hold_words(active_holds(environment=found)),
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Environments"), desk_url("environment", "changelist"))],
        }
        return page(request, "admin/grants/environment.html", context)

    def get_urls(self) -> list[URLPattern]:
        return [*self.own_urls(accredit=accredit_page, suspend=suspend_page), *super().get_urls()]


@require_http_methods(["GET", "HEAD", "POST"])
def accredit_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Accept what is attested."""
    actor = request.actor
    found = get_environment(actor=actor, pk=pk)
    return ask(
        request,
        NoteForm(request.POST if request.method == "POST" else None),
        lambda data: accredit_environment(environment=found, by=actor, note=data["note"]),
        allowed=can(found, "accredit", actor),
        title=_("Accredit “%(name)s”") % {"name": found.name},
        lead=_("You accept what is attested, for the time that the rulebook gives to the institution's tier."),
        button=_("Accredit"),
        done=_("%(name)s is accredited.") % {"name": found.name},
        back=desk_url("environment", "change", found.pk),
        crumbs=[(found.name, desk_url("environment", "change", found.pk))],
        template="admin/grants/accredit.html",
        safeguards=safeguard_rows(found, rules()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def suspend_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Suspend the accreditation."""
    actor = request.actor
    found = get_environment(actor=actor, pk=pk)
    return ask(
        request,
        ReasonForm(request.POST or None),
        lambda data: suspend_environment(environment=found, by=actor, **data),
        allowed=can(found, "suspend", actor),
        title=_("Suspend the accreditation of “%(name)s”") % {"name": found.name},
        button=_("Suspend"),
        done=_("Suspended. Nothing is permitted there now."),
        back=desk_url("environment", "change", found.pk),
        crumbs=[(found.name, desk_url("environment", "change", found.pk))],
        dangerous=True,
    )


class GrantAdmin(RowAdmin):
    """Grants, read-only; signatories place holds from here."""

    model_name = "grant"
    list_display = ("title", "institution_name", "state_tag", "starts_on", "ends_on")
    list_filter = ("state",)
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("Grant"), ordering="reference")
    def title(self, row: Grant) -> SafeString:
        return self.link(row, row.reference)

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_grant(actor=actor, pk=_uuid(object_id))
        lines = granted_lines(lines_of_grant(found), rules(found.rulebook), clock.today())
        context = {
            "title": found.reference,
            "grant": found,
            "lines": lines,
            "headline": headline(found, lines),
            "holds": hold_words(holds_of(lines)),
            "actions": _place(actor, "grant", found.pk) if found.state in GRANT_LIVE else [],
            "may_hold": actor.has("signatory") and found.state in GRANT_LIVE,
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Grants"), desk_url("grant", "changelist"))],
        }
        return page(request, "admin/grants/grant.html", context)


def _place(actor: Actor, kind: str, pk: UUID) -> list[dict[str, Any]]:
    """The action that leads to placing a hold, for signatories."""
    if not actor.has("signatory"):
        return []
    return [{"label": _("Place an emergency hold"), "url": desk_url("hold", "place", kind, pk), "primary": False}]


class HoldAdmin(RowAdmin):
    """Holds: signatories place, confirm and lift them."""

    model_name = "hold"
    list_display = ("title", "institution_name", "state_tag", "emergency", "placed_at", "confirm_by")
    list_filter = ("state", "emergency")
    list_select_related = ("institution__organisation", "grant", "line__grant", "environment")
    search_fields = ("institution__organisation__name", "incident", "reason")
    ordering = ("-placed_at", "-pk")

    @admin.display(description=gettext_lazy("On hold"))
    def title(self, row: Hold) -> SafeString:
        return self.link(row, describe(row))

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_hold(actor=actor, pk=_uuid(object_id))
        urls = {verb: desk_url("hold", verb, found.pk) for verb in ("confirm", "lift")}
        context = {
            "title": describe(found),
            "hold": found,
            "on": describe(found),
            "actions": actions_for(found, actor, urls, primary=["confirm"]),
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Holds"), desk_url("hold", "changelist"))],
        }
        return page(request, "admin/grants/hold.html", context)

    def get_urls(self) -> list[URLPattern]:
        place = path("place/<str:kind>/<uuid:pk>/", self.admin_site.admin_view(place_page), name="grants_hold_place")
        return [place, *self.own_urls(confirm=confirm_page, lift=lift_page), *super().get_urls()]


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
        lead=_(
            "Access stops with the next question of any gateway. A signatory of another authority must confirm it "
            "within %(hours)s hours, or it lapses."
        )
        % {"hours": rules().enforcement.emergency.confirm_hours},
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
