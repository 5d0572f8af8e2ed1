"""Pages of an institution: its environments and what it attests about them."""

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

from grants.access import get_environment, get_own_environment
from grants.actions.environment import attest_environment, close_environment, register_environment
from grants.forms.fields import refuse_into
from grants.forms.request import AttestForm, EnvironmentForm
from grants.models import Environment
from grants.queries.environment import attested, environments_for
from grants.queries.hold import active_holds
from grants.queries.shown import hold_words
from grants.states import ENVIRONMENT
from grants.views.guards import applicants
from partners.queries.institution import institution_of
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
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
    accredited_until = DayColumn(verbose_name=_("Accredited until"))

    def render_name(self, value: str, record: Environment) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:environment", args=[record.pk]), value)

    def value_name(self, value: str) -> str:
        return value


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
        return environments_for(self.request.actor)


@require_http_methods(["GET", "HEAD", "POST"])
@applicants
def environment_new(request: PortalRequest) -> HttpResponse:
    """Register an environment."""
    actor: Actor = request.actor
    institution = institution_of(actor.body_id)
    if institution is None:
        raise Refused(refused(_("Describe your institution first."), code="no_institution", rule="institution"))
    form = EnvironmentForm(request.POST or None)
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
    urls = {
        "attest": reverse("grants:environment_attest", args=[found.pk]),
        "drift": reverse("grants:environment_attest", args=[found.pk]),
        "close": reverse("grants:environment_close", args=[found.pk]),
    }
    tiers = tiers_for(actor, own=actor.body_id == found.institution_id)
    shown = {
        "environment": found,
        "safeguards": safeguard_rows(found, rules()),
        "actions": actions_for(found, actor, urls, primary=["attest"], posts=["close"]),
        "holds": hold_words(active_holds(environment=found)),
        "timeline": timeline(found.pk, tiers=tiers, viewer=actor),
    }
    return render(request, "grants/environment.html", shown)


def safeguard_rows(found: Environment, book: Rulebook) -> list[dict[str, Any]]:
    """Every safeguard of the rulebook with what is attested about it."""
    rows = attested([found.pk])[found.pk]
    return [{"term": item, "attestation": rows.get(item.key)} for item in book.scope.safeguards]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def environment_attest(request: PortalRequest, pk: UUID) -> HttpResponse:
    """State for each safeguard whether it is met, and how."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    verb = "drift" if found.state in ("accredited", "suspended") else "attest"
    require(can(found, verb, actor))
    form = AttestForm(request.POST or None, book=rules(), before=attested([found.pk])[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            attest_environment(environment=found, values=form.values, by=actor)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Attested. An authority looks at it before anything is permitted here."))
            return redirect("grants:environment", pk=found.pk)
    pairs = [(form[f"value_{item.key}"], form[f"note_{item.key}"]) for item in form.safeguards]
    return render(request, "grants/environment_attest.html", {"form": form, "pairs": pairs, "environment": found})


@require_POST
@signed_in
def environment_close(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Close an environment for good."""
    actor: Actor = request.actor
    found = get_own_environment(actor=actor, pk=pk)
    close_environment(environment=found, by=actor)
    messages.success(request, _("%(name)s is closed. Nothing is permitted there any more.") % {"name": found.name})
    return redirect("grants:environment", pk=found.pk)
