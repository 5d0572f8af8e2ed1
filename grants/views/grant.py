"""Pages on grants: the scope matrix, one grant, and the question that gateways ask."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_grant, get_own_grant, grants_for, is_provider
from grants.actions.amendment import begin_amendment, change_verdicts
from grants.actions.grant import surrender_grant
from grants.disclosure import reader
from grants.forms.fields import ReasonForm
from grants.models import Grant, GrantLine, GrantRequest
from grants.queries.grant import lines_in_force, lines_of_grant, to_renew, with_holds
from grants.queries.hold import active_holds
from grants.queries.own import scope_table
from grants.queries.plan import granted_people
from grants.queries.re_review import re_reviews_of
from grants.queries.shown import granted_lines, headline, matrix
from grants.queries.stops import notices_of_withdrawal, stops_of
from grants.rules.amendment import KINDS
from grants.states import GRANT, GRANT_LIVE
from grants.views.provider import provider_grant
from partners.queries.timeline import tiers_for, timeline
from partners.remedies import remedies_against
from portal.accounts.guards import for_roles, signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import require
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.ui.lists import ListView
from portal.ui.panel import actions_for
from portal.ui.tables import DayColumn, StateColumn, Table
from portal.workflow import can

MATRIX_LINES = 2000
"""Lines that the matrix reads at most; beyond that the list below it is the way."""


class GrantTable(Table):
    """Grants with what they say."""

    reference = tables.Column(verbose_name=_("Grant"))
    institution = tables.Column(verbose_name=_("Institution"), accessor="institution__organisation__name")
    title = tables.Column(verbose_name=_("For"), accessor="request__title")
    state = StateColumn(verbose_name=_("State"))
    held = tables.Column(verbose_name=_("On hold"), accessor="is_held", empty_values=())
    ends_on = DayColumn(verbose_name=_("Last day"))

    def render_reference(self, value: str, record: Grant) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:grant", args=[record.pk]), value)

    def value_reference(self, value: str) -> str:
        return value

    def render_held(self, value: bool) -> str:
        return str(_("Yes") if value else _("No"))

    value_held = render_held


class GrantFilter(django_filters.FilterSet):
    """By state, use, hold, and whether a renewal can be asked for."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=GRANT.choices, empty_label=_("All"))
    held = django_filters.ChoiceFilter(
        label=_("On hold"),
        method="by_hold",
        choices=[("true", _("On hold")), ("false", _("Not on hold"))],
        empty_label=_("All"),
    )
    use_case = django_filters.ChoiceFilter(label=_("Use"), method="by_use", empty_label=_("All"))
    renewal = django_filters.ChoiceFilter(
        label=_("Renewal"), method="by_renewal", choices=[("open", _("Can be asked for now"))], empty_label=_("All")
    )

    class Meta:
        model = Grant
        fields: ClassVar[list[str]] = ["state"]

    def by_hold(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_held=value == "true")

    def by_renewal(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        return to_renew(rows, rules().scope.renewal_lead_days, clock.today())

    def by_use(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Exists(GrantLine.objects.filter(grant=OuterRef("pk"), use_case=value)))


class GrantList(ListView):
    """My grants as a matrix of releases and uses, and as a list."""

    template_name = "grants/grants.html"
    title = _("Grants")
    table_class = GrantTable
    filterset_class = GrantFilter
    search_fields = ("reference", "institution__organisation__name", "request__title")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"reference": ("id",), "ends_on": ("ends_on",)}
    default_sort = "-reference"
    empty_title = _("No grants yet")
    empty_text = _("A grant follows a request that authorities signed and providers consented to.")

    @property
    def actor(self) -> Actor:
        return self.request.actor

    @cached_property
    def book(self) -> Rulebook:
        return rules()

    @cached_property
    def filterset(self) -> django_filters.FilterSet:
        made = GrantFilter(self.request.GET, queryset=self.get_queryset(), request=self.request)
        made.filters["use_case"].field.choices = [(item.key, item.label) for item in self.book.scope.use_cases]
        return made

    def get_queryset(self) -> QuerySet[Grant]:
        return with_holds(grants_for(self.actor))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        book = self.book
        if not is_provider(self.actor):
            scope = scope_table(self.actor.body_id, book, clock.today())
            return super().get_context_data(scope=scope, **kwargs)
        lines = granted_lines(lines_in_force(MATRIX_LINES, provider_id=self.actor.body_id), book, clock.today())
        held = sum(item.held for item in lines)
        url = reverse("grants:grants")
        return super().get_context_data(
            matrix=matrix(lines, book, by_partner=True, url=url) if lines else None,
            lines_in_force=len(lines),
            lines_held=held,
            **kwargs,
        )


