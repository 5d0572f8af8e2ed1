"""What the sweeps of this app look for: ranges of what is due and not done, so that a missed day loses nothing."""

from __future__ import annotations

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet

from audits.models import Finding, IncidentDeadline
from portal.core import clock


def acceptances_ended() -> QuerySet[Finding]:
    """Findings whose risk was accepted until a day that has come."""
    return Finding.objects.filter(state="risk_accepted", accepted_until__lte=clock.today())


def deadlines_to_warn() -> QuerySet[IncidentDeadline]:
    """Deadlines that run, of whose time three quarters have passed, and of which nobody was warned."""
    late = ExpressionWrapper(F("due_at") - (F("due_at") - F("starts_at")) / 4, output_field=DateTimeField())
    return _running().filter(stage=0, due_at__gte=clock.now()).annotate(late=late).filter(late__lte=clock.now())


def deadlines_missed() -> QuerySet[IncidentDeadline]:
    """Deadlines that have passed with nothing filed, and that were not yet noted as missed."""
    return _running().filter(stage__lt=2, due_at__lt=clock.now())


def _running() -> QuerySet[IncidentDeadline]:
    return IncidentDeadline.objects.filter(met_at=None, waived_at=None).select_related(
        "incident__institution__organisation", "incident__authority", "incident__release"
    )
