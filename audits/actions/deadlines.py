"""Deeds on what is due about an incident: keeping its deadlines right, filing, warning, noting what was missed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from audits import notices
from audits.deadlines import AUTHORITY, Facts, wanted
from audits.models import Incident, IncidentDeadline, IncidentUpdate
from audits.rules import may_file
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, record, require_deed

MOMENTS = {
    "occurred": "occurred_at",
    "aware": "aware_at",
    "reported": "reported_at",
    "triaged": "triaged_at",
    "contained": "contained_at",
    "resolved": "resolved_at",
    "closed": "closed_at",
}
"""Clocks of the rulebook and the fields that start them."""
BY_THE_REPORT = ("occurred", "aware", "reported")
"""Clocks that run before anybody reports: the report itself is what they ask for."""


def renew_deadlines(incident: Incident) -> None:
    """Make the list of deadlines what the rulebook says of the incident as it is now. Part of another deed.

    New ones are added, ones that no longer apply are waived, none that was met is touched.
    """
    require_deed()
    there = {(row.rule, row.step, row.occurrence): row for row in incident.deadlines.all()}
    found = {item.key: item for item in wanted(rules(incident.rulebook), _facts(incident, list(there.values())))}
    for key, row in there.items():
        waived = None if key in found or row.met_at else clock.now()
        if (waived is None) != (row.waived_at is None):
            row.waived_at = waived
            row.save(update_fields=["waived_at"])
    IncidentDeadline.objects.bulk_create(
        IncidentDeadline(
            incident=incident,
            rule=item.rule,
            step=item.step,
            occurrence=item.occurrence,
            label=item.label[:300],
            recipient=item.recipient,
            duty=item.duty,
            source=item.source,
            rulebook=incident.rulebook,
            starts_at=item.starts_at,
            due_at=item.due_at,
        )
        for key, item in found.items()
        if key not in there
    )


def meet_by_report(incident: Incident, by: Actor) -> None:
    """A partner's report reaches the authority: what was due to it from the beginning is filed by it."""
    due = incident.deadlines.filter(recipient=AUTHORITY, duty="partner", met_at=None, waived_at=None, occurrence=1)
    early = {
        (rule.key, step.key)
        for rule in rules(incident.rulebook).incidents.deadlines
        for step in rule.steps
        if step.starts in BY_THE_REPORT
    }
    for row in due:
        if (row.rule, row.step) in early:
            _met(row, by, clock.now())
    renew_deadlines(incident)


@as_deed
def file_deadline(*, deadline: IncidentDeadline, text: str, by: Actor) -> IncidentDeadline:
    """File what is due: the text goes to the recipient and onto the incident's timeline."""
    incident = deadline.incident
    lock(incident)
    lock(deadline)
    require(may_file(deadline, incident, by))
    moment = clock.now()
    record(
        incident,
        "meet_deadline",
        by=by,
        rulebook=deadline.rulebook,
        detail={"rule": deadline.rule, "step": deadline.step, "occurrence": deadline.occurrence, "text": text},
        about=[incident.institution_id],
    )
    _met(deadline, by, moment)
    IncidentUpdate.objects.create(
        incident=incident,
        deadline=deadline,
        text=text,
        written_by_id=by.person_id,
        body_id=by.organisation_id,
        written_at=moment,
    )
    renew_deadlines(incident)
    notices.deadline_filed(deadline, text)
    return deadline


@as_deed
def warn_of_deadline(*, deadline: IncidentDeadline, by: Actor) -> IncidentDeadline:
    """Three quarters of the time have passed and nothing was filed."""
    return _stage(deadline, 1, "warn", by)


@as_deed
def miss_deadline(*, deadline: IncidentDeadline, by: Actor) -> IncidentDeadline:
    """The time has passed: it is put on record, and those concerned hear of it, once."""
    return _stage(deadline, 2, "miss_deadline", by)


def _stage(deadline: IncidentDeadline, stage: int, verb: str, by: Actor) -> IncidentDeadline:
    lock(deadline.incident)
    lock(deadline)
    if deadline.stage >= stage or not deadline.is_running:
        return deadline
    deadline.stage = stage
    deadline.save(update_fields=["stage"])
    record(
        deadline.incident,
        verb,
        by=by,
        rulebook=deadline.rulebook,
        detail={
            "rule": deadline.rule,
            "step": deadline.step,
            "occurrence": deadline.occurrence,
            "due": deadline.due_at,
        },
        about=[deadline.incident.institution_id],
    )
    if stage == 1:
        notices.deadline_near(deadline)
    else:
        notices.deadline_missed(deadline)
    return deadline


def _met(deadline: IncidentDeadline, by: Actor, moment: datetime) -> None:
    deadline.met_at, deadline.met_by_id = moment, by.user_id
    deadline.save(update_fields=["met_at", "met_by"])


def _facts(incident: Incident, rows: list[IncidentDeadline]) -> Facts:
    filed: dict[tuple[str, str], tuple[datetime, int]] = {}
    for row in rows:
        if row.met_at is not None:
            last, times = filed.get((row.rule, row.step), (row.met_at, 0))
            filed[row.rule, row.step] = (max(last, row.met_at), times + 1)
    moments: dict[str, Any] = {name: getattr(incident, field) for name, field in MOMENTS.items()}
    return Facts(
        severity=incident.severity,
        kind=incident.kind,
        country=incident.institution.organisation.jurisdiction,
        recipient_country=incident.authority.jurisdiction if incident.authority else "",
        has_provider=incident.release_id is not None,
        moments={name: moment for name, moment in moments.items() if moment is not None},
        filed=filed,
    )
