"""Deeds on incidents: reporting, triage, stopping access, containing, resolving and closing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audits import notices
from audits.actions.deadlines import meet_by_report, renew_deadlines
from audits.models import Incident, IncidentDeadline, IncidentUpdate
from audits.queries.cases import authority_of
from audits.queries.incident_family import filed_since, merged_ids, root_of
from audits.queries.stopping import preview_of
from audits.rules.incident import not_in_future, nothing_filed_since, nothing_owed, stops_as_shown, worked_on
from audits.rules.parties import same_case
from grants.actions.hold import Target, place_hold
from grants.models import Environment, Grant, GrantLine, Hold, Release
from partners.models import Institution
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


@dataclass(frozen=True, slots=True)
class Concerns:
    """What an incident is about, as far as known. A line brings its grant, release and environment with it."""

    grant: Grant | None = None
    line: GrantLine | None = None
    release: Release | None = None
    environment: Environment | None = None

    @property
    def whole(self) -> Concerns:
        if self.line is None:
            return self
        return Concerns(self.line.grant, self.line, self.line.release, self.line.environment)


@as_deed
def report_incident(
    *,
    institution: Institution,
    severity: str,
    kind: str,
    title: str,
    description: str,
    aware_at: datetime,
    by: Actor,
    occurred_at: datetime | None = None,
    harms: Collection[str] = (),
    concerns: Concerns | None = None,
) -> Incident:
    """Report that something went wrong. Its deadlines begin to run (rulebook: incidents.deadlines)."""
    rulebook, about = rules(), (concerns or Concerns()).whole
    _known_words(rulebook, severity, kind, harms)
    require(not_in_future(aware_at, occurred_at))
    require(same_case(about.grant, institution.pk))
    require(same_case(about.line, institution.pk))
    require(same_case(about.environment, institution.pk))
    incident = Incident(
        reference=next_reference("I"),
        institution=institution,
        authority_id=authority_of(institution),
        severity=severity,
        kind=kind,
        harms=sorted(harms),
        title=title,
        description=description,
        occurred_at=occurred_at,
        aware_at=aware_at,
        rulebook=rulebook.version,
        grant=about.grant,
        line=about.line,
        release=about.release,
        environment=about.environment,
        reported_by_id=by.user_id,
        reported_by_body_id=by.body_id,
        reported_at=clock.now(),
    )
    create(
        incident,
        "report",
        by=by,
        rulebook=rulebook.version,
        detail={
            "severity": severity,
            "kind": kind,
            "harms": sorted(harms),
            "title": title,
            "description": description,
        },
        about=_about(incident),
    )
    renew_deadlines(incident)
    if by.body_id == institution.pk:
        meet_by_report(incident, by)
    notices.incident_reported(incident)
    return incident


@as_deed
def add_update(*, incident: Incident, text: str, by: Actor) -> IncidentUpdate:
    """Write what is new. It stays on the incident's timeline."""
    record(incident, "add_update", by=by, detail={"text": text}, about=_about(incident))
    notices.incident_updated(incident, by)
    return IncidentUpdate.objects.create(
        incident=incident, text=text, written_by_id=by.person_id, body_id=by.organisation_id, written_at=clock.now()
    )


@as_deed
def triage_incident(
    *, incident: Incident, severity: str, note: str, by: Actor, harms: Collection[str] | None = None
) -> Incident:
    """Set severity and harms; deadlines follow them. Signatories hear at once where the rulebook proposes a hold."""
    rulebook = rules(incident.rulebook)
    lock(incident)
    found = incident.harms if harms is None else sorted(harms)
    _known_words(rulebook, severity, incident.kind, found)
    detail = {"was": incident.severity, "is": severity, "harms": found, "note": note}
    changes = {"severity": severity, "harms": found, "triaged_at": clock.now()}
    move(incident, "triage", by=by, changes=changes, detail=detail, rulebook=rulebook.version, about=_about(incident))
    renew_deadlines(incident)
    if rulebook.incidents.severity(severity).hold and incident.hold_id is None:
        notices.hold_proposed(incident)
    return incident


@as_deed
def reclassify_incident(
    *, incident: Incident, severity: str, reason: str, by: Actor, harms: Collection[str] | None = None
) -> Incident:
    """Change severity and harms after triage; deadlines follow them."""
    rulebook = rules(incident.rulebook)
    lock(incident)
    found = incident.harms if harms is None else sorted(harms)
    _known_words(rulebook, severity, incident.kind, found)
    detail = {"was": incident.severity, "is": severity, "harms": found, "reason": reason}
    changes = {"severity": severity, "harms": found}
    record(incident, "reclassify", by=by, changes=changes, detail=detail, about=_about(incident))
    renew_deadlines(incident)
    return incident


@as_deed
def hold_for_incident(
    *, incident: Incident, target: Target, reason: str, lifted_when: str, by: Actor, seen: str | None = None
) -> Hold:
    """Stop access at once, on the partner, grant, line, environment or person, in one step from the incident.

    The hold is an emergency one: a second signatory, of another body, confirms it in time or it lapses
    (rulebook: enforcement.emergency). What stops is kept with it; `seen` is the digest of the preview that was read,
    and the deed is refused where that is not what stops now.

    There is no other hold from an incident: one that lasts unconfirmed follows a decision of a quorum on what the
    partner had time to answer, which an incident is not; an enforcement case is opened from it for that.
    """
    lock(incident)
    require(same_case(target, incident.institution_id))
    preview = preview_of(incident)
    if seen is not None:
        require(stops_as_shown(seen=seen, now=preview.digest))
    hold = place_hold(
        target=target, reason=reason, lifted_when=lifted_when, emergency=True, incident=incident.reference, by=by
    )
    record(
        incident,
        "hold",
        by=by,
        changes={"hold": hold, "stopped_at": incident.stopped_at or hold.placed_at},
        rulebook=incident.rulebook,
        detail={
            "hold": hold.pk,
            "on": hold.target_kind,
            "reason": reason,
            "stops": preview.stops[hold.target_kind].counts,
        },
        about=[*_about(incident), hold.pk],
    )
    return hold


