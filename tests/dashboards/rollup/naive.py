"""Naive counts over rows as they are now, in plain Python: what the rollups are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from audits.models import Appeal, Audit, EnforcementCase, Finding, Incident, Obligation
from audits.overdue import is_late
from grants.models import Environment, Grant, GrantLine, GrantRequest, Hold, Release
from grants.queries.effective import as_in_force
from grants.states import IN_HAND
from partners.models import Application, Institution, Qualification
from partners.models.qualification import LIVE
from portal.core import clock
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.read import Counted
from portal.ledger.models import Entry


@dataclass(frozen=True)
class Item:
    """One thing that counts now: as what, of which partner, and for which providers and releases (by id)."""

    measure: str
    group: str
    column: str
    institution_id: UUID
    narrow: frozenset[str] = field(default_factory=frozenset)


def counted(asked: Narrowed, items: list[Item]) -> dict[str, Counted]:
    """Measure → (group, column) → how many, of those that the filters leave."""
    tiers = {row.institution_id: row.tier for row in _live()}
    countries = {row.institution_id: row.country for row in _partners()}
    found: dict[str, Counter[tuple[str, str]]] = {}
    for item in items:
        left = (
            asked.jurisdiction in ("", countries[item.institution_id])
            and asked.tier in ("", tiers.get(item.institution_id))
            and (asked.release or asked.provider or "all") in {"all", *item.narrow}
        )
        found.setdefault(item.measure, Counter())[item.group, item.column] += left
    return {measure: {key: count for key, count in counts.items() if count} for measure, counts in found.items()}


@dataclass(frozen=True)
class _Partner:
    institution_id: UUID
    country: str


def _partners() -> Iterator[_Partner]:
    for row in Institution.objects.select_related("organisation"):
        yield _Partner(row.pk, row.organisation.jurisdiction)


def _live() -> list[Qualification]:
    return list(Qualification.objects.filter(state__in=LIVE, valid_until__gte=clock.today()))


def standing_now() -> list[Item]:
    """Everything that stands now."""
    return [item for count in STANDING for item in count()]


def _qualified() -> Iterator[Item]:
    for row in Qualification.objects.filter(state__in=LIVE).select_related("institution__organisation"):
        if row.valid_until >= clock.today():
            yield Item("qualified", row.institution.organisation.jurisdiction, row.tier, row.institution_id)


def _ids(*rows: Any) -> frozenset[str]:
    return frozenset(str(row) for row in rows if row is not None)


def _lines() -> Iterator[Item]:
    today = clock.today()
    rows = GrantLine.objects.filter(grant__state="in_force", surrender=None).select_related("grant")
    for line in as_in_force(rows):
        if not line.starts_on <= today <= line.ends_on:
            continue
        narrow = _ids(line.provider_id, line.release_id)
        yield Item("lines", str(line.release_id), line.use_case, line.institution_id, narrow)
        if _is_stopped(line):
            yield Item("lines_held", str(line.release_id), line.use_case, line.institution_id, narrow)


def _lines_until() -> Iterator[Item]:
    """By the month of the first day without access as it is known now, and that of the first day with it to come."""
    today = clock.today()
    rows = GrantLine.objects.filter(grant__state="in_force", surrender=None).select_related("grant")
    for line in as_in_force(rows):
        if line.ends_on >= today or line.starts_on > today:
            off, narrow = line.ends_on + timedelta(days=1), _ids(line.provider_id, line.release_id)
            begins = f"{line.starts_on:%Y-%m}" if line.starts_on > today else ""
            yield Item("lines_until", f"{off:%Y-%m}", begins, line.institution_id, narrow)


def _is_stopped(line: GrantLine) -> bool:
    usable = Qualification.objects.filter(institution=line.institution_id, state__in=["in_force", "restricted"])
    return not usable.exists() or any(
        line.environment_id == hold.environment_id
        or line.pk == hold.line_id
        or line.grant_id == hold.grant_id
        or line.institution_id == hold.partner_id
        for hold in Hold.objects.filter(state__in=["placed", "confirmed"])
    )


def _grants() -> Iterator[Item]:
    for grant in Grant.objects.prefetch_related("lines"):
        for provider in {line.provider_id for line in grant.lines.all()}:
            releases = {line.release_id for line in grant.lines.all() if line.provider_id == provider}
            narrow = _ids(provider, *releases)
            yield Item("grants", str(provider), grant.state, grant.institution_id, narrow)


def _holds() -> Iterator[Item]:
    for hold in Hold.objects.filter(state__in=["placed", "confirmed"]):
        waits = hold.state == "placed" and hold.emergency
        narrow = reached(hold)
        column = "waiting" if waits else "confirmed"
        yield Item("holds", hold.target_kind, column, hold.institution_id, narrow)


def reached(hold: Hold) -> frozenset[str]:
    lines = GrantLine.objects.filter(institution=hold.institution_id, grant__issued_at__lte=hold.placed_at)
    on = {"line": "pk", "grant": "grant", "environment": "environment"}.get(hold.target_kind)
    chosen = lines.filter(**{on: hold.target_id}) if on else lines
    return _ids(*(pk for row in chosen for pk in (row.provider_id, row.release_id)))


def _incidents_open() -> Iterator[Item]:
    for incident in Incident.objects.exclude(state__in=["closed", "duplicate", "unfounded"]):
        late = any(row.is_missed for row in incident.deadlines.all())
        provider = incident.release.provider_id if incident.release else None
        narrow = _ids(provider, incident.release_id)
        yield Item("incidents_open", incident.severity, "late" if late else "in_time", incident.institution_id, narrow)


def _audits() -> Iterator[Item]:
    today = clock.today()
    for audit in Audit.objects.all():
        column = ""
        if audit.state in ("fieldwork", "draft_report", "partner_response"):
            column = "running"
        elif audit.state in ("planned", "notified") and audit.planned_for < today:
            column = "late"
        elif audit.state in ("planned", "notified") and audit.planned_for <= today + timedelta(days=90):
            column = "due"
        if column:
            yield Item("audits", str(audit.authority_id or ""), column, audit.institution_id)


def _environments() -> Iterator[Item]:
    for place in Environment.objects.all():
        yield Item("environments", place.country, place.state, place.institution_id)


def _findings() -> Iterator[Item]:
    for finding in Finding.objects.filter(state__in=["open", "plan_agreed", "remediated"]):
        yield Item("findings", finding.severity, "overdue" if is_late(finding) else "open", finding.institution_id)


def _finding_ages() -> Iterator[Item]:
    for finding in Finding.objects.filter(state__in=["open", "plan_agreed", "remediated"]):
        age = (clock.today() - finding.recorded_at.date()).days
        yield Item("finding_ages", finding.severity, band(age, (0, 30, 90, 180, 365)), finding.institution_id)


def band(days: int, limits: tuple[int, ...]) -> str:
    """The highest limit that so many days reach."""
    return str(max(limit for limit in limits if limit <= days))


def _obligations() -> Iterator[Item]:
    for duty in Obligation.objects.filter(state__in=["due", "returned"]):
        yield Item("obligations", duty.kind, "late" if is_late(duty) else "waiting", duty.institution_id)


def _ladder() -> Iterator[Item]:
    found = set()
    for case in EnforcementCase.objects.all():
        if case.state != "decided":
            found.add((case.institution_id, "running"))
        elif case.measure != "no_action" and case.ended_at is None and case.stayed_at is None and not _ran_out(case):
            found.add((case.institution_id, case.measure))
    for institution, rung in found:
        yield Item("ladder", "", rung, institution)


def _ran_out(case: EnforcementCase) -> bool:
    last = case.effect_until
    return case.measure in ("restriction", "suspension") and last is not None and last < clock.today()


def _appeals() -> Iterator[Item]:
    for appeal in Appeal.objects.all():
        yield Item("appeals", "", appeal.state, appeal.institution_id)


APPLICATIONS = ("submitted", "under_review", "awaiting_applicant", "awaiting_signatures")
"""States in which somebody works on an application."""


def _cases() -> Iterator[Item]:
    for case in Application.objects.all():
        if case.state in APPLICATIONS:
            yield Item("cases", str(case.authority_id), f"application:{case.state}", case.institution_id)
    for request in GrantRequest.objects.filter(state__in=IN_HAND):
        yield Item("cases", str(request.authority_id), f"request:{request.state}", request.institution_id)


def _case_ages() -> Iterator[Item]:
    cases: list[tuple[str, Any]] = [("application", row) for row in Application.objects.all()]
    cases += [("request", row) for row in GrantRequest.objects.filter(state__in=IN_HAND)]
    for noun, case in cases:
        if noun == "application" and case.state not in APPLICATIONS:
            continue
        age = (clock.today() - _entered(case).date()).days
        group = f"{case.authority_id}:{noun}:{case.state}"
        yield Item("case_ages", group, band(age, (0, 7, 14, 30, 60, 90, 180)), case.institution_id)


def _entered(case: Any) -> datetime:
    """When it came into the state that it is in."""
    since = None
    for entry in Entry.objects.filter(object_id=case.pk).order_by("-seq"):
        if entry.state != case.state:
            break
        since = entry.time
    assert since is not None
    return since


def _holders() -> Iterator[Item]:
    grants = Counter(Grant.objects.filter(state="in_force").values_list("institution_id", flat=True))
    for institution, count in grants.items():
        yield Item("holders", "", str(count), institution)


STANDING: tuple[Callable[[], Iterator[Item]], ...] = (
    _qualified,
    _lines,
    _lines_until,
    _grants,
    _holds,
    _incidents_open,
    _audits,
    _environments,
    _findings,
    _obligations,
    _ladder,
    _appeals,
    _cases,
    _finding_ages,
    _case_ages,
    _holders,
)
MEASURES = (
    "qualified",
    "lines",
    "lines_held",
    "lines_until",
    "grants",
    "holds",
    "incidents_open",
    "audits",
    "environments",
    "findings",
    "obligations",
    "ladder",
    "appeals",
    "cases",
    "finding_ages",
    "case_ages",
    "holders",
)
"""What stands, as `standing` is asked for it."""


def every_view(since: date) -> Iterator[Narrowed]:
    """Every combination of filters: country × tier × none, each provider, each release."""
    countries = {"", *(row.country for row in _partners())}
    tiers = {"", *Qualification.objects.values_list("tier", flat=True)}
    releases = list(Release.objects.all())
    narrow = [{}, *({"provider": str(pk)} for pk in {row.provider_id for row in releases})]
    narrow += [{"release": str(row.pk)} for row in releases]
    for country in countries:
        for tier in tiers:
            for more in narrow:
                yield Narrowed(since, clock.today(), jurisdiction=country, tier=tier, **more)
