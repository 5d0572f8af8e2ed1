"""What people do in those years, by the real actions: file reports, audit, put right, accept a risk for a time.

What somebody does, and when, hangs on the seed and on what it is about alone, so that a run can be repeated.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from audits.actions.acceptance import propose_acceptance, sign_acceptance
from audits.actions.audit import assign_auditor, begin_audit, cancel_audit
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.actions.fieldwork import Answer, record_results
from audits.actions.finding import (
    agree_plan,
    propose_plan,
    record_finding,
    remediate_finding,
    verify_finding,
)
from audits.actions.obligation import accept_report, file_report, return_report
from audits.models import Audit, Finding, Obligation
from portal.accounts.actor import confirmed
from portal.core import clock
from tests.audits.time_travel.model import Model
from tests.audits.time_travel.told import name_of
from tests.audits.time_travel.world import Partner, World

ANSWERS: dict[str, dict[str, Any]] = {
    "safety_results": {"work_done": "We measured refusals.", "hazardous_findings": False},
    "security_attestation": {"unchanged": True, "security_events": 0},
    "use": {"purpose": "Tests.", "requests": 0, "tokens": 0, "days_used": 0, "denied": 0, "outside": False},
    "staff_changes": {"joined": 0, "left": 0, "late_removals": False},
}
EARLY, LATE, NEVER = 20, 60, 10**6
"""Days before the due date from which somebody files, and after it until when; so late that it does not happen."""
READ_WITHIN = 5
"""Days within which a report is read, or never."""


class Lives:
    """Everybody's deeds, told to the model as they are done. `done` counts them."""

    def __init__(self, world: World, model: Model, seed: int) -> None:
        self.world, self.model, self.seed = world, model, seed
        self.partners = {one.ids["institution"]: one for one in world.partners if one.ids}
        self.done: Counter[str] = Counter()
        self._assigned: defaultdict[int, set[str]] = defaultdict(set)
        self._files: dict[tuple[UUID, Any], date] = {}

    def joined(self, partners: Sequence[Partner]) -> None:
        self.partners |= {one.ids["institution"]: one for one in partners}

    def chance(self, *about: object) -> random.Random:
        return random.Random(f"{self.seed} {about}")

    def pass_day(self) -> None:
        """What people do today."""
        self.assign_auditors()
        self.file_reports()
        self.read_reports()
        self.begin_audits()
        self.put_right()
        self.end_audits()

    # --- periodic reports ---------------------------------------------------------------------------

    def file_reports(self) -> None:
        """Most are filed before they are due or a little late, some never."""
        today = clock.today()
        near = Obligation.objects.filter(
            state__in=("due", "returned"), due__lte=today + timedelta(days=EARLY), due__gt=today - timedelta(days=LATE)
        )
        for report in self._in_order(near):
            who, key = self.partners[report.institution_id], (report.pk, report.submitted_at)
            if key not in self._files:
                self._files[key] = self._day_of_filing(who, report)
            if today >= self._files[key]:
                file_report(obligation=report, answers=ANSWERS[report.kind], by=who.applicant)
                self.model.filed(who.number, report.kind, report.grant_id is not None, report.period_start)
                self.done["reports filed"] += 1

    def _day_of_filing(self, who: Partner, report: Obligation) -> date:
        again = report.submitted_at is not None
        chance = self.chance("file", who.number, report.kind, report.period_start, again)
        if again:
            return clock.today() + timedelta(days=chance.choice((3, 30)))
        days = chance.choice((-EARLY, -12, -5, -2, 0, 3, 11, 40, None, None))
        return date.max if days is None else report.due + timedelta(days=days)

    def read_reports(self) -> None:
        """A third is read: accepted, or returned once to be corrected."""
        new = clock.now() - timedelta(days=READ_WITHIN), clock.now()
        for report in self._in_order(Obligation.objects.filter(state="submitted", submitted_at__range=new)):
            who = self.partners[report.institution_id]
            chance = self.chance("read", who.number, report.kind, report.period_start)
            what, officer = chance.choice(("wait", "wait", "accept", "return")), self.world.desk(who).officer
            if what == "return" and report.reports.count() == 1:
                return_report(obligation=report, reason="Say more.", by=officer)
                self.model.returned(
                    who.number, report.kind, report.grant_id is not None, report.period_start, clock.today()
                )
                self.done["reports returned"] += 1
            elif what == "accept" and (clock.now() - report.submitted_at).days > 2:
                accept_report(obligation=report, by=officer)
                self.done["reports accepted"] += 1

    # --- audits -------------------------------------------------------------------------------------

    def plans(self, day: date) -> None:
        """What the portal's lot gave for the audits that were planned on the day."""
        for audit in self._in_order(Audit.objects.filter(planned_at__date=day).select_related("follows")):
            who = self.partners[audit.institution_id]
            self.model.lot(who.number, name_of(audit), audit.planned_for, audit.announced)

    def assign_auditors(self) -> None:
        """Weeks before for most audits, too late for some, after its day for others, and never for a few."""
        unassigned = Audit.objects.filter(state="planned", planned_for__lte=clock.today() + timedelta(days=90))
        for audit in self._in_order(unassigned.select_related("follows")):
            who, name = self.partners[audit.institution_id], name_of(audit)
            before = self.chance("assign", who.number, name).choice((80, 80, 50, 35, 4, -10, None))
            if name in self._assigned[who.number] or before is None:
                continue
            if (audit.planned_for - clock.today()).days <= before:
                desk = self.world.desk(who)
                assign_auditor(audit=audit, auditor=desk.auditor.user, by=desk.officer)
                self._assigned[who.number].add(name)
                self.model.assigned(who.number, name)
                self.done["auditors assigned"] += 1

    def begin_audits(self) -> None:
        """Most are carried out on their day, some days or weeks late; a few are cancelled, and some never begin."""
        ready = Audit.objects.filter(state__in=("planned", "notified"), planned_for__lte=clock.today(), kind="periodic")
        ready = ready.exclude(state="planned", announced=True)
        for audit in self._in_order(ready):
            who = self.partners[audit.institution_id]
            chance = self.chance("audit", who.number, audit.number)
            late, cancelled = chance.choice((0, 0, 0, 3, 3, 25, NEVER)), chance.random() < 0.08
            if (clock.today() - audit.planned_for).days < late:
                continue
            if cancelled:
                cancel_audit(audit=audit, reason="The site was closed.", by=self.world.desk(who).officer)
                self.model.cancelled(who.number, str(audit.number))
                self.done["audits cancelled"] += 1
            elif str(audit.number) in self._assigned[who.number]:
                self.carry_out(audit, who, chance)

    def carry_out(self, audit: Audit, who: Partner, chance: random.Random) -> None:
        """From the first to the report that the partner may respond to, in a day."""
        by = self.world.desk(who).auditor
        begin_audit(audit=audit, by=by)
        self.model.begun(who.number, str(audit.number), clock.today())
        checks = [Answer(check.pk, "met", "", check.version) for check in audit.checks.all()]
        record_results(audit=audit, answers=checks, by=by)
        if chance.random() < 0.5:
            with clock.at(clock.now() + timedelta(minutes=20)):
                self.find(audit, who, chance)
        draft_report(audit=audit, summary="What was promised is the case.", by=by)
        send_report(audit=audit, by=by)
        self.done["audits carried out"] += 1

    def find(self, audit: Audit, who: Partner, chance: random.Random) -> None:
        """Something is wanting, and for half of it a signatory accepts the risk for a time."""
        desk, severity = self.world.desk(who), chance.choice(("low", "moderate", "high", "critical"))
        finding = record_finding(
            audit=audit, severity=severity, title="Logs", description="Too short.", by=desk.auditor
        )
        self.model.found(who.number, str(audit.number), finding.reference, severity, clock.today())
        self.done["findings"] += 1
        if chance.random() < 0.5 and severity != "critical":
            until = clock.today() + timedelta(days=chance.choice((1, 30, 80)))
            self.accept_risk(finding, who, until)

    def accept_risk(self, finding: Finding, who: Partner, until: date) -> None:
        """Signatories of one authority after another sign, until there are enough of them."""
        home = self.world.desk(who)
        acceptance = propose_acceptance(finding=finding, reason="Small.", until=until, by=home.officer)
        for desk in [home, *(desk for desk in self.world.desks.values() if desk is not home)]:
            if acceptance.state == "proposed":
                sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(desk.signatory))
        assert acceptance.state == "in_force", acceptance.state
        self.model.accepted(who.number, finding.reference, until)
        self.done["risks accepted"] += 1

    def put_right(self) -> None:
        """Some plan and put right in time, some late, some never; the auditor answers on the same day."""
        for finding in self._in_order(Finding.objects.filter(state__in=("open", "plan_agreed"))):
            who, by = (
                self.partners[finding.institution_id],
                self.world.desk(self.partners[finding.institution_id]).auditor,
            )
            chance = self.chance("finding", who.number, finding.audit.number, finding.state)
            due = finding.plan_due if finding.state == "open" else finding.remedy_due
            if (clock.today() - due).days < chance.choice((-5, -1, 2, 20, 60, NEVER)):
                continue
            if finding.state == "open":
                propose_plan(finding=finding, plan="Keep logs for a year.", by=who.applicant)
                agree_plan(finding=finding, by=by)
                self.model.planned(who.number, finding.reference)
                self.done["plans agreed"] += 1
            else:
                remediate_finding(finding=finding, remediation="They are kept.", by=who.applicant)
                self.model.remedied(who.number, finding.reference)
                verify_finding(finding=finding, method="Looked at the logs.", by=by)
                self.done["findings put right"] += 1

    def end_audits(self) -> None:
        """Half of the partners respond; the audit is closed soon after, or when the time to respond has passed."""
        for audit in self._in_order(Audit.objects.filter(state="partner_response")):
            who = self.partners[audit.institution_id]
            chance = self.chance("close", who.number, audit.number)
            responds, after = chance.random() < 0.4, chance.choice((1, 6))
            if responds and audit.responded_at is None:
                respond_to_report(audit=audit, response="We agree.", by=who.applicant)
            since = audit.responded_at.date() if audit.responded_at else audit.response_due
            if (clock.today() - since).days >= after:
                close_audit(audit=audit, by=self.world.desk(who).closer)
                self.model.closed(who.number, str(audit.number), clock.today())
                self.done["audits closed"] += 1

    def _in_order(self, rows: Any) -> list[Any]:
        """By partner and by what it is, as ids are drawn anew each time."""
        found = rows.select_related("institution__organisation")
        return sorted(found, key=lambda row: (self.partners[row.institution_id].number, self._place(row)))

    @staticmethod
    def _place(row: Any) -> tuple[str, date]:
        if isinstance(row, Obligation):
            return row.kind, row.period_start
        if isinstance(row, Finding):
            return row.reference, row.plan_due
        return str(row.number), row.planned_for
