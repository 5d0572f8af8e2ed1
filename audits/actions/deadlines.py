"""Deeds on what is due about an incident: keeping its deadlines right, filing, warning, noting what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from audits import notices
from audits.deadlines import AUTHORITY, Facts, Wanted, wanted
from audits.models import Incident, IncidentDeadline, IncidentUpdate
from audits.queries.incident_family import merged_into, root_of
from audits.rules.incident import may_file, sent_in_time, still_runs
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

    New ones are added, ones that no longer apply are waived, and those whose time is another now get it. None that was
    met or set aside is touched. Duplicates follow the incident where work goes on.
    """
    require_deed()
    root = root_of(incident)
    if root is not incident:
        lock(root)
    merged = list(merged_into(root))
    others = {one.pk: list(one.deadlines.all()) for one in merged}
    carried = _renew_root(root, merged, [row for rows in others.values() for row in rows])
    for one in merged:
        facts = _facts(one, others[one.pk], worked_on=root)
        items = [item for item in wanted(rules(one.rulebook), facts) if item.rule not in carried]
        _apply(one, others[one.pk], {item.key: item for item in items})


def _renew_root(root: Incident, merged: list[Incident], others: list[IncidentDeadline]) -> set[str]:
    """Where work goes on: clocks run from when any of them was noticed, and what one filed was filed for all.

    Gives the rules that bind it; by those nothing runs on its duplicates any more.
    """
    there = list(root.deadlines.all())
    told = {_key(row) for row in others if row.met_at is not None}
    facts = _facts(root, [*there, *others], merged)
    found = {item.key: item for item in wanted(rules(root.rulebook), facts) if item.key not in told}
    _apply(root, there, found)
    return {item.rule for item in found.values()} - {row.rule for row in there if row.set_aside_by_id is not None}


def _key(row: IncidentDeadline) -> tuple[str, str, int]:
    return row.rule, row.step, row.occurrence


def _apply(incident: Incident, rows: list[IncidentDeadline], found: dict[tuple[str, str, int], Wanted]) -> None:
    there = {_key(row) for row in rows}
    for row in rows:
        if row.met_at is None and row.set_aside_by_id is None:
            _follow(row, found.get(_key(row)))
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
            zone=item.zone,
        )
        for key, item in found.items()
        if key not in there
    )


def _follow(row: IncidentDeadline, item: Wanted | None) -> None:
    """What runs is as the rules have it now. A time that moved is warned of anew."""
    changes: dict[str, Any] = {"waived_at": row.waived_at or clock.now()} if item is None else {"waived_at": None}
    if item is not None:
        changes |= {"label": item.label[:300], "source": item.source, "zone": item.zone}
        changes |= {"starts_at": item.starts_at, "due_at": item.due_at}
        if item.due_at != row.due_at:
            changes["stage"] = 0
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    if changed:
        row.save(update_fields=changed)


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
def file_deadline(
    *, deadline: IncidentDeadline, text: str, by: Actor, sent_at: datetime | None = None
) -> IncidentDeadline:
    """File what is due: the text goes to the recipient and onto the incident's timeline.

    Where the recipient has no part in the portal, `sent_at` says when it was sent there; what follows counts from it.
    """
    incident = deadline.incident
    lock(incident)
    lock(deadline)
    require(may_file(deadline, incident, by))
    moment = sent_at or clock.now()
    require(sent_in_time(moment, deadline, incident))
    record(
        incident,
        "meet_deadline",
        by=by,
        rulebook=deadline.rulebook,
        detail={
            "rule": deadline.rule,
            "step": deadline.step,
            "occurrence": deadline.occurrence,
            "text": text,
            "sent": moment,
        },
        about=[incident.institution_id],
    )
    IncidentUpdate.objects.create(
        incident=incident,
        deadline=deadline,
        text=text,
        written_by_id=by.person_id,
        body_id=by.organisation_id,
        written_at=clock.now(),
    )
    note_met(deadline, by, moment)
    notices.deadline_filed(deadline, text)
    return deadline


@as_deed
def set_aside_deadline(*, deadline: IncidentDeadline, reason: str, by: Actor) -> IncidentDeadline:
    """The rule does not bind here, and this is why: a law that knows other bodies than the portal, say.

    All of the rule's steps that run are set aside with it.
    """
    incident = deadline.incident
    lock(incident)
    lock(deadline)
    require(still_runs(deadline))
    record(
        incident,
        "set_aside_deadline",
        by=by,
        rulebook=deadline.rulebook,
        detail={"rule": deadline.rule, "step": deadline.step, "reason": reason},
        about=[incident.institution_id],
    )
    running = incident.deadlines.filter(rule=deadline.rule, met_at=None, waived_at=None)
    running.update(waived_at=clock.now(), set_aside=reason, set_aside_by_id=by.user_id)
    deadline.refresh_from_db(fields=["waived_at", "set_aside", "set_aside_by"])
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


def note_met(deadline: IncidentDeadline, by: Actor, moment: datetime) -> None:
    """It was filed then, and what follows from that begins to run. Part of another deed."""
    require_deed()
    _met(deadline, by, moment)
    renew_deadlines(deadline.incident)


def _met(deadline: IncidentDeadline, by: Actor, moment: datetime) -> None:
    deadline.met_at, deadline.met_by_id = moment, by.user_id
    deadline.save(update_fields=["met_at", "met_by"])


def _facts(
    incident: Incident,
    rows: list[IncidentDeadline],
    merged: Sequence[Incident] = (),
    *,
    worked_on: Incident | None = None,
) -> Facts:
    """What the rules look at. `merged` are its duplicates; `worked_on` is where work on it goes on, if it is one."""
    filed: dict[tuple[str, str], tuple[datetime, int]] = {}
    for row in rows:
        if row.met_at is not None:
            # The first update of each of several that are one is still the first.
            last, times = filed.get((row.rule, row.step), (row.met_at, 0))
            filed[row.rule, row.step] = (max(last, row.met_at), max(times, row.occurrence))
    moments: dict[str, Any] = {name: getattr(incident, field) for name, field in MOMENTS.items()}
    for name in BY_THE_REPORT:
        known = [moment for one in (incident, *merged) if (moment := getattr(one, MOMENTS[name])) is not None]
        moments[name] = min(known, default=None)
    if worked_on is not None:
        moments |= {name: getattr(worked_on, MOMENTS[name]) for name in ("contained", "resolved", "closed")}
    return Facts(
        severity=incident.severity,
        kind=incident.kind,
        harms=frozenset(incident.harms),
        places=_places(incident),
        moments={name: moment for name, moment in moments.items() if moment is not None},
        filed=filed,
    )


def _places(incident: Incident) -> dict[str, str]:
    """The countries that rules look at. Who has no provider has none that could be bound."""
    found = {"partner": incident.institution.organisation.jurisdiction}
    if incident.authority is not None:
        found["recipient"] = incident.authority.jurisdiction
    if incident.environment is not None:
        found["environment"] = incident.environment.country
    if incident.release is not None:
        found["provider"] = incident.release.provider.jurisdiction
    return found
