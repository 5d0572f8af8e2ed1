"""Lists of what gateways reported: windows of use, and use that no grant covered."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grants.access import get_grant, is_provider
from grants.disclosure import Shown, reader
from grants.models import Grant, GrantLine, Release, UsageAlert, UsageWindow
from grants.models.usage import Scope
from grants.queries.grant import lines_of_grant
from grants.queries.reported import alerts_for, gateways_of, rejections_of, windows_of, windows_of_grant
from grants.queries.spent import DAYS, use_of
from grants.queries.words import Words
from grants.rules.usage import PROBLEMS
from grants.views.guards import provider_staff
from portal.accounts.guards import for_roles, signed_in
from portal.accounts.models import Gateway
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, MomentColumn, NumberColumn, Table
from portal.ui.templatetags.ui import short_day

READERS = (
    "applicant", "administrator", "representative", "provider_staff", "case_officer", "reviewer", "signatory",
    "auditor",
)  # fmt: skip


class SpanColumn(tables.Column):
    """From when to when, in UTC: the day once, where it is one; in exports when it began, as ISO 8601."""

    def render(self, record: UsageWindow) -> str:
        began, ended = record.started_at.astimezone(UTC), record.ended_at.astimezone(UTC)
        until = f"{ended:%H:%M}" if ended.date() == began.date() else f"{short_day(ended)}, {ended:%H:%M}"
        return f"{short_day(began)}, {began:%H:%M}–{until}"

    def value(self, record: UsageWindow) -> str:
        return record.started_at.isoformat()


WHOLE = {"td": {"class": "is-whole"}}
"""Cells that are not broken over lines."""


class UseTable(Table):
    """What was used by whom, in the words of the rulebook. Base of both tables."""

    institution = tables.Column(verbose_name=_("Institution"), accessor="institution__organisation__name")
    release = tables.Column(verbose_name=_("Release"), accessor="release")
    use_case = tables.Column(verbose_name=_("Use"))
    environment_key = tables.Column(verbose_name=_("Environment"))
    data_class = tables.Column(verbose_name=_("Data"))
    line = tables.Column(verbose_name=_("Line"), accessor="line", empty_values=(), attrs=WHOLE)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.words = Words(rules())

    def render_use_case(self, value: str) -> str:
        return self.words.use_case(value)

    def render_data_class(self, value: str) -> str:
        return self.words.data_class(value)

    def render_line(self, value: GrantLine | None) -> SafeString | str:
        if value is None:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("grants:grant", args=[value.grant_id]), value)

    def value_line(self, value: GrantLine | None) -> str:
        return str(value or "")


class WindowTable(UseTable):
    """Windows, the last to begin first. What few look at is in exports alone."""

    institution = tables.Column(verbose_name=_("Institution"), accessor="institution_name")
    started_at = SpanColumn(verbose_name=_("Began"), attrs=WHOLE)
    ended_at = MomentColumn(verbose_name=_("Ended"), visible=False)
    scope = tables.Column(verbose_name=_("Scope"), accessor="get_scope_display")
    requests = NumberColumn(verbose_name=_("Requests"))
    tokens = NumberColumn(verbose_name=_("Tokens"), accessor="tokens")
    seats = NumberColumn(verbose_name=_("People at once"))
    denied = NumberColumn(verbose_name=_("Denied"))
    who = tables.Column(verbose_name=_("Account or workload"), accessor="pk", empty_values=(), visible=False)
    country = tables.Column(verbose_name=_("Country"), default="–", visible=False)
    gateway = tables.Column(verbose_name=_("Gateway"), accessor="gateway_name", visible=False)
    event_id = tables.Column(verbose_name=_("Event"), visible=False)

    class Meta(Table.Meta):
        sequence = ("started_at", "ended_at", "institution", "release", "use_case", "environment_key", "...")

    def render_who(self, record: UsageWindow) -> str:
        return str(record.person_id or record.workload or "–")

    value_who = render_who


class AlertTable(UseTable):
    """Use that no grant covered, the newest first."""

    day = DayColumn(verbose_name=_("Day"), attrs=WHOLE)
    kind = tables.Column(verbose_name=_("Why not"), accessor="get_kind_display")
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name")
    windows = NumberColumn(verbose_name=_("Windows"))
    requests = NumberColumn(verbose_name=_("Requests"))
    denied = NumberColumn(verbose_name=_("Denied"))
    last_at = MomentColumn(verbose_name=_("Last told"), visible=False)

    class Meta(Table.Meta):
        sequence = ("day", "kind", "institution", "provider", "...")


class UseFilter(django_filters.FilterSet):
    """By release and use."""

    release = django_filters.ModelChoiceFilter(
        label=_("Release"), queryset=Release.objects.none(), empty_label=_("All")
    )
    use_case = django_filters.ChoiceFilter(
        label=_("Use"), choices=lambda: [(item.key, item.label) for item in rules().scope.use_cases],
        empty_label=_("All"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        actor = self.request.actor
        releases = Release.objects.select_related("model").order_by("model__name", "version")
        if actor.body_kind == "provider":
            releases = releases.filter(provider_id=actor.body_id)
        elif actor.body_kind == "institution":
            lines = GrantLine.objects.filter(institution_id=actor.body_id)
            releases = releases.filter(pk__in=lines.values("release"))
        self.filters["release"].field.queryset = releases


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class WindowFilter(UseFilter):
    """And by scope and days (UTC)."""

    scope = django_filters.ChoiceFilter(label=_("Scope"), choices=Scope.choices, empty_label=_("All"))
    since = django_filters.DateFilter(label=_("From"), method="from_day")
    until = django_filters.DateFilter(label=_("To"), method="to_day")

    class Meta:
        model = UsageWindow
        fields: ClassVar[list[str]] = ["release", "use_case", "scope"]

    def from_day(self, rows: QuerySet[UsageWindow], _name: str, day: date) -> QuerySet[UsageWindow]:
        return rows.filter(started_at__gte=_start_of(day))

    def to_day(self, rows: QuerySet[UsageWindow], _name: str, day: date) -> QuerySet[UsageWindow]:
        if day == date.max:
            return rows
        return rows.filter(started_at__lt=_start_of(day + timedelta(days=1)))


class AlertFilter(UseFilter):
    """And by kind."""

    kind = django_filters.ChoiceFilter(label=_("Why not"), choices=Scope.choices[1:], empty_label=_("All"))

    class Meta:
        model = UsageAlert
        fields: ClassVar[list[str]] = ["release", "use_case", "kind"]


class WindowList(ListView):
    """Every window on the reader's own institution, or own models."""

    title: str | Promise = _("Windows of use")
    lead = _("What gateways reported: counts, never content. Times are in UTC.")
    table_class = WindowTable
    filterset_class = WindowFilter
    keyset = "-started_at"
    empty_title = _("Nothing was reported yet")
    empty_text = _("Windows appear here as gateways send them.")

    def get_queryset(self) -> QuerySet[UsageWindow]:
        return windows_of(self.request.actor)


