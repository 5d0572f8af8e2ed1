"""Pages of a provider: who uses its models for what, a grant as far as it concerns them, and withdrawing consent."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.access import get_own_line, get_withdrawal
from grants.actions.withdrawal import first_day_without, take_back_withdrawal, withdraw_consent
from grants.disclosure import Shown, reader
from grants.forms.fields import ReasonForm, refuse_into
from grants.forms.withdrawal import WithdrawForm
from grants.models import ConsentWithdrawal, Grant, GrantLine, Release
from grants.queries.agreement import sentence
from grants.queries.effective import as_in_force
from grants.queries.grant import lines_of_grant
from grants.queries.hold import active_holds
from grants.queries.reported import asked_and_reported
from grants.queries.shown import granted_lines, headline
from grants.queries.stops import notices_of_withdrawal, stops_of
from grants.queries.usage import COUNTED_DAYS, held, in_force, lines_for_provider, questions_of, withdrawn
from grants.queries.words import Words
from grants.states import GRANT, GRANT_LIVE
from grants.views.guards import provider_staff
from partners.queries.timeline import Happened, tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, NumberColumn, Table
from portal.ui.templatetags.ui import figures
from portal.workflow import can


def own_timeline(about: UUID, actor: Actor, *, own: bool) -> list[Happened]:
    """What happened, as much as the reader may know. Providers read what names them, so nothing of other providers."""
    tiers = tiers_for(actor, own=own or actor.body_kind == "provider")
    also = actor.body_id if actor.body_kind == "provider" else None
    return timeline(about, tiers=tiers, viewer=actor, also=also)


class UseTable(Table):
    """Lines on a provider's releases."""

    line = tables.Column(verbose_name=_("Line"), empty_values=(), accessor="pk")
    institution = tables.Column(verbose_name=_("Institution"), accessor="institution__organisation__name")
    release = tables.Column(verbose_name=_("Release"))
    use_case = tables.Column(verbose_name=_("Use"))
    data_class = tables.Column(verbose_name=_("Data"))
    environment = tables.Column(verbose_name=_("Environment"), accessor="environment__name")
    requests_per_day = NumberColumn(verbose_name=_("Requests a day"))
    ends_on = DayColumn(verbose_name=_("Until"))
    asked = NumberColumn(verbose_name=_("Permitted in 30 days"), empty_values=(), accessor="pk")
    reported = NumberColumn(verbose_name=_("Reported in 30 days"), empty_values=(), accessor="pk")
    standing = tables.Column(verbose_name=_("Now"), empty_values=(), accessor="pk")

    def __init__(self, rows: list[GrantLine], *, words: Words, provider_id: UUID | None, **options: Any) -> None:
        self.words = words
        keys = [row.pk for row in as_in_force(rows)] if rows else []
        self.counts, self.told = asked_and_reported(keys, provider_id, COUNTED_DAYS)
        super().__init__(rows, **options)

    def render_line(self, record: GrantLine) -> SafeString:
        url = reverse("grants:grant", args=[record.grant_id])
        return format_html('<a href="{}">{}/{}</a>', url, record.grant.reference, record.number)

    def value_line(self, record: GrantLine) -> str:
        return f"{record.grant.reference}/{record.number}"

    def render_use_case(self, value: str) -> str:
        return self.words.use_case(value)

    def render_data_class(self, value: str) -> str:
        return self.words.data_class(value)

    def render_asked(self, record: GrantLine) -> str:
        return str(figures(self.counts.get(record.pk, 0)))

    def value_asked(self, record: GrantLine) -> int:
        return self.counts.get(record.pk, 0)

    def render_reported(self, record: GrantLine) -> str:
        return str(figures(self.told.get(record.pk, 0)))

    def value_reported(self, record: GrantLine) -> int:
        return self.told.get(record.pk, 0)

    def render_standing(self, record: GrantLine) -> str:
        return standing_of(record)

    value_standing = render_standing


def standing_of(line: Any) -> str:
    """How a line of queries.usage stands, in a word."""
    today = clock.today()
    if line.grant.state != "in_force":
        return str(GRANT.state(line.grant.state).label)
    if line.is_withdrawn:
        return str(_("Consent withdrawn"))
    if line.is_held:
        return str(_("On hold"))
    if line.ends_on < today:
        return str(_("Over"))
    return str(_("In force")) if line.starts_on <= today else str(_("Not yet"))


def _releases(request: PortalRequest) -> QuerySet[Release]:
    """The provider's releases, for the filter."""
    return Release.objects.filter(provider_id=request.actor.body_id).select_related("model").order_by("-id")


