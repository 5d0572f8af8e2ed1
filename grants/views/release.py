"""Pages of a provider: releases of its models."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_model, get_release, releases_for
from grants.actions.catalogue import EDITABLE, announce_release, edit_release, publish_release, retire_release
from grants.forms.fields import ReasonForm, refuse_into
from grants.forms.provider import ReleaseForm
from grants.models import Release
from grants.queries.catalogue import is_granted_on, lines_in_force_by_release, re_reviews_by_state, with_lines
from grants.states import RELEASE
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.panel import actions_for
from portal.ui.tables import DayColumn, NumberColumn, StateColumn, Table
from portal.workflow import can


class ReleaseTable(Table):
    """Releases of one provider."""

    version = tables.Column(verbose_name=_("Release"))
    key = tables.Column(verbose_name=_("Identifier at the gateway"))
    tier = tables.Column(verbose_name=_("Tier"), accessor="capability_tier")
    routes = tables.Column(verbose_name=_("Access routes"), accessor="access_routes")
    state = StateColumn(verbose_name=_("State"))
    announced_at = DayColumn(verbose_name=_("Announced"))
    released_at = DayColumn(verbose_name=_("Released"), default="–")
    retired_at = DayColumn(verbose_name=_("Retired"), default="–")
    lines = NumberColumn(verbose_name=_("Lines in force"), accessor="line_count", default=0)

    def __init__(self, *args: Any, labels: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.labels = labels

    def render_version(self, record: Release) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:release", args=[record.pk]), record)

    def value_version(self, record: Release) -> str:
        return str(record)

    def render_tier(self, value: str) -> str:
        return self.labels.get(value, value)

    def render_routes(self, value: list[str]) -> str:
        return ", ".join(self.labels.get(item, item) for item in value)


class ReleaseFilter(django_filters.FilterSet):
    """By state and capability tier."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=RELEASE.choices, empty_label=_("All"))
    capability_tier = django_filters.ChoiceFilter(label=_("Tier"), empty_label=_("All"))

    class Meta:
        model = Release
        fields: ClassVar[list[str]] = ["state", "capability_tier"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.filters["capability_tier"].extra["choices"] = [
            (item.key, item.label) for item in rules().scope.capability_tiers
        ]


class ReleaseList(ListView):
    """Every release of the provider's models."""

    title = _("Releases")
    lead = _("Each release is asked for and granted by itself. What a grant names does not change any more.")
    table_class = ReleaseTable
    filterset_class = ReleaseFilter
    search_fields = ("version", "key", "model__name")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "version": ("model__name", "version"),
        "announced_at": ("announced_at",),
        "released_at": ("released_at",),
        "lines": ("line_count",),
    }
    default_sort = "-announced_at"
    empty_title = _("No releases yet")
    empty_text = _("Partners can ask for a release once you have announced it.")
    empty_action = _("Models")
    empty_url = reverse_lazy("grants:models")

    @cached_property
    def labels(self) -> dict[str, str]:
        scope = rules().scope
        return {item.key: str(item.label) for item in (*scope.capability_tiers, *scope.access_routes)}

    def table_options(self) -> dict[str, Any]:
        return {"labels": self.labels}

    def get_queryset(self) -> QuerySet[Release]:
        return with_lines(releases_for(self.request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def release_new(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Announce a release. It covers nothing by itself."""
    actor: Actor = request.actor
    found = get_model(actor=actor, pk=pk)
    form = ReleaseForm(request.POST if request.method == "POST" else None, book=rules())
    if request.method == "POST" and form.is_valid():
        try:
            made = announce_release(model=found, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("%(name)s is announced.") % {"name": made})
            return redirect("grants:release", pk=made.pk)
    return render(request, "grants/release_new.html", {"form": form, "model": found})


@require_safe
@signed_in
def release(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One release: what it is, since when, and what rests on it."""
    actor: Actor = request.actor
    found = get_release(actor=actor, pk=pk)
    granted = is_granted_on(found)
    names = ("edit", "release", "retire")
    paths = {"edit": "release_edit", "release": "release_publish", "retire": "release_retire"}
    urls = {verb: reverse(f"grants:{paths[verb]}", args=[found.pk]) for verb in names}
    actions = actions_for(found, actor, urls, primary=["release"], posts=["release"])
    for item in actions:
        if item["url"] == urls["edit"] and granted:
            item["reason"] = _("A grant names this release, so it stays as it is. Announce another one.")
    scope = rules().scope
    labels = {item.key: item.label for item in (*scope.capability_tiers, *scope.access_routes)}
    shown = {
        "release": found,
        "tier": labels.get(found.capability_tier, found.capability_tier),
        "routes": [labels.get(key, key) for key in found.access_routes],
        "lines": lines_in_force_by_release([found.pk]).get(found.pk, 0),
        "granted": granted,
        "re_reviews": re_reviews_by_state(found),
        "actions": actions,
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=True), viewer=actor),
    }
    return render(request, "grants/release.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def release_edit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change a release that no grant names yet."""
    actor: Actor = request.actor
    found = get_release(actor=actor, pk=pk)
    require(can(found, "edit", actor))
    if is_granted_on(found):
        reason = _("A grant names this release, so it stays as it is. Announce another one.")
        require(refused(reason, code="granted_on", rule="release.edit"))
    before = {name: getattr(found, name) for name in EDITABLE}
    form = ReleaseForm(request.POST if request.method == "POST" else None, book=rules(), initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            edit_release(release=found, changes=form.cleaned_data, by=actor)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Changed."))
            return redirect("grants:release", pk=found.pk)
    return render(request, "grants/release_edit.html", {"form": form, "release": found})


@require_POST
@signed_in
def release_publish(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The release is out."""
    actor: Actor = request.actor
    found = get_release(actor=actor, pk=pk)
    publish_release(release=found, by=actor)
    messages.success(request, _("%(name)s is released.") % {"name": found})
    return redirect("grants:release", pk=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def release_retire(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Retire a release, after saying what stops with it."""
    actor: Actor = request.actor
    found = get_release(actor=actor, pk=pk)
    require(can(found, "retire", actor))
    form = ReasonForm(request.POST if request.method == "POST" else None, label=_("Why it is retired"), required=False)
    if request.method == "POST" and form.is_valid():
        retire_release(release=found, by=actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s is retired. Nothing is permitted on it any more.") % {"name": found})
        return redirect("grants:release", pk=found.pk)
    lines = lines_in_force_by_release([found.pk]).get(found.pk, 0)
    back = reverse("grants:release", args=[found.pk])
    return render(request, "grants/release_retire.html", {"form": form, "release": found, "lines": lines, "back": back})
