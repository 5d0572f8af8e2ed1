"""An institution's own pages on what it was granted: lines, use, how to connect, and giving a line back."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_own_grant
from grants.actions.surrender import surrender_line
from grants.forms.fields import ReasonForm, refuse_into
from grants.models import Environment, Grant, GrantLine, Release
from grants.queries.grant import lines_of_grant
from grants.queries.own import STATES, own_lines, state_of
from grants.queries.shown import granted_lines
from grants.queries.words import Words
from grants.rules.connect import snippets
from grants.states import GRANT
from grants.views.guards import partner_staff
from grants.views.usage import use_page
from portal.accounts.guards import signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, NumberColumn, Table
from portal.workflow import can


# --- every line -----------------------------------------------------------------------------------
class LineTable(Table):
    """Lines as they are in force, one row each."""

    number = tables.Column(verbose_name=_("Line"), accessor="number", orderable=False)
    release = tables.Column(verbose_name=_("Release"), accessor="release", orderable=False)
    use_case = tables.Column(verbose_name=_("Use"), orderable=False)
    environment = tables.Column(verbose_name=_("Environment"), accessor="environment__name")
    data_class = tables.Column(verbose_name=_("Data"), orderable=False)
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)
    requests_per_day = NumberColumn(verbose_name=_("Requests a day"))
    tokens_per_day = NumberColumn(verbose_name=_("Tokens a day"))
    ends_on = DayColumn(verbose_name=_("Last day"))
    conditions = tables.Column(verbose_name=_("Conditions"), accessor="conditions", empty_values=(), orderable=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.words, self.today = Words(rules()), clock.today()

    def render_number(self, value: int, record: GrantLine) -> SafeString:
        url = f"{reverse('grants:grant', args=[record.grant_id])}#line-{value}"
        return format_html('<a href="{}">{}/{}</a>', url, record.grant.reference, value)

    def value_number(self, value: int, record: GrantLine) -> str:
        return f"{record.grant.reference}/{value}"

    def render_use_case(self, value: str) -> str:
        return self.words.use_case(value)

    def render_data_class(self, value: str) -> str:
        return self.words.data_class(value)

    def render_state(self, record: GrantLine) -> str:
        return str(STATES[state_of(record, self.today)][0])

    def render_conditions(self, record: GrantLine) -> str:
        duties = self.words.safeguards(record.obligations)
        return "; ".join([*record.conditions, *record.provider_conditions, *duties]) or "–"


class LineFilter(django_filters.FilterSet):
    """By the state of the grant, use, release and environment."""

    grant_state = django_filters.ChoiceFilter(
        field_name="grant__state", label=_("Grant"), choices=GRANT.choices, empty_label=_("All")
    )
    use_case = django_filters.ChoiceFilter(label=_("Use"), choices=[], empty_label=_("All"))
    release = django_filters.ModelChoiceFilter(
        label=_("Release"), queryset=Release.objects.none(), empty_label=_("All")
    )
    environment = django_filters.ModelChoiceFilter(
        label=_("Environment"), queryset=Environment.objects.none(), empty_label=_("All")
    )

    class Meta:
        model = GrantLine
        fields: ClassVar[list[str]] = ["use_case", "release", "environment"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        body = self.request.actor.body_id
        own = GrantLine.objects.filter(institution_id=body)
        releases = Release.objects.filter(pk__in=own.values("release")).select_related("model")
        self.filters["release"].field.queryset = releases.order_by("model__name", "version")
        self.filters["environment"].field.queryset = Environment.objects.filter(institution_id=body).order_by("name")
        self.filters["use_case"].field.choices = [(item.key, item.label) for item in rules().scope.use_cases]


class OwnLines(ListView):
    """Every line that the institution was granted, and what it may be used for now."""

    title = _("Lines of your grants")
    lead = _("Each line with its limits as they are in force. Lines of grants that a later one replaced are left out.")
    table_class = LineTable
    filterset_class = LineFilter
    search_fields = ("grant__reference", "release__model__name", "release__version", "environment__name")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "environment": ("environment__name", "id"),
        "requests_per_day": ("requests_per_day", "id"),
        "tokens_per_day": ("tokens_per_day", "id"),
        "ends_on": ("ends_on", "id"),
    }
    default_sort = "ends_on"
    empty_title = _("No lines yet")
    empty_text = _("Lines follow from a request that authorities signed and providers consented to.")

    def get_queryset(self) -> QuerySet[GrantLine]:
        return own_lines(self.request.actor.body_id)


own_list = partner_staff(OwnLines.as_view())


# --- one grant ------------------------------------------------------------------------------------
def _own(request: PortalRequest, pk: UUID) -> Grant:
    return get_own_grant(actor=request.actor, pk=pk)


@require_safe
@signed_in
def use(request: PortalRequest, pk: UUID) -> HttpResponse:
    """What gateways reported and asked on the institution's behalf, by day, against the limits."""
    found = _own(request, pk)
    return use_page(request, found, lines_of_grant(found))


@require_safe
@signed_in
def connect(request: PortalRequest, pk: UUID) -> HttpResponse:
    """How a line is used: identifiers, and the question that the provider's gateway asks, for curl and Python."""
    found = _own(request, pk)
    lines = [line for line in lines_of_grant(found) if not hasattr(line, "surrender")]
    wanted = request.GET.get("line", "")
    line = next((item for item in lines if str(item.number) == wanted), lines[0] if lines else None)
    shown = {
        "grant": found,
        "lines": granted_lines(lines, rules(found.rulebook), clock.today()),
        "line": line,
        "code": snippets(line, settings.BASE_URL) if line else None,
    }
    return render(request, "grants/connect.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def line_surrender(request: PortalRequest, pk: UUID, line: UUID) -> HttpResponse:
    """Give one line back, after saying why."""
    actor: Actor = request.actor
    found = _own(request, pk)
    require(can(found, "surrender_line", actor))
    rows = GrantLine.objects.filter(grant=found, pk=line)
    row = rows.select_related("grant__institution__organisation", "release__model", "environment", "surrender").first()
    if row is None:
        raise Http404("No such line.")
    if hasattr(row, "surrender"):
        reason = _("This line was given back already.")
        raise Refused(refused(reason, code="given_back", rule="grant.surrender_line"))
    form = ReasonForm(request.POST or None, label=_("Why you give it back"))
    if request.method == "POST" and form.is_valid():
        try:
            surrender_line(line=row, by=actor, reason=form.cleaned_data["reason"])
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Line %(number)s is given back.") % {"number": row.number})
            return redirect("grants:grant", pk=found.pk)
    shown = {"form": form, "grant": found, "line": row, "last": _is_last(found)}
    return render(request, "grants/line_surrender.html", shown)


def _is_last(found: Grant) -> bool:
    return GrantLine.objects.filter(grant=found, surrender__isnull=True).count() == 1
