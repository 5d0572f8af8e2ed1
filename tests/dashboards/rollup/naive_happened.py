"""Naive counts of what happened, over rows as they are now, in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from audits.models import Alert, Appeal, Audit, CheckResult, Finding, Incident, Report
from grants.models import Consent, ConsentWithdrawal, Grant, GrantLine, GrantRequest, Hold, LineSurrender, LineVersion
from grants.queries.request import case_of
from partners.models import Application, Qualification
from partners.models.qualification import LIVE
from portal.dashboards.filters import Narrowed
from portal.dashboards.rollup.read import CountedByMonth, Spread
from portal.ledger.models import Entry
from portal.rulebook.durations import working_days_between
from tests.dashboards.rollup.naive import reached


@dataclass(frozen=True)
class Happening:
    """One thing that happened: when, as what, to which partner, for which providers and releases, how long it took."""

    measure: str
    at: datetime
    group: str
    column: str
    institution_id: UUID
    narrow: frozenset[str] = field(default_factory=frozenset)
    units: int = 0


HAPPENED = (
    "incidents",
    "decisions",
    "consents",
    "holds_placed",
    "taken_back",
    "audits_done",
    "findings_recorded",
    "obligations_kept",
    "alerts",
    "appeals_decided",
    "controls",
)
SPREADS = ("time_to_decide", "stage_days", "time_to_contain", "controls")


class Sight:
    """Which happenings the filters leave: by the partner's country, and its tier at that moment."""

    def __init__(self) -> None:
        self.happenings = [one for count in COUNTS for one in count()]
        rows = Qualification.objects.select_related("institution__organisation")
        self.countries = {row.institution_id: row.institution.organisation.jurisdiction for row in rows}
        self.lives = [(row, list(_lives(row))) for row in rows]

    def left(self, asked: Narrowed, measure: str) -> Iterator[Happening]:
        for one in self.happenings:
            if one.measure == measure and asked.since <= one.at.date() <= asked.until and self._is_left(asked, one):
                yield one

    def _is_left(self, asked: Narrowed, one: Happening) -> bool:
        if asked.jurisdiction not in ("", self.countries.get(one.institution_id)):
            return False
        if asked.tier and asked.tier != self._tier(one):
            return False
        return (asked.release or asked.provider or "all") in {"all", *one.narrow}

    def _tier(self, one: Happening) -> str:
        for row, lives in self.lives:
            if row.institution_id == one.institution_id and any(since <= one.at < until for since, until in lives):
                return row.tier if one.at.date() <= row.valid_until else ""
        return ""

    def counted(self, asked: Narrowed) -> dict[str, CountedByMonth]:
        return {
            measure: dict(
                Counter((one.at.date().replace(day=1), one.group, one.column) for one in self.left(asked, measure))
            )
            for measure in HAPPENED
        }

    def spread(self, asked: Narrowed) -> dict[str, dict[str, Spread]]:
        found: dict[str, dict[str, list[int]]] = {measure: {} for measure in SPREADS}
        for measure in SPREADS:
            for one in self.left(asked, measure):
                found[measure].setdefault(one.group, []).append(one.units)
        return {measure: {key: _spread(units) for key, units in groups.items()} for measure, groups in found.items()}


