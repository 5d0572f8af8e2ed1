"""Pages on which a provider looks after its streams of signals: how delivery goes, pausing, going on, and a test."""

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_stream, streams_for
from grants.actions.stream import seconds_to_wait, set_status, verify_stream
from grants.forms.fields import refuse_into
from grants.forms.stream import PauseForm
from grants.models import Delivery, Stream
from grants.queries.stream import lag_of, latest_of, with_lag
from grants.rules.signal import delivered
from grants.states_streams import STREAM
from grants.views.guards import for_body
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui.lists import ListView
from portal.ui.tables import MomentColumn, NumberColumn, StateColumn, Table
from portal.workflow import can

keepers = for_body("provider", "provider_staff", "administrator")
EVENTS = {
    "account-disabled": _("Access stopped"),
    "account-enabled": _("Access restored"),
    "session-revoked": _("Immediate stop"),
    "token-claims-change": _("Scope changed"),
    "verification": _("Test"),
    "stream-updated": _("Status of the stream"),
}
"""What a signal says, for people."""
ABOUT = {
    "partner": _("all of its access"),
    "grant": _("one of its grants"),
    "line": _("one line of a grant"),
    "environment": _("one of its environments"),
    "person": _("one of its people"),
}
"""What of an institution a signal is about."""


class StreamTable(Table):
    """Streams, and how far behind each is."""

    name = tables.Column(verbose_name=_("Stream"), empty_values=(), accessor="pk")
    gateway = tables.Column(verbose_name=_("API client"), accessor="gateway__name")
    state = StateColumn(verbose_name=_("State"))
    method = tables.Column(verbose_name=_("Delivery"), accessor="get_method_display")
    waiting_count = NumberColumn(verbose_name=_("Waiting"))
    waiting_since = MomentColumn(verbose_name=_("Since"))
    delivered_at = MomentColumn(verbose_name=_("Last acknowledged"), empty_values=(), never=_("Never"))
    last_error = tables.Column(verbose_name=_("Last error"))

    def render_name(self, record: Stream) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:stream", args=[record.pk]), record)

    def value_name(self, record: Stream) -> str:
        return str(record)


class StreamFilter(django_filters.FilterSet):
    """By state and by delivery."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=STREAM.choices, empty_label=_("All"))
    method = django_filters.ChoiceFilter(label=_("Delivery"), choices=Stream.Method.choices, empty_label=_("All"))

    class Meta:
        model = Stream
        fields: ClassVar[list[str]] = ["state", "method"]


class StreamList(ListView):
    """The provider's streams of signals."""

    title = _("Streams of signals")
    lead = _("How your machines hear at once that access was stopped, restored or changed.")
    table_class = StreamTable
    filterset_class = StreamFilter
    search_fields = ("description", "gateway__name")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"created_at": ("created_at",), "delivered_at": ("delivered_at",)}
    default_sort = "-created_at"
    empty_title = _("No stream yet")
    empty_text = _("An API client that may hear of changes creates its streams itself, over the API.")

    def get_queryset(self) -> QuerySet[Stream]:
        return with_lag(streams_for(self.request.actor))


streams = keepers(StreamList.as_view())


@require_safe
@signed_in
def stream(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One stream: how delivery goes, what waits, and what was told last."""
    actor: Actor = request.actor
    found = get_stream(actor=actor, pk=pk)
    count, since = lag_of(found)
    shown = {
        "stream": found,
        "events": [label for name, label in EVENTS.items() if any(it.endswith(name) for it in _delivered(found))],
        "waiting": count,
        "waiting_since": since,
        "latest": [_told(row) for row in latest_of(found)],
        "may_verify": can(found, "verify", actor),
        "may_pause": found.state == "enabled" and can(found, "pause", actor),
        "may_enable": can(found, "enable", actor),
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=True), viewer=actor),
    }
    return render(request, "grants/stream.html", shown)


def _told(row: Delivery) -> dict[str, Any]:
    """One signal on the stream's page: what it says, about whom, and how long it took."""
    signal = row.signal
    taken = row.acknowledged_at - signal.issued_at if row.acknowledged_at else None
    about = (signal.institution, ABOUT[signal.on]) if signal.institution else None
    return {"what": EVENTS[signal.event], "about": about, "row": row, "seconds": taken and taken.total_seconds()}


def _delivered(found: Stream) -> list[str]:
    return delivered(found.events_requested)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def stream_pause(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Pause a stream, with the reason, which its receiver reads too."""
    actor: Actor = request.actor
    found = get_stream(actor=actor, pk=pk)
    require(can(found, "pause", actor))
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_status(stream=found, status="paused", reason=form.cleaned_data["reason"], by=actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Paused. What happens is kept, and delivered once the stream goes on."))
            return redirect("grants:stream", pk=pk)
    return render(request, "grants/stream_pause.html", {"form": form, "stream": found})


@require_POST
@signed_in
def stream_enable(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Let a stream go on."""
    found = get_stream(actor=request.actor, pk=pk)
    set_status(stream=found, status="enabled", by=request.actor)
    messages.success(request, _("The stream goes on. What was kept is delivered now."))
    return redirect("grants:stream", pk=pk)


@require_POST
@signed_in
def stream_verify(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Send a test. Sent again at once, it is answered with when it may be."""
    found = get_stream(actor=request.actor, pk=pk)
    require(can(found, "verify", request.actor))
    if seconds := seconds_to_wait(found):
        messages.warning(request, _("A test was sent just now. Try again in %(n)s seconds.") % {"n": seconds})
        return redirect("grants:stream", pk=pk)
    verify_stream(stream=found, by=request.actor)
    messages.success(request, _("A test is on its way. It stands below once the receiver has acknowledged it."))
    return redirect("grants:stream", pk=pk)