class GrantWindows(WindowList):
    """Windows under the lines of one grant."""

    @cached_property
    def found(self) -> tuple[Grant, QuerySet[UsageWindow]]:
        return windows_of_grant(self.request.actor, self.kwargs["pk"])

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        self.title = _("Windows of use under %(grant)s") % {"grant": self.found[0].reference}
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[UsageWindow]:
        return self.found[1]


class AlertList(ListView):
    """Use that no grant covered."""

    title = _("Use that no grant covered")
    lead = _(
        "Use and attempts that gateways reported for which no line was in force when they began. One row for each kind,"
        " use and day, counting up."
    )
    table_class = AlertTable
    filterset_class = AlertFilter
    keyset = "-last_at"
    empty_title = _("No such use was reported")
    empty_text = _("Gateways that ask before each use report none.")

    def get_queryset(self) -> QuerySet[UsageAlert]:
        return alerts_for(self.request.actor)


windows = for_roles(*READERS[:4])(WindowList.as_view())
alerts = for_roles(*READERS)(AlertList.as_view())


@require_safe
@signed_in
def grant_windows(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Windows under the lines of a grant, for whoever may look at it."""
    response: HttpResponse = GrantWindows.as_view()(request, pk=pk)
    return response


def use_page(request: PortalRequest, grant: Grant, lines: list[GrantLine]) -> HttpResponse:
    """Use of these lines against their limits, by what gateways reported and asked."""
    told, words = use_of(grant.institution_id, lines), Words(rules(grant.rulebook))
    shown = {
        "grant": Shown(grant, reader(request.actor)),
        "use": told,
        "lines": [(item, words.use_case(item.line.use_case)) for item in told.lines],
    }
    return render(request, "grants/use.html", shown)


@require_safe
@signed_in
def grant_use(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The same for an authority, and for a provider: of the lines on its own models."""
    found = get_grant(actor=request.actor, pk=pk)
    own = request.actor.body_id if is_provider(request.actor) else None
    return use_page(request, found, lines_of_grant(found, own))


class ReportsTable(Table):
    """A provider's machines, with what was taken of their reports."""

    name = tables.Column(verbose_name=_("Gateway"))
    accepted = NumberColumn(verbose_name=_("Accepted"), default=0)
    late = NumberColumn(verbose_name=_("Of these, late"), default=0)
    duplicates = NumberColumn(verbose_name=_("Sent again"), default=0)
    rejected = NumberColumn(verbose_name=_("Rejected"), default=0)
    why = tables.Column(verbose_name=_("Why rejected"), accessor="pk")

    def __init__(self, rows: list[Gateway], **options: Any) -> None:
        self.reasons = rejections_of([row.pk for row in rows], DAYS)
        super().__init__(rows, **options)

    def render_why(self, value: UUID) -> str:
        told = self.reasons.get(value, [])
        return "; ".join(f"{PROBLEMS[code].title}: {count}" for code, count in told if code in PROBLEMS) or "–"

    value_why = render_why


class ReportsList(ListView):
    """What became of the reports of each of the provider's machines."""

    title = _("Reports by gateway")
    lead = _("What your gateways reported in the last 30 days, and what of it was not taken.")
    table_class = ReportsTable
    default_sort = "name"
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"name": ("name", "pk")}
    empty_title = _("No gateway reports use yet")
    empty_text = _("Register one that may report use, among your API clients.")

    def get_queryset(self) -> QuerySet[Gateway]:
        return gateways_of(self.request.actor, DAYS)


reports = provider_staff(ReportsList.as_view())
