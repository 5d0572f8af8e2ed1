"""Reads about measures: which are in effect, which is the strictest, and which have run out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When

from audits.models import EFFECTIVE, EnforcementCase, MeasureEvent
from grants.models import Grant
from grants.states import GRANT_LIVE
from portal.core import clock


def in_effect() -> QuerySet[EnforcementCase]:
    """Decided measures that take something from a partner now. The same rule as `EnforcementCase.in_effect`."""
    return EnforcementCase.objects.filter(state="decided", measure__in=EFFECTIVE, ended_at=None, stayed_at=None)


def strictest(institution_id: UUID) -> EnforcementCase | None:
    """Of the partner's measures in effect the highest rung; of two on the same, the one decided last. One query."""
    rank: Any = Case(
        *(When(measure=measure, then=Value(place)) for place, measure in enumerate(EFFECTIVE)),
        output_field=IntegerField(),
    )
    rows = in_effect().filter(institution_id=institution_id).annotate(rank=rank)
    return rows.order_by("-rank", "-decided_at").first()


def ran_out() -> QuerySet[EnforcementCase]:
    """Restrictions and suspensions whose last day has passed and that were not ended: a range, so no day is missed."""
    rows = EnforcementCase.objects.filter(
        state="decided", ended_at=None, measure__in=["restriction", "suspension"], effect_until__lt=clock.today()
    )
    return rows.select_related("institution__organisation", "authority")


def live_grants(institution_id: UUID) -> list[Grant]:
    """The partner's grants that have not ended. One query."""
    rows = Grant.objects.filter(institution_id=institution_id, state__in=GRANT_LIVE)
    return list(rows.select_related("institution__organisation").order_by("pk"))


def events_of(case: EnforcementCase) -> list[MeasureEvent]:
    """What was decided about the measure and became of it, in order. One query."""
    return list(case.measure_events.order_by("happened_at", "id"))
