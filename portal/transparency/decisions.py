"""Published decisions on appeals: what panels decided and why, without naming anybody."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from audits.models import Appeal, Outcome, PublishedDecision
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, Table


def grounds(version: str) -> dict[str, str]:
    """The grounds of appeals in that version of the rulebook, by key."""
    return {item.key: item.label for item in rules(version).appeal.grounds}


class DecisionTable(Table):
    """Published decisions."""

    reference = tables.Column(
        verbose_name=_("Decision"), linkify=("transparency:decision", {"reference": tables.A("reference")})
    )
    against = tables.Column(accessor="get_against_display", verbose_name=_("Against"))
    ground = tables.Column(verbose_name=_("Ground"))
    outcome = tables.Column(accessor="get_outcome_display", verbose_name=_("Outcome"))
    decided_on = DayColumn(verbose_name=_("Decided"))

    def render_ground(self, record: Any) -> str:
        return grounds(record.rulebook).get(record.ground, record.ground)

    value_ground = render_ground


class DecisionFilter(django_filters.FilterSet):
    against = django_filters.ChoiceFilter(choices=Appeal.Against.choices, label=_("Against"), empty_label=_("Any"))
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label=_("Outcome"), empty_label=_("Any"))

    class Meta:
        model = PublishedDecision
        fields: ClassVar[list[str]] = []


@method_decorator(require_safe, name="dispatch")
class Decisions(ListView):
    """Every published decision, the newest first."""

    title = _("Decisions on appeals")
    lead = _("What panels decided and why. Nobody is named; what was decided is in effect.")
    table_class = DecisionTable
    filterset_class = DecisionFilter
    search_fields = ("reference", "text")
    sorts: ClassVar = {"decided_on": ("decided_on",)}
    default_sort = "-decided_on"
    empty_title = _("No decision yet")
    empty_text = _("Decisions are published as soon as a panel has made them.")

    def get_queryset(self) -> QuerySet[PublishedDecision]:
        rows: QuerySet[PublishedDecision] = PublishedDecision.objects.all()
        return rows


@require_safe
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    """One decision as it was published."""
    found = get_object_or_404(PublishedDecision, reference=reference)
    ground = grounds(found.rulebook).get(found.ground, found.ground)
    return render(request, "transparency/decision.html", {"decision": found, "ground": ground})
