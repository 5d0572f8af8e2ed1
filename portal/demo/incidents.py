"""Chapter: what goes wrong, how it is contained, and holds that stop access meanwhile."""

from __future__ import annotations

from datetime import timedelta

from audits.actions.deadlines import file_deadline
from audits.actions.incident import (
    Concerns,
    add_update,
    close_incident,
    contain_incident,
    dismiss_incident,
    hold_for_incident,
    mark_duplicate,
    report_incident,
    resolve_incident,
    triage_incident,
)
from audits.models import Incident
from grants.actions.hold import confirm_hold, lift_hold, place_hold
from portal.core import clock
from portal.demo.appeals import appeal
from portal.demo.applications import Scene
from portal.demo.audits import home_of
from portal.demo.mishaps import DUPLICATE, FILED, HOLDS, LIFTED_WHEN, MISHAPS, STOP, TRIAGED, Mishap
from portal.demo.stage import AuthorityCast, Partner, Stage
from portal.demo.sweeps import watch
from portal.demo.timeline import Story

MOST_FILINGS = 12
A_DAY, FORTY_DAYS = timedelta(days=1), timedelta(days=40)


def incident(stage: Stage, partner: Partner, name: str) -> Story:
    """One incident, from the report to the state that it has today."""
    told, home = MISHAPS[name], home_of(stage, partner)
    made = report(partner, told)
    if told.ends == "reported":
        return
    officer = home.officers[0]
    yield clock.now() + timedelta(minutes=partner.rng.randint(25, 55))
    triage_incident(incident=made, severity=told.severity, note=TRIAGED, by=officer)
    if told.hold:
        yield clock.now() + timedelta(minutes=20)
        hold_for_incident(
            incident=made, target=partner.institution, reason=STOP, lifted_when=LIFTED_WHEN, by=home.signatories[-1]
        )
    if name == "duplicate":
        yield clock.now() + timedelta(hours=3)
        double(partner, made, home)
    yield clock.now() + timedelta(hours=partner.rng.randint(4, 9))
    add_update(incident=made, text=told.update, by=partner.applicant)
    if told.harms:
        file_owed(partner, made, home, within=A_DAY)
    if told.ends == "triaged":
        return
    yield partner.later(1, 2)
    if told.ends == "unfounded":
        dismiss_incident(incident=made, reason=told.update, by=officer)
        return
    yield from ended(partner, made, told, home)


def report(partner: Partner, told: Mishap) -> Incident:
    """The partner reports it, on a line of a grant where it has one."""
    live = [grant for grant in partner.grants if grant.in_force_since]
    line = live[-1].lines.order_by("number").first() if live else None
    return report_incident(
        institution=partner.institution, severity=told.reported, kind=told.kind, title=told.title,
        description=told.description, occurred_at=clock.now() - timedelta(hours=7),
        aware_at=clock.now() - timedelta(hours=1), harms=told.harms, concerns=Concerns(line=line), by=partner.applicant,
    )  # fmt: skip


def double(partner: Partner, made: Incident, home: AuthorityCast) -> None:
    """A colleague reports the same; the officer sees it."""
    title, description = DUPLICATE
    second = report_incident(
        institution=partner.institution, severity="low", kind=made.kind, title=title, description=description,
        aware_at=clock.now() - timedelta(hours=2), by=partner.administrator,
    )  # fmt: skip
    mark_duplicate(incident=second, of=made, by=home.officers[0])


def ended(partner: Partner, made: Incident, told: Mishap, home: AuthorityCast) -> Scene:
    """Contained, resolved, and closed by somebody who did not resolve it."""
    first, second = home.officers[0], home.officers[-1]
    made.refresh_from_db()
    file_owed(partner, made, home)
    contain_incident(incident=made, how=told.contained, by=first)
    if told.ends == "contained":
        return
    yield partner.later(3, 6)
    resolve_incident(incident=made, cause=told.cause, lessons=told.lessons, by=first)
    if told.ends == "resolved":
        return
    yield partner.later(6, 14)
    file_owed(partner, made, home)
    yield partner.later(1, 4)
    file_owed(partner, made, home)
    close_incident(incident=made, follow_up=told.follow_up, by=second)


def file_owed(partner: Partner, made: Incident, home: AuthorityCast, within: timedelta = FORTY_DAYS) -> None:
    """What is due about the incident in that time is filed, by whom the rule binds; once it is resolved, everything."""
    for _ in range(MOST_FILINGS):
        row = made.deadlines.filter(met_at=None, waived_at=None).order_by("due_at", "rule", "step").first()
        if row is None or (row.due_at - clock.now() > within and made.state != "resolved"):
            return
        by = home.officers[0] if row.duty == "authority" else partner.applicant
        file_deadline(deadline=row, text=FILED, by=by)
        made.refresh_from_db()


def hold(stage: Stage, partner: Partner, ends: str) -> Story:
    """A hold on a grant by one signatory: confirmed by another body and appealed against, lifted later, or lapsed."""
    _days, reason, lifted_when, why = HOLDS[ends]
    home = home_of(stage, partner)
    live = [grant for grant in partner.grants if grant.state == "in_force"]
    target = live[-1] if live else partner.institution
    placer, other = home.signatories[0], stage.signers(home, 2, 2)[1]
    made = place_hold(target=target, reason=reason, lifted_when=lifted_when, by=placer)
    if ends == "lapsed":
        yield (made.confirm_by or clock.now()) + timedelta(minutes=5)
        watch()
        return
    yield clock.now() + timedelta(hours=partner.rng.randint(5, 30))
    confirm_hold(hold=made, by=other)
    if ends == "lifted":
        yield partner.later(6, 12)
        lift_hold(hold=made, reason=why, by=placer)
        return
    yield partner.later(9, 11)
    yield from appeal(stage, partner, made, "hold")
