"""Pages of a provider: its models. Its releases are in views/release.py."""

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
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_model, models_for
from grants.actions.catalogue import edit_model, list_model, unlist_model
from grants.forms.fields import refuse_into
from grants.forms.provider import ModelForm
from grants.models import Model
from grants.queries.catalogue import lines_in_force_by_release, releases_of, with_counts
from grants.states import MODEL
from grants.views.guards import provider_staff
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.panel import actions_for
from portal.ui.tables import DayColumn, NumberColumn, StateColumn, Table
from portal.workflow import can


class ModelTable(Table):
    """A provider's models."""

    name = tables.Column(verbose_name=_("Model"))
    state = StateColumn(verbose_name=_("State"))
    latest = tables.Column(verbose_name=_("Latest release"), default="–")
    releases = NumberColumn(verbose_name=_("Releases"), accessor="release_count", default=0)
    lines = NumberColumn(verbose_name=_("Lines in force"), accessor="line_count", default=0)
    created_at = DayColumn(verbose_name=_("Listed"))

    def render_name(self, value: str, record: Model) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:model", args=[record.pk]), value)

    def value_name(self, value: str) -> str:
        return value


class ModelFilter(django_filters.FilterSet):
    """By state."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=MODEL.choices, empty_label=_("All"))

    class Meta:
        model = Model
        fields: ClassVar[list[str]] = ["state"]


class ModelList(ListView):
    """Models with their latest release, and how many lines are in force on each."""

    title = _("Models")
    lead = _("What partners can ask for, release by release. A new release covers nothing by itself.")
    table_class = ModelTable
    filterset_class = ModelFilter
    search_fields = ("name", "summary")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "name": ("name",),
        "created_at": ("created_at",),
        "releases": ("release_count",),
        "lines": ("line_count",),
    }
    default_sort = "name"
    empty_title = _("No models yet")
    empty_text = _("List a model, then announce its releases. Partners ask for releases, never for a whole family.")
    empty_action = _("List a model")
    empty_url = reverse_lazy("grants:model_new")

    def page_actions(self) -> list[dict[str, Any]]:
        return [
            {"label": _("All releases"), "url": reverse("grants:releases"), "kind": "outline"},
            {"label": _("List a model"), "url": reverse("grants:model_new")},
        ]

    def get_queryset(self) -> QuerySet[Model]:
        return with_counts(models_for(self.request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@provider_staff
def model_new(request: PortalRequest) -> HttpResponse:
    """Put a model into the catalogue."""
    actor: Actor = request.actor
    form = ModelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            model = list_model(
                provider=Organisation.objects.get(pk=actor.organisation_id), by=actor, **form.cleaned_data
            )
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("%(name)s is listed. Add its first release.") % {"name": model.name})
            return redirect("grants:model", pk=model.pk)
    return render(request, "grants/model_new.html", {"form": form})


@require_safe
@signed_in
def model(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One model and its releases."""
    actor: Actor = request.actor
    found = get_model(actor=actor, pk=pk)
    releases = releases_of([found.pk])[found.pk]
    used = lines_in_force_by_release([release.pk for release in releases])
    tiers = {item.key: item.label for item in rules().scope.capability_tiers}
    urls = {
        "edit": reverse("grants:model_edit", args=[found.pk]),
        "unlist": reverse("grants:model_unlist", args=[found.pk]),
    }
    shown = {
        "model": found,
        "releases": [
            {"release": release, "lines": used.get(release.pk, 0), "tier": tiers.get(release.capability_tier, "")}
            for release in releases
        ],
        "actions": actions_for(found, actor, urls, posts=["unlist"]),
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=True), viewer=actor),
    }
    return render(request, "grants/model.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def model_edit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change the name of a model that no grant names yet, or what is said of it."""
    actor: Actor = request.actor
    found = get_model(actor=actor, pk=pk)
    require(can(found, "edit", actor))
    form = ModelForm(
        request.POST if request.method == "POST" else None, initial={"name": found.name, "summary": found.summary}
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_model(model=found, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Changed."))
            return redirect("grants:model", pk=found.pk)
    return render(request, "grants/model_edit.html", {"form": form, "model": found})


@require_POST
@signed_in
def model_unlist(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take a model out of the catalogue; its releases stay as they are."""
    actor: Actor = request.actor
    found = get_model(actor=actor, pk=pk)
    unlist_model(model=found, by=actor)
    messages.success(request, _("%(name)s is not listed any more.") % {"name": found.name})
    return redirect("grants:model", pk=found.pk)
