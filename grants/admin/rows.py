"""Grants at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from grants.access import get_grant
from grants.admin.measure import narrow_page, revoke_page
from grants.admin.pages import desk_url, page
from grants.admin.row import RowAdmin, place_action, uuid_of
from grants.models import Grant
from grants.queries.grant import lines_of_grant
from grants.queries.measure import measures_of
from grants.queries.re_review import re_reviews_of
from grants.queries.shown import granted_lines, headline, hold_words, holds_of
from grants.rules.measure import may_propose
from grants.states import GRANT_LIVE
from partners.queries.timeline import tiers_for, timeline
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules


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
        found = get_grant(actor=actor, pk=uuid_of(object_id))
        lines = granted_lines(lines_of_grant(found), rules(found.rulebook), clock.today())
        context = {
            "title": found.reference,
            "grant": found,
            "lines": lines,
            "headline": headline(found, lines),
            "holds": hold_words(holds_of(lines)),
            "actions": _actions(found, actor) if found.state in GRANT_LIVE else [],
            "measures": measures_of(found),
            "may_hold": actor.has("signatory") and found.state in GRANT_LIVE,
            "may_narrow": found.state in GRANT_LIVE and bool(may_propose(found, actor)),
            "re_reviews": re_reviews_of(found),
            "desk": actor.has("case_officer", "auditor"),
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Grants"), desk_url("grant", "changelist"))],
        }
        return page(request, "admin/grants/grant.html", context)

    def get_urls(self) -> list[URLPattern]:
        narrow = path(
            "<uuid:pk>/lines/<uuid:line>/narrow/", self.admin_site.admin_view(narrow_page), name="grants_grant_narrow"
        )
        return [narrow, *self.own_urls(revoke=revoke_page), *super().get_urls()]


def _actions(found: Grant, actor: Actor) -> list[dict[str, Any]]:
    """Holds for signatories, and proposing the end of the grant."""
    actions = place_action(actor, "grant", found.pk)
    if actor.has("signatory"):
        url = desk_url("hold", "place_person", found.institution_id)
        actions.append({"label": _("Hold one person"), "url": url, "primary": False})
    if may_propose(found, actor):
        actions.append({"label": _("Propose to revoke it"), "url": desk_url("grant", "revoke", found.pk)})
    return actions
