"""Re-reviews at the desk: grants to look at again because a release of their models was announced."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_re_review
from grants.actions.re_review import look_at
from grants.admin.pages import ask, desk_url, page
from grants.admin.row import RowAdmin, uuid_of
from grants.models import GrantLine, ReReview
from grants.queries.re_review import re_reviews_for
from partners.queries.timeline import tiers_for, timeline
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.panel import actions_for
from portal.workflow import can


class LookForm(forms.Form):
    """What follows for the grant."""

    outcome = forms.ChoiceField(label=_("What follows"), choices=ReReview.Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Why, for the institution"), max_length=2000, widget=forms.Textarea)


class ReReviewAdmin(RowAdmin):
    """Case officers see those of their authority."""

    roles_view: ClassVar[frozenset[str]] = frozenset({"case_officer", "auditor"})
    model_name = "rereview"
    list_display = ("title", "institution_name", "new_release", "state_tag", "outcome", "raised_at")
    list_filter = ("state", "outcome")
    search_fields = ("grant__reference", "institution__organisation__name", "release__model__name", "release__version")
    search_help_text = gettext_lazy("Grant, institution or release")
    ordering = ("-raised_at", "-pk")

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return re_reviews_for(actor)

    @admin.display(description=gettext_lazy("Grant"), ordering="grant__reference")
    def title(self, row: ReReview) -> SafeString:
        return self.link(row, row.grant.reference)

    @admin.display(description=gettext_lazy("New release"))
    def new_release(self, row: ReReview) -> str:
        return str(row.release)

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_re_review(actor=actor, pk=uuid_of(object_id))
        lines = GrantLine.objects.filter(grant=found.grant_id, release__model=found.release.model_id)
        tiers = {item.key: item.label for item in rules().scope.capability_tiers}
        urls = {"look_at": desk_url("rereview", "look", found.pk)}
        context = {
            "title": found.grant.reference,
            "found": found,
            "tier": tiers.get(found.release.capability_tier, found.release.capability_tier),
            "tiers": tiers,
            "lines": list(lines.select_related("release__model", "environment").order_by("number")),
            "actions": actions_for(found, actor, urls, primary=["look_at"]),
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Re-reviews"), desk_url("rereview", "changelist"))],
        }
        return page(request, "admin/grants/re_review.html", context)

    def get_urls(self) -> list[URLPattern]:
        return [*self.own_urls(look=look_page), *super().get_urls()]


@require_http_methods(["GET", "HEAD", "POST"])
def look_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Say what follows from the new release for the grant."""
    actor = request.actor
    found = get_re_review(actor=actor, pk=pk)
    name = found.grant.reference
    return ask(
        request,
        LookForm(request.POST or None),
        lambda data: look_at(re_review=found, by=actor, **data),
        allowed=can(found, "look_at", actor),
        title=_("%(grant)s: what follows from %(release)s") % {"grant": name, "release": found.release},
        lead=_("Nothing of the new release is covered by the grant, whatever you choose. Only a line could cover it."),
        button=_("Record it"),
        done=_("Recorded. The institution has been told."),
        back=desk_url("rereview", "change", found.pk),
        crumbs=[
            (_("Re-reviews"), desk_url("rereview", "changelist")),
            (name, desk_url("rereview", "change", found.pk)),
        ],
    )