@as_deed
def contain_incident(*, incident: Incident, how: str, by: Actor) -> Incident:
    """It does no further harm, and this is why. The time of the first containment stays."""
    lock(incident)
    changes = {"contained_at": incident.contained_at or clock.now()}
    move(incident, "contain", by=by, changes=changes, detail={"how": how}, about=_about(incident))
    _said(incident, how, by)
    renew_deadlines(incident)
    return incident


@as_deed
def resolve_incident(*, incident: Incident, cause: str, lessons: str, by: Actor) -> Incident:
    """Cause and lessons are written down. Final reports become due."""
    changes = {"cause": cause, "lessons": lessons, "resolved_at": clock.now(), "resolved_by_id": by.user_id}
    detail = {"cause": cause, "lessons": lessons}
    move(incident, "resolve", by=by, changes=changes, detail=detail, about=_about(incident))
    renew_deadlines(incident)
    notices.incident_resolved(incident)
    return incident


@as_deed
def reopen_incident(*, incident: Incident, reason: str, by: Actor) -> Incident:
    """It is not resolved after all. Final reports are no longer due until it is."""
    changes = {"resolved_at": None, "resolved_by_id": None}
    move(incident, "reopen", by=by, changes=changes, detail={"reason": reason}, about=_about(incident))
    _said(incident, reason, by)
    renew_deadlines(incident)
    return incident


@as_deed
def close_incident(*, incident: Incident, by: Actor, follow_up: str = "", note: str = "") -> Incident:
    """Somebody who neither reported nor resolved it closes it, once nothing is owed about it any more.

    `follow_up` says where its lessons go (audits.models.FollowUp); what is handed to auditors waits on their audits.
    """
    lock(incident)
    require(nothing_owed(owed=_owed(incident).count()))
    changes = {"closed_at": clock.now(), "closed_by_id": by.user_id, "follow_up": follow_up}
    detail = {"follow_up": follow_up, "note": note} if follow_up else {}
    move(incident, "close", by=by, changes=changes, detail=detail, about=_about(incident), tier=Tier.SCHEME)
    renew_deadlines(incident)
    notices.incident_closed(incident)
    return incident


@as_deed
def mark_duplicate(*, incident: Incident, of: Incident, by: Actor) -> Incident:
    """The same as another incident of the same institution, where work goes on.

    Nothing is moved: reports, deadlines, updates and what the public wrote stay here, and are read there too. Clocks
    there run from when either was noticed first. A law that bound this one alone goes on binding it.
    """
    require(same_case(of, incident.institution_id))
    lock(of)
    require(worked_on(of, than=incident))
    about = [*_about(incident), of.pk]
    changes = {"duplicate_of": of, "merged_at": clock.now()}
    move(incident, "mark_duplicate", by=by, changes=changes, detail={"of": of.pk}, about=about)
    renew_deadlines(of)
    notices.incident_merged(incident)
    return incident


@as_deed
def take_back_duplicate(*, incident: Incident, reason: str, by: Actor) -> Incident:
    """It is an incident of its own after all, as long as nothing was filed that was meant for both.

    It is triaged anew; its clocks run as they would have. What was merged into it comes along.
    """
    lock(incident)
    root, original = root_of(incident), incident.duplicate_of
    require(nothing_filed_since(filed=filed_since(root, incident)))
    changes = {"duplicate_of": None, "merged_at": None}
    about = [*_about(incident), *([original.pk] if original else [])]
    move(incident, "take_back", by=by, changes=changes, detail={"reason": reason}, about=about)
    _said(incident, reason, by)
    renew_deadlines(root)
    renew_deadlines(incident)
    return incident


@as_deed
def dismiss_incident(*, incident: Incident, reason: str, by: Actor) -> Incident:
    """Looked into; nothing of the kind happened."""
    move(incident, "dismiss", by=by, detail={"reason": reason}, about=_about(incident))
    _said(incident, reason, by)
    _waive_all(incident)
    notices.incident_closed(incident)
    return incident


def _about(incident: Incident) -> list[Any]:
    return [incident.institution_id, *([incident.grant_id] if incident.grant_id else [])]


def _said(incident: Incident, text: str, by: Actor) -> None:
    IncidentUpdate.objects.create(
        incident=incident, text=text, written_by_id=by.person_id, body_id=by.organisation_id, written_at=clock.now()
    )


def _waive_all(incident: Incident) -> None:
    _owed(incident).update(waived_at=clock.now())


def _owed(incident: Incident) -> QuerySet[IncidentDeadline]:
    """What runs about it, and about what was merged into it."""
    rows: QuerySet[IncidentDeadline] = IncidentDeadline.objects.filter(met_at=None, waived_at=None)
    return rows.filter(incident_id__in=[incident.pk, *merged_ids(incident)])


def _known_words(rulebook: Any, severity: str, kind: str, harms: Collection[str]) -> None:
    rulebook.incidents.severity(severity)
    if unknown := set(harms) - {item.key for item in rulebook.incidents.harms}:
        raise KeyError(f"No harms {sorted(unknown)} in the rulebook.")
    if kind not in {item.key for item in rulebook.incidents.kinds}:
        raise KeyError(f"No kind of incident {kind!r} in the rulebook.")