grants = for_roles("applicant", "administrator", "representative", "provider_staff")(GrantList.as_view())


@require_safe
@signed_in
def show(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One grant: the sentence, the lines with limits and conditions, what holds it, what happened."""
    actor: Actor = request.actor
    found = get_grant(actor=actor, pk=pk)
    if is_provider(actor):
        return provider_grant(request, found)
    book = rules(found.rulebook)
    own_lines, holds = lines_of_grant(found), active_holds(institution_id=found.institution_id)
    lines = granted_lines(own_lines, book, clock.today(), holds)
    own = actor.body_id == found.institution_id
    may_change = own and found.state in GRANT_LIVE and actor.has("applicant")
    shown = {
        "grant": found,
        "lines": lines,
        "headline": headline(found, lines),
        "stops": stops_of(found, own_lines, reader(actor), holds=holds) if found.state in GRANT_LIVE else [],
        "ending": notices_of_withdrawal(own_lines),
        "actions": actions_for(found, actor, _urls(found), primary=["accept"]),
        "people": granted_people([line.pk for line in own_lines]),
        "may_change": may_change,
        "remedies": remedies_against(_decision(found), actor) if own else [],
        **(_changes(found) if may_change else {}),
        "may_surrender_lines": own and bool(can(found, "surrender_line", actor)),
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=own), viewer=actor),
        "re_reviews": re_reviews_of(found) if found.has_re_reviews else [],  # type: ignore[attr-defined]
    }
    return render(request, "grants/grant.html", shown)


def _changes(found: Grant) -> dict[str, Any]:
    """Whether a change and a renewal can be asked for now, and why not. Two queries."""
    return dict(zip(KINDS, change_verdicts(found, *KINDS), strict=True))


def _decision(found: Grant) -> GrantRequest:
    """The request that was decided, with what the grant has of it already."""
    request: Any = found.request
    request.authority, request.institution = found.authority, found.institution
    request.has_less = found.has_less  # type: ignore[attr-defined]
    return request


def _urls(found: Grant) -> dict[str, str]:
    pages = {"accept": "agreement", "surrender": "surrender"}
    return {verb: reverse(f"grants:{page}", args=[found.pk]) for verb, page in pages.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def surrender(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Give a grant back, after saying why."""
    actor: Actor = request.actor
    found = get_own_grant(actor=actor, pk=pk)
    require(can(found, "surrender", actor))
    form = ReasonForm(request.POST or None, label=_("Why you give it back"))
    if request.method == "POST" and form.is_valid():
        surrender_grant(grant=found, by=actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("Grant %(reference)s is surrendered.") % {"reference": found.reference})
        return redirect("grants:grant", pk=found.pk)
    return render(request, "grants/surrender.html", {"form": form, "grant": found})


@require_POST
@signed_in
def change(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Start an amendment or a renewal: a draft with the grant's lines."""
    actor: Actor = request.actor
    found = get_own_grant(actor=actor, pk=pk)
    kind = "renewal" if request.POST.get("kind") == "renewal" else "amendment"
    begun = begin_amendment(grant=found, kind=kind, by=actor)
    messages.success(request, _("A draft with the lines of %(grant)s is ready.") % {"grant": found.reference})
    return redirect("grants:request", pk=begun.pk)
