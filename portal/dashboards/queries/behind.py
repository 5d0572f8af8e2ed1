"""The cases behind the figures of today: lines that are in force, and holds that stop something."""

from __future__ import annotations

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from grants.models import ConsentWithdrawal, GrantLine, Hold, LineVersion
from grants.queries.effective import LIVE_WITHDRAWALS
from grants.states import HOLD_STOPS
from partners.models import Qualification
from portal.core import clock
from portal.dashboards.filters import Narrowed

USABLE = ("in_force", "restricted")
"""Qualifications under which lines can be used."""


def lines_in_force(narrowed: Narrowed) -> QuerySet[GrantLine]:
    """Lines as they hold today: `last_day` as authorities narrowed it, `is_stopped` where a hold stands in the way.

    Withdrawn ones and those that were given back are out.
    """
    today = clock.today()
    holds = Hold.objects.filter(state__in=HOLD_STOPS)
    stopped = (
        Exists(holds.filter(partner=OuterRef("institution")))
        | Exists(holds.filter(grant=OuterRef("grant")))
        | Exists(holds.filter(line=OuterRef("pk")))
        | Exists(holds.filter(environment=OuterRef("environment")))
        | ~Exists(Qualification.objects.filter(institution=OuterRef("institution"), state__in=USABLE))
    )
    version = LineVersion.objects.filter(line=OuterRef("pk")).order_by("-number").values("ends_on")[:1]
    withdrawn = ConsentWithdrawal.objects.filter(
        line=OuterRef("pk"), state__in=LIVE_WITHDRAWALS, effective_on__lte=today
    )
    rows = GrantLine.objects.filter(
        narrowed.of_institution(),
        narrowed.of_release(),
        ~Exists(withdrawn),
        grant__state="in_force",
        starts_on__lte=today,
        ends_on__gte=today,
        surrender__isnull=True,
    )
    return (
        rows.annotate(last_day=Coalesce(Subquery(version), F("ends_on"), output_field=DateField()))
        .filter(last_day__gte=today)
        .annotate(is_stopped=stopped)
        .select_related("institution__organisation", "release__model", "release__provider", "environment", "grant")
    )


def held(narrowed: Narrowed) -> QuerySet[Hold]:
    """Holds that stop something now. By provider or release: those on a line of theirs, or on what it belongs to."""
    rows = Hold.objects.filter(narrowed.of_institution(), state__in=HOLD_STOPS)
    if narrowed.provider or narrowed.release:
        theirs = GrantLine.objects.filter(narrowed.of_release(), institution=OuterRef("institution"))
        rows = rows.filter(
            Q(line__isnull=False) & Exists(theirs.filter(pk=OuterRef("line")))
            | Q(grant__isnull=False) & Exists(theirs.filter(grant=OuterRef("grant")))
            | Q(environment__isnull=False) & Exists(theirs.filter(environment=OuterRef("environment")))
            | (Q(partner__isnull=False) | Q(person__isnull=False)) & Exists(theirs)
        )
    return rows.select_related(
        "institution__organisation", "grant", "line__grant", "line__release__model", "environment", "person"
    )
