"""What the portal knows about the period of a report, for the questions that the rulebook has filled in from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audits.models import Incident, Obligation
from audits.reports import rule_of
from grants.models import Environment, LineDay, UsageAlert
from partners.models import Person
from portal.core import clock
from portal.rulebook.schema import ObligationRule


@dataclass(frozen=True, slots=True)
class Known:
    """One number, and in a sentence where it comes from and what it counts."""

    fact: str
    value: int
    source: str

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept with the report."""
        return {"fact": self.fact, "value": self.value, "source": self.source}


def prefilled(obligation: Obligation, rule: ObligationRule | None = None) -> dict[str, Known]:
    """Question → what the portal knows, as far as the rule asks for it. A query for each source that it names.

    `rule` where the report's rule was just read.
    """
    wanted = (rule or rule_of(obligation)).known
    if not wanted:
        return {}
    values = _values(obligation, set(wanted.values()))
    sources, period = _sources(), _period(obligation)
    return {key: Known(fact, values[fact], f"{sources[fact]} {period}") for key, fact in wanted.items()}


def _values(obligation: Obligation, facts: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for names, read in _READS:
        if not facts.isdisjoint(names):
            found |= {name: value or 0 for name, value in read(obligation).items()}
    return found


def _people(obligation: Obligation) -> Mapping[str, Any]:
    first, end = _moments(obligation)
    rows = Person.objects.filter(institution_id=obligation.institution_id)
    return rows.aggregate(
        people_joined=Count("pk", filter=Q(named_at__gte=first, named_at__lt=end)),
        people_left=Count("pk", filter=Q(ended_at__gte=first, ended_at__lt=end)),
        people_with_access=Count("pk", filter=Q(named_at__lt=end) & (Q(ended_at=None) | Q(ended_at__gte=end))),
    )


def _use(obligation: Obligation) -> Mapping[str, Any]:
    rows: QuerySet[LineDay] = LineDay.objects.filter(day__gte=obligation.period_start, day__lt=obligation.period_end)
    if obligation.grant_id:
        rows = rows.filter(line__grant=obligation.grant_id)
    else:
        rows = rows.filter(line__institution=obligation.institution_id)
    return rows.aggregate(
        days_used=Count("day", filter=Q(requests__gt=0), distinct=True),
        requests=Sum("requests"),
        tokens=Sum("tokens"),
        denied_attempts=Sum("denied"),
    )


def _alerts(obligation: Obligation) -> Mapping[str, Any]:
    rows = UsageAlert.objects.filter(
        institution_id=obligation.institution_id, day__gte=obligation.period_start, day__lt=obligation.period_end
    )
    return rows.aggregate(uncovered_windows=Sum("windows"))


def _incidents(obligation: Obligation) -> Mapping[str, Any]:
    first, end = _moments(obligation)
    rows = Incident.objects.filter(
        institution_id=obligation.institution_id, reported_at__gte=first, reported_at__lt=end
    ).exclude(state__in=["duplicate", "unfounded"])
    if obligation.grant_id:
        rows = rows.filter(Q(grant=obligation.grant_id) | Q(line__grant=obligation.grant_id))
    return rows.aggregate(incidents=Count("pk"))


def _environments(obligation: Obligation) -> Mapping[str, Any]:
    rows = Environment.objects.filter(
        institution_id=obligation.institution_id, state="accredited", accredited_until__gte=clock.today()
    )
    return rows.aggregate(environments=Count("pk"))


_READS: tuple[tuple[frozenset[str], Callable[[Obligation], Mapping[str, Any]]], ...] = (
    (frozenset({"people_joined", "people_left", "people_with_access"}), _people),
    (frozenset({"requests", "tokens", "denied_attempts", "days_used"}), _use),
    (frozenset({"uncovered_windows"}), _alerts),
    (frozenset({"incidents"}), _incidents),
    (frozenset({"environments"}), _environments),
)
"""The facts that one query answers, and that query."""


def _sources() -> dict[str, str]:
    return {
        "people_joined": _("From your list of people with access: named"),
        "people_left": _("From your list of people with access: access ended"),
        "people_with_access": _("From your list of people with access: at the end"),
        "requests": _("From what gateways reported: requests"),
        "tokens": _("From what gateways reported: tokens"),
        "denied_attempts": _("From what gateways reported: attempts that they refused"),
        "days_used": _("From what gateways reported: days with at least one request"),
        "uncovered_windows": _("From what gateways reported: windows of use that no grant covered"),
        "incidents": _("From the incidents on file, without duplicates and unfounded ones: reported"),
        "environments": _("From your environments: accredited today; the period does not matter here,"),
    }


def _period(obligation: Obligation) -> str:
    return _("from %(start)s until before %(end)s.") % {
        "start": date_format(obligation.period_start, "j F Y"),
        "end": date_format(obligation.period_end, "j F Y"),
    }


def _moments(obligation: Obligation) -> tuple[datetime, datetime]:
    """The period's first moment, and the first one after it (UTC)."""
    first, end = (datetime.combine(day, time(), UTC) for day in (obligation.period_start, obligation.period_end))
    return first, end


def kept(known: Mapping[str, Known], questions: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What was known about the questions that were answered, as it is kept with the report."""
    return {key: known[key].kept for key in questions if key in known}
