"""Pages of a provider: its models and releases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_model, get_release, models_for
from grants.actions.catalogue import announce_release, list_model, publish_release, retire_release
from grants.forms.fields import ReasonForm, refuse_into
from grants.forms.provider import ModelForm, ReleaseForm
from grants.queries.catalogue import lines_in_force_by_release, releases_of
from grants.views.guards import provider_staff
from portal.accounts.guards import signed_in
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules
from portal.workflow import can


@require_safe
@provider_staff
def models(request: PortalRequest) -> HttpResponse:
    """Models with their releases, and how many lines are in force on each."""
    actor: Actor = request.actor
    rows = list(models_for(actor).order_by("name"))
    return render(request, "grants/models.html", {"models": _with_releases(rows)})


def _with_releases(rows: list[Any]) -> list[dict[str, Any]]:
    releases = releases_of([row.pk for row in rows])
    used = lines_in_force_by_release([release.pk for found in releases.values() for release in found])
    tiers = {item.key: item.label for item in rules().scope.capability_tiers}
    return [
        {
            "model": row,
            "releases": [
                {"release": release, "lines": used.get(release.pk, 0), "tier": tiers.get(release.capability_tier, "")}
                for release in releases.get(row.pk, [])
            ],
        }
        for row in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@provider_staff
def model_new(request: PortalRequest) -> HttpResponse:
    """Put a model into the catalogue."""
    actor: Actor = request.actor
    form = ModelForm(request.POST or None)
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
    return render(request, "grants/model.html", {"model": found, "releases": _with_releases([found])[0]["releases"]})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def release_new(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Announce a release. It covers nothing by itself."""
    actor: Actor = request.actor
    found = get_model(actor=actor, pk=pk)
    form = ReleaseForm(request.POST or None, book=rules())
    if request.method == "POST" and form.is_valid():
        try:
            release = announce_release(model=found, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("%(name)s is announced.") % {"name": release})
            return redirect("grants:model", pk=found.pk)
    return render(request, "grants/release_new.html", {"form": form, "model": found})


@require_POST
@signed_in
def release_publish(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The release is out."""
    actor: Actor = request.actor
    release = get_release(actor=actor, pk=pk)
    publish_release(release=release, by=actor)
    messages.success(request, _("%(name)s is released.") % {"name": release})
    return redirect("grants:model", pk=release.model_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def release_retire(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Retire a release, after saying what stops with it."""
    actor: Actor = request.actor
    release = get_release(actor=actor, pk=pk)
    require(can(release, "retire", actor))
    form = ReasonForm(request.POST or None, label=_("Why it is retired"), required=False)
    if request.method == "POST" and form.is_valid():
        retire_release(release=release, by=actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)s is retired. Nothing is permitted on it any more.") % {"name": release})
        return redirect("grants:model", pk=release.model_id)
    lines = lines_in_force_by_release([release.pk]).get(release.pk, 0)
    back = reverse("grants:model", args=[release.model_id])
    return render(
        request, "grants/release_retire.html", {"form": form, "release": release, "lines": lines, "back": back}
    )