def _spread(units: list[int]) -> Spread:
    """The smallest of them within which half and nine tenths are done."""
    ordered, count = sorted(units), len(units)
    return Spread(count, ordered[-(-count // 2) - 1], ordered[-(-count * 9 // 10) - 1])


def _lives(row: Qualification) -> Iterator[tuple[datetime, datetime]]:
    entries = list(Entry.objects.filter(object_id=row.pk).order_by("seq").values_list("time", "state"))
    for (since, state), (until, _next) in pairwise([*entries, (datetime.max.replace(tzinfo=UTC), "")]):
        if state in LIVE:
            yield since, until


def _ids(*rows: object) -> frozenset[str]:
    return frozenset(str(row) for row in rows if row is not None)


def _first(pk: UUID, verb: str) -> datetime | None:
    found: datetime | None = (
        Entry.objects.filter(object_id=pk, verb=verb).order_by("seq").values_list("time", flat=True).first()
    )
    return found


def _incidents() -> Iterator[Happening]:
    for row in Incident.objects.exclude(state__in=["duplicate", "unfounded"]).select_related("release"):
        narrow = _ids(row.release and row.release.provider_id, row.release_id)
        yield Happening("incidents", row.reported_at, row.severity, row.kind, row.institution_id, narrow)
        if contained := _first(row.pk, "incident.contain"):
            hours = int((contained - row.reported_at).total_seconds() // 3600)
            hours = hours if hours <= 48 else hours // 24 * 24
            yield Happening("time_to_contain", contained, row.severity, "", row.institution_id, narrow, hours)


def _requests() -> Iterator[Happening]:
    for row in GrantRequest.objects.exclude(decided_at=None).select_related("authority"):
        case = case_of(row)
        home = row.institution.organisation.jurisdiction
        flow, pk = f"{row.authority.jurisdiction}>{home}", row.institution_id
        days = working_days_between(row.submitted_at.date(), row.decided_at.date(), row.authority.jurisdiction)
        everybody = _ids(*(key for item in case.lines for key in (item.line.release_id, item.line.release.provider_id)))
        yield Happening("time_to_decide", row.decided_at, flow, "", pk, everybody, days)
        for item in case.lines:
            granted = GrantLine.objects.filter(request_line=item.line).exists()
            why = item.review.reason_code if item.is_refused else "declined" if item.is_declined else "no_consent"
            narrow = _ids(item.line.release_id, item.line.release.provider_id)
            yield Happening("decisions", row.decided_at, flow, "granted" if granted else f"refused:{why}", pk, narrow)


def _consents() -> Iterator[Happening]:
    for row in (
        Consent.objects.order_by("line_id", "-pk").distinct("line_id").select_related("line__request", "provider")
    ):
        partner = row.line.request.institution
        flow = f"{row.provider.jurisdiction}>{partner.organisation.jurisdiction}"
        said = "declined" if row.answer == "decline" else "consented"
        narrow = _ids(row.line.release_id, row.provider_id)
        yield Happening("consents", row.given_at, flow, said, partner.pk, narrow)


def _holds() -> Iterator[Happening]:
    for row in Hold.objects.all():
        yield Happening("holds_placed", row.placed_at, row.target_kind, "", row.institution_id, reached(row))


def _of(line: GrantLine) -> frozenset[str]:
    return _ids(line.provider_id, line.release_id)


def _taken_back() -> Iterator[Happening]:
    for version in LineVersion.objects.select_related("line"):
        line = version.line
        yield Happening("taken_back", version.since, "", "narrowed", line.institution_id, _of(line))
    for notice in ConsentWithdrawal.objects.exclude(state="taken_back").select_related("line"):
        yield Happening("taken_back", notice.given_at, "", "withdrawn", notice.institution_id, _of(notice.line))
    for given in LineSurrender.objects.select_related("line"):
        line = given.line
        yield Happening("taken_back", given.surrendered_at, "", "given_back", line.institution_id, _of(line))
    for grant in Grant.objects.filter(state__in=["revoked", "surrendered"]):
        narrow = frozenset[str]().union(*(_of(line) for line in grant.lines.all()))
        assert grant.ended_at is not None
        yield Happening("taken_back", grant.ended_at, "", grant.state, grant.institution_id, narrow)


def _assurance() -> Iterator[Happening]:
    for audit in Audit.objects.filter(state="closed"):
        assert audit.closed_at is not None
        yield Happening("audits_done", audit.closed_at, str(audit.authority_id or ""), "", audit.institution_id)
    for finding in Finding.objects.all():
        yield Happening("findings_recorded", finding.recorded_at, finding.severity, "", finding.institution_id)
    for report in Report.objects.filter(number=1).select_related("obligation"):
        duty, column = report.obligation, "late" if report.late else "in_time"
        yield Happening("obligations_kept", report.filed_at, duty.kind, column, duty.institution_id)
    latest = CheckResult.objects.order_by("subject_id", "-version").distinct("subject_id")
    for result in latest.select_related("subject__audit", "subject__control__catalogue"):
        first, control = result.subject.results.get(version=1).recorded_at, result.subject.control
        said = f"{control.catalogue.key}:{control.oscal_id}"
        yield Happening("controls", first, said, result.result, result.subject.audit.institution_id)


def _alerts_and_appeals() -> Iterator[Happening]:
    for alert in Alert.objects.select_related("release"):
        narrow = _ids(alert.release and alert.release.provider_id, alert.release_id)
        yield Happening("alerts", alert.raised_at, alert.kind, alert.state, alert.institution_id, narrow)
    for appeal in Appeal.objects.exclude(state__in=["lodged", "admitted", "heard"]):
        ended = Entry.objects.filter(object_id=appeal.pk, state=appeal.state).order_by("seq").first()
        assert ended is not None
        yield Happening("appeals_decided", ended.time, "", appeal.state, appeal.institution_id)


def _stages() -> Iterator[Happening]:
    cases = [("application", row) for row in Application.objects.select_related("authority")]
    cases += [("request", row) for row in GrantRequest.objects.select_related("authority")]
    for noun, row in cases:
        entries = list(Entry.objects.filter(object_id=row.pk).order_by("seq"))
        moves = [one for before, one in pairwise([None, *entries]) if one and (not before or before.state != one.state)]
        for entry, after in pairwise(moves):
            if entry.state != "draft" and entry.time < after.time:
                country = row.authority.jurisdiction
                days = working_days_between(entry.time.date(), after.time.date(), country)
                group = f"{row.authority_id}:{noun}:{entry.state}"
                yield Happening("stage_days", after.time, group, "", row.institution_id, frozenset(), days)


COUNTS: tuple[Callable[[], Iterator[Happening]], ...] = (
    _incidents,
    _requests,
    _consents,
    _holds,
    _taken_back,
    _assurance,
    _alerts_and_appeals,
    _stages,
)