class UseFilter(django_filters.FilterSet):
    """By release, use and standing."""

    now = django_filters.ChoiceFilter(
        label=_("Now"),
        method="by_standing",
        choices=[("in_force", _("In force")), ("held", _("On hold")), ("withdrawn", _("Consent withdrawn"))],
        empty_label=_("All"),
    )
    release = django_filters.ModelChoiceFilter(label=_("Release"), queryset=_releases, empty_label=_("All"))
    use_case = django_filters.ChoiceFilter(
        label=_("Use"),
        choices=lambda: [(item.key, item.label) for item in rules().scope.use_cases],
        empty_label=_("All"),
    )

    class Meta:
        model = GrantLine
        fields: ClassVar[list[str]] = ["release", "use_case"]

    def by_standing(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value == "held":
            return held(in_force(rows))
        return withdrawn(rows) if value == "withdrawn" else in_force(rows)


class UseList(ListView):
    """Every line on the provider's releases, with its limits, how often it was asked about, and how it stands."""

    title = _("Who uses your models")
    lead = _("Each line that was granted on your releases: who may do what, where, until when, and how much they ask.")
    table_class = UseTable
    filterset_class = UseFilter
    search_fields = ("grant__reference", "institution__organisation__name", "release__model__name", "environment__name")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "line": ("id",),
        "institution": ("institution__organisation__name",),
        "ends_on": ("ends_on",),
    }
    default_sort = "-line"
    empty_title = _("Nobody uses your models yet")
    empty_text = _("Once you consent to a line and authorities grant it, it appears here.")

    def get_queryset(self) -> QuerySet[GrantLine]:
        return lines_for_provider(self.request.actor)

    def page_actions(self) -> list[dict[str, Any]]:
        return [
            {"label": _("Windows of use"), "url": reverse("grants:windows"), "kind": "outline"},
            {"label": _("Reports by gateway"), "url": reverse("grants:usage_reports"), "kind": "outline"},
            {"label": _("Use that no grant covered"), "url": reverse("grants:alerts"), "kind": "outline"},
        ]

    def table_options(self) -> dict[str, Any]:
        return {"words": Words(rules()), "provider_id": self.request.actor.body_id}


def provider_grant(request: PortalRequest, grant: Grant) -> HttpResponse:
    """A grant as the provider of some of its lines reads it: those lines, what stops them, what it can do."""
    actor: Actor = request.actor
    book = rules(grant.rulebook)
    own, holds = lines_of_grant(grant, actor.body_id), active_holds(institution_id=grant.institution_id)
    lines = granted_lines(own, book, clock.today(), holds)
    asked = questions_of([line.pk for line in own], actor.organisation_id)
    live = grant.state in GRANT_LIVE
    shown = {
        "grant": Shown(grant, reader(actor)),
        "institution": grant.institution.name,
        "authority": grant.authority.name,
        "lines": [(item, asked.get(item.line.pk, 0), live and may_withdraw(item.line, grant)) for item in lines],
        "headline": headline(grant, lines),
        "days": COUNTED_DAYS,
        "stops": stops_of(grant, own, reader(actor), holds=holds) if live else [],
        "ending": notices_of_withdrawal(own),
        "timeline": own_timeline(grant.pk, actor, own=False),
    }
    return render(request, "grants/provider_grant.html", shown)


def may_withdraw(line: GrantLine, grant: Grant) -> bool:
    """Whether the line, as it is in force, still has a consent to withdraw."""
    return grant.state in GRANT_LIVE and line.held_withdrawal is None and line.ends_on >= clock.today()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Withdraw consent to a line of a live grant, with the rulebook's notice."""
    actor: Actor = request.actor
    line = get_own_line(actor=actor, pk=pk)
    book = rules()
    form = WithdrawForm(request.POST or None, book=book)
    (line,) = as_in_force([line])
    if not may_withdraw(line, line.grant):
        text = _("Notice was given for this line, or it has ended already: there is no consent to withdraw.")
        require(refused(text, code="given", rule="consent.withdrawal_notice_working_days"))
    if request.method == "POST" and form.is_valid():
        try:
            given = withdraw_consent(line=line, by=actor, **form.cleaned_data)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _said(given))
            return redirect("grants:grant", pk=line.grant_id)
    first = first_day_without(line.grant, book)
    at_once = [item.label for item in book.consent.decline_reasons if item.key in book.consent.withdrawal_at_once]
    shown = {
        "form": form,
        "line": line,
        "sentence": sentence(line.institution.name, line, rules(line.grant.rulebook)),
        "days": book.consent.withdrawal_notice_working_days,
        "first": first,
        "at_once": at_once,
    }
    return render(request, "grants/withdraw.html", shown)


def _said(given: ConsentWithdrawal) -> str:
    if given.state == "in_effect":
        return str(_("Your consent has ended. Nothing is permitted under the line from now on."))
    text = str(_("Notice is given. Nothing is permitted under the line from %(day)s on."))
    return text % {"day": f"{given.effective_on:%-d %B %Y}"}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def take_back(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take a withdrawal back before its day."""
    actor: Actor = request.actor
    found = get_withdrawal(actor=actor, pk=pk)
    require(can(found, "take_back", actor))
    form = ReasonForm(request.POST or None, label=_("Why you consent again"))
    if request.method == "POST" and form.is_valid():
        try:
            take_back_withdrawal(withdrawal=found, by=actor, reason=form.cleaned_data["reason"])
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Taken back. The line goes on as it was granted."))
            return redirect("grants:grant", pk=found.line.grant_id)
    return render(request, "grants/take_back.html", {"form": form, "withdrawal": found, "line": found.line})


uses = provider_staff(UseList.as_view())
