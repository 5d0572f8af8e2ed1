"""Deeds on reports from the public: receiving one, writing to and fro by its code, taking it up, setting it aside."""

from __future__ import annotations

from audits.actions.incident import report_incident
from audits.models import Incident, PublicMessage, PublicReport
from audits.notices.public import public_report_answered, public_report_received
from audits.queries.public_report import hash_of
from audits.rules.incident import few_messages
from partners.models import Institution
from partners.rules.letter import new_code
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.references import next_reference
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def receive_report(
    *, authority: Organisation, text: str, about: str = "", happened: str = "", by: Actor = SYSTEM
) -> tuple[PublicReport, str]:
    """Keep what somebody told. Returns the report and its code, which is shown once and kept only as a hash.

    Nobody is named as the doer: the portal itself receives it, whoever is signed in.
    """
    code = new_code()
    report = PublicReport(
        reference=next_reference("T"),
        authority=authority,
        about=about,
        happened=happened,
        text=text,
        code_hash=hash_of(code),
        received_at=clock.now(),
    )
    create(report, "receive", by=by, tier="restricted")
    public_report_received(report)
    return report, code


@as_deed
def answer_as_reporter(*, report: PublicReport, text: str, by: Actor = SYSTEM) -> PublicMessage:
    """Whoever has the code writes something more."""
    lock(report)
    unanswered = report.messages.filter(written_by=None).count()
    require(few_messages(unanswered))
    record(report, "answer", by=by, tier="restricted")
    message = PublicMessage.objects.create(report=report, text=text, written_at=clock.now())
    public_report_answered(report, unanswered + 1)
    return message


@as_deed
def ask_reporter(*, report: PublicReport, text: str, by: Actor) -> PublicMessage:
    """Write to the reporter, who reads it under the code."""
    record(report, "ask", by=by, detail={"text": text}, tier="restricted")
    return PublicMessage.objects.create(report=report, text=text, written_by_id=by.person_id, written_at=clock.now())


@as_deed
def take_up_report(
    *, report: PublicReport, institution: Institution, severity: str, kind: str, title: str, by: Actor
) -> Incident:
    """Make an incident of it. Time runs from when the report came in: since then the authority has known."""
    lock(report)
    incident = report_incident(
        institution=institution,
        severity=severity,
        kind=kind,
        title=title,
        description=report.text,
        aware_at=report.received_at,
        by=by,
    )
    move(report, "take_up", by=by, changes={"incident": incident}, detail={"incident": incident.pk}, tier="restricted")
    return incident


@as_deed
def set_report_aside(*, report: PublicReport, outcome: str, by: Actor) -> PublicReport:
    """Nothing follows; the reporter reads why under the code."""
    return move(
        report, "set_aside", by=by, changes={"outcome": outcome}, detail={"outcome": outcome}, tier="restricted"
    )
