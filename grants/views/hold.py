"""Pages on holds: the list, and one of them, as much as the reader may know."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grants.access import get_hold, holds_for
from grants.disclosure import PROVIDER, Shown, disclosed_names, discloses, reader
from grants.models import Hold
from grants.notices import describe
from grants.queries.hold import with_others
from grants.queries.stream import heard_of
from grants.states import HOLD, HOLD_STOPS
from grants.views.provider import own_timeline
from portal.accounts.guards import for_roles, signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, StateColumn, Table

KINDS = [
    ("partner", _("All access")),
    ("grant", _("A grant")),
    ("line", _("A line")),
    ("environment", _("An environment")),
    ("person", _("A person")),
]


class HoldTable(Table):
    """Holds that concern a body. Columns that its reader may not know are left out."""

    target = tables.Column(verbose_name=_("On hold"), empty_values=(), accessor="pk")
    institution = tables.Column(verbose_name=_("Institution"), accessor="institution__organisation__name")
    state = StateColumn(verbose_name=_("State"))
    placed_at = DayColumn(verbose_name=_("Since"))
    placed_body = tables.Column(verbose_name=_("Placed by"))
    reason = tables.Column(verbose_name=_("Why"))
    lifted_when = tables.Column(verbose_name=_("Lifted when"))

    def render_target(self, record: Hold) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:hold", args=[record.pk]), describe(record))

    def value_target(self, record: Hold) -> str:
        return describe(record)


class HoldFilter(django_filters.FilterSet):
    """By state, by what is held, and by whether it stops access now."""

    stops = django_filters.ChoiceFilter(
        label=_("Stops access"),
        method="by_effect",
        choices=[("now", _("Now")), ("over", _("No longer"))],
        empty_label=_("All"),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=HOLD.choices, empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("What is held"), method="by_kind", choices=KINDS, empty_label=_("All"))

    class Meta:
        model = Hold
        fields: ClassVar[list[str]] = ["state"]

    def by_effect(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(state__in=HOLD_STOPS) if value == "now" else rows.exclude(state__in=HOLD_STOPS)

    def by_kind(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(**{f"{value}__isnull": False})


class HoldList(ListView):
    """Holds on the institution's access, or on use of the provider's models."""

    title = _("Holds")
    lead = _("What stops access, since when, and what lifts it.")
    table_class = HoldTable
    filterset_class = HoldFilter
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"placed_at": ("placed_at",)}
    default_sort = "-placed_at"
    empty_title = _("Nothing is on hold")
    empty_text = _("When an authority stops access, it appears here.")

    @property
    def search_fields(self) -> tuple[str, ...]:  # type: ignore[override]
        """Searching in what is withheld would tell it, word by word."""
        names = ("institution__organisation__name", "reason", "incident")
        return disclosed_names("hold", names, reader(self.request.actor))

    def get_queryset(self) -> QuerySet[Hold]:
        return holds_for(self.request.actor)

    def table_options(self) -> dict[str, Any]:
        shown = ("reason", "lifted_when", "placed_body")
        who = reader(self.request.actor)
        return {"exclude": [name for name in shown if not discloses("hold", name, who)]}


holds = for_roles("applicant", "administrator", "representative", "provider_staff")(HoldList.as_view())


@require_safe
@signed_in
def hold(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One hold, and what else stands in the way of the same access."""
    actor: Actor = request.actor
    found = get_hold(actor=actor, pk=pk)
    who = reader(actor)
    shown = {
        "hold": Shown(found, who),
        "on": describe(found),
        "institution": found.institution.name,
        "knows": discloses("hold", "reason", who),
        "person": found.person if discloses("hold", "person", who) else None,
        "others": [(other, describe(other)) for other in with_others(found, holds_for(actor))],
        "heard": heard_of(found.pk, actor.organisation_id) if who == PROVIDER else None,
        "timeline": own_timeline(found.pk, actor, own=actor.body_id == found.institution_id),
    }
    return render(request, "grants/hold.html", shown)
