"""Pages of an institution: its environments. What is attested about them is in views/attest.py."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_environment, get_environment_document, get_own_environment
from grants.actions.environment import change_environment, close_environment, register_environment
from grants.actions.statement import adopt_catalogue
from grants.forms.environment import AdoptForm, ChangeForm, DocumentForm, EnvironmentForm
from grants.forms.fields import refuse_into
from grants.models import Environment, StatementCatalogue
from grants.queries.environment import environments_for, last_accreditation, with_progress
from grants.queries.hold import active_holds
from grants.queries.shown import hold_words
from grants.queries.statement import adopted_by
from grants.states import ENVIRONMENT
from grants.views.attested import attested_context
from grants.views.guards import applicants
from partners import files, scanning
from partners.actions.evidence import upload_evidence
from partners.queries.institution import institution_of
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.ui.lists import ListView
from portal.ui.panel import actions_for
from portal.ui.tables import DayColumn, StateColumn, Table
from portal.workflow import can


class EnvironmentTable(Table):
    """Environments of one institution."""

    name = tables.Column(verbose_name=_("Environment"))
    key = tables.Column(verbose_name=_("Identifier"))
    country = tables.Column(verbose_name=_("Country"))
    state = StateColumn(verbose_name=_("State"))
    progress = tables.Column(verbose_name=_("Statements answered"), accessor="answered", empty_values=())
    accredited_until = DayColumn(verbose_name=_("Accredited until"), default="–")

    def render_name(self, value: str, record: Environment) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:environment", args=[record.pk]), value)

    def value_name(self, value: str) -> str:
        return value

    def render_progress(self, record: Any) -> str:
        return str(_("%(a)s of %(b)s") % {"a": record.answered or 0, "b": record.asked or 0})


class EnvironmentFilter(django_filters.FilterSet):
    """By state."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=ENVIRONMENT.choices, empty_label=_("All"))

    class Meta:
        model = Environment
        fields: ClassVar[list[str]] = ["state"]


class EnvironmentList(ListView):
    """The institution's environments."""

    title = _("Environments")
    lead = _("The places where you use models. Each line of a grant names one, and an authority accredits it.")
    table_class = EnvironmentTable
    filterset_class = EnvironmentFilter
    search_fields = ("name", "key")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"name": ("name",), "accredited_until": ("accredited_until",)}
    default_sort = "name"
    empty_title = _("No environments yet")
    empty_text = _(
        "Register the place where you will use models, and attest its safeguards, before you ask for a grant."
    )
    empty_action = _("Register an environment")
    empty_url = reverse_lazy("grants:environment_new")

    def page_actions(self) -> list[dict[str, Any]]:
        return [{"label": _("Register an environment"), "url": reverse("grants:environment_new")}]

    def get_queryset(self) -> QuerySet[Environment]:
        return with_progress(environments_for(self.request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@applicants
def environment_new(request: PortalRequest) -> HttpResponse:
    """Register an environment."""
    actor: Actor = request.actor
    institution = institution_of(actor.body_id)
    if institution is None:
        raise Refused(refused(_("Describe your institution first."), code="no_institution", rule="institution"))
    form = EnvironmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            environment = register_environment(institution=institution, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(
                request, _("%(name)s is registered. Attest its safeguards now.") % {"name": environment.name}
            )
            return redirect("grants:environment_attest", pk=environment.pk)
    return render(request, "grants/environment_new.html", {"form": form})


@require_safe
@signed_in
def environment(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One environment: what is attested, until when it is accredited, what holds it."""
    actor: Actor = request.actor
    found = get_environment(actor=actor, pk=pk)
    own = actor.body_id == found.institution_id
    urls = {
        "attest": reverse("grants:environment_attest", args=[found.pk]),
        "drift": reverse("grants:environment_attest", args=[found.pk]),
        "describe": reverse("grants:environment_change", args=[found.pk]),
        "adopt": reverse("grants:environment_adopt", args=[found.pk]),
        "close": reverse("grants:environment_close", args=[found.pk]),
    }
    shown = {
        "environment": found,
        "actions": actions_for(found, actor, urls, primary=["attest"], posts=["close"]),
        "holds": hold_words(active_holds(environment=found)),
        "may_attest": bool(can(found, "describe", actor)),
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=own), viewer=actor),
        **attested_context(found, last_accreditation(found)),
    }
    return render(request, "grants/environment.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def environment_change(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change name, country, owner or description. A change of country or owner suspends an accreditation."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    require(can(found, "describe", actor))
    before = {name: getattr(found, name) for name in ("name", "country", "owner", "description")}
    form = ChangeForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            change_environment(environment=found, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Changed."))
            return redirect("grants:environment", pk=found.pk)
    return render(request, "grants/environment_change.html", {"form": form, "environment": found})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def environment_adopt(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Answer another catalogue beside the scheme's own."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    require(can(found, "adopt", actor))
    keys = [row.key for row in adopted_by([found.pk])[found.pk]]
    others = StatementCatalogue.objects.filter(state="in_use").exclude(key__in=keys).order_by("title")
    form = AdoptForm(request.POST if request.method == "POST" else None, catalogues=others)
    if request.method == "POST" and form.is_valid():
        try:
            adopt_catalogue(environment=found, by=actor, **form.cleaned_data)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Its statements are on the list now."))
            return redirect("grants:environment", pk=found.pk)
    shown = {"form": form, "environment": found, "offered": others}
    return render(request, "grants/environment_adopt.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def environment_document_new(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Upload a document that attestations of this environment can rest on."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    require(can(found, "describe", actor))
    form = DocumentForm(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        upload, marking = form.cleaned_data["upload"], form.cleaned_data["marking"]
        words: dict[str, Any] = {"kind": "safeguard", "marking": marking, "about": found.pk}
        document = upload_evidence(institution=found.institution, upload=upload, by=actor, **words)
        if document.state != "refused":
            messages.success(request, _("%(name)s is there. Choose it where it shows something.") % {"name": document})
            return redirect("grants:environment", pk=found.pk)
        form.add_error("upload", document.reason)
    shown = {"form": form, "environment": found, "scanned": scanning.is_configured()}
    return render(request, "grants/environment_document.html", shown)


@require_safe
@login_required
def environment_document(request: PortalRequest, pk: UUID, document: UUID) -> HttpResponseBase:
    """A document of the environment, or its redacted copy, as an attachment."""
    found = get_environment_document(actor=request.actor, pk=pk, document=document)
    return files.attachment(found.stored_name, name=found.name, content_type=found.content_type)


@require_POST
@signed_in
def environment_close(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Close an environment for good."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    close_environment(environment=found, by=actor)
    messages.success(request, _("%(name)s is closed. Nothing is permitted there any more.") % {"name": found.name})
    return redirect("grants:environment", pk=found.pk)
