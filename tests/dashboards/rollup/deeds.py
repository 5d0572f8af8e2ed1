"""Random deeds of two partners in two countries and two tiers, over days on which the clock goes on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet

from audits.actions import alert as alerts
from audits.actions import audit as audits
from audits.actions import finding as findings
from audits.actions import incident as incidents
from audits.actions import measure as measures
from audits.actions.appeal import lodge_appeal, reject_appeal, withdraw_appeal
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.actions.deadlines import file_deadline, set_aside_deadline
from audits.actions.enforcement import drop_case
from audits.actions.fieldwork import Answer, record_results
from audits.actions.obligation import accept_report, file_report, return_report
from audits.models import (
    Alert,
    AlertKind,
    Appeal,
    Audit,
    EnforcementCase,
    Finding,
    Incident,
    IncidentDeadline,
    Obligation,
)
from grants.actions import grant as grants
from grants.actions import hold as holds
from grants.actions.surrender import surrender_line
from grants.actions.withdrawal import take_back_withdrawal, withdraw_consent
from grants.models import ConsentWithdrawal, Grant, GrantLine, Hold
from partners.actions.qualification import lapse_qualification
from partners.models import Qualification
from partners.models.qualification import LIVE
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Refused
from tests.dashboards.rollup.more_deeds import MORE, asked_of, begun
from tests.factories import appeals as make_appeals
from tests.factories import audits as make_audits
from tests.factories import grants as make
from tests.factories import partners as make_partners
from tests.factories.accounts import make_member
from tests.factories.audits import Stage

DRAWN, TRIED = 6, 2
"""Of so many deeds that are drawn, the two that were done least are tried until one is done."""
SEVERITIES = ("low", "moderate", "high", "critical")
T = TypeVar("T")


def second_stage() -> Stage:
    """A partner of the elevated tier in France."""
    made = make_partners.screen(make_partners.submitted_application(jurisdiction="FR"), tier="elevated")
    made = make_partners.send(make_partners.assess(make_partners.assign(made)))
    make_partners.sign(made)
    return Stage(
        cast=made,
        qualification=Qualification.objects.get(institution=made.institution, state="in_force"),
        auditor=make_member(made.authority, "auditor"),
        second_officer=make_member(made.authority, "case_officer"),
    )


@dataclass
class Story:
    """Who acts, and the lot. `did` counts what was done, so that a test can see that there was enough to see.

    `asked` are requests that providers were left with, `quiet` partners who begin nothing.
    """

    rng: random.Random
    stages: list[Stage]
    granted: list[make.GrantCast]
    panel: Actor
    asked: list[make.GrantCast] = field(default_factory=list)
    quiet: list[Stage] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """One deed, drawn by lot, rather one that was seldom done. One that is refused leaves nothing."""
        for deed in sorted(self.rng.sample(DEEDS, DRAWN), key=lambda one: self.did[one.__name__])[:TRIED]:
            try:
                if deed(self):
                    self.did[deed.__name__] += 1
                    return
            except Refused:
                self.did["refused"] += 1

    def lapse(self) -> None:
        """Qualifications whose last day has passed end."""
        for row in Qualification.objects.filter(state__in=LIVE, valid_until__lt=clock.today()):
            lapse_qualification(qualification=row, by=SYSTEM)
            self.did["lapse"] += 1

    def one(self, rows: QuerySet[Any]) -> Any:
        """One of the rows, by lot; None where there is none."""
        found = list(rows.order_by("pk"))
        return self.rng.choice(found) if found else None

    def of(self, subject: Any) -> Stage:
        """Those who act for the subject's partner."""
        everybody = (*self.stages, *self.quiet)
        return next(stage for stage in everybody if stage.institution.pk == subject.institution_id)

    @property
    def stage(self) -> Stage:
        return self.rng.choice(self.stages)


def _report(story: Story) -> bool:
    stage, concerns = story.stage, {}
    made = story.rng.choice([None, *story.granted])
    if made is not None:
        concerns = {"release": made.release}
    make_audits.reported_incident(stage, severity=story.rng.choice(SEVERITIES), **concerns)
    return True


def _incident_goes_on(story: Story) -> bool:
    incident = story.one(Incident.objects.all())
    if incident is None:
        return False
    stage, severity = story.of(incident), story.rng.choice(SEVERITIES)
    ways: list[Callable[[], object]] = [
        lambda: incidents.triage_incident(incident=incident, severity=severity, note="So.", by=stage.officer),
        lambda: incidents.reclassify_incident(incident=incident, severity=severity, reason="So.", by=stage.officer),
        lambda: incidents.contain_incident(incident=incident, how="Keys are new.", by=stage.officer),
        lambda: incidents.resolve_incident(incident=incident, cause="Haste", lessons="None", by=stage.officer),
        lambda: incidents.reopen_incident(incident=incident, reason="Not so.", by=stage.officer),
        lambda: incidents.close_incident(incident=incident, by=stage.second_officer),
        lambda: incidents.dismiss_incident(incident=incident, reason="Nothing.", by=stage.officer),
        lambda: incidents.take_back_duplicate(incident=incident, reason="No.", by=stage.officer),
    ]
    return bool(story.rng.choice(ways)())


def _duplicate(story: Story) -> bool:
    incident = story.one(Incident.objects.filter(state__in=["reported", "triaged"]))
    other = incident and story.one(Incident.objects.filter(institution=incident.institution).exclude(pk=incident.pk))
    if other is None:
        return False
    return bool(incidents.mark_duplicate(incident=incident, of=other, by=story.of(incident).officer))


def _deadline(story: Story) -> bool:
    deadline = story.one(IncidentDeadline.objects.filter(met_at=None, waived_at=None))
    if deadline is None:
        return False
    stage = story.of(deadline.incident)
    if story.rng.random() < 0.3:
        return bool(set_aside_deadline(deadline=deadline, reason="Binds others.", by=stage.officer))
    by = stage.applicant if deadline.duty == "partner" else stage.officer
    return bool(file_deadline(deadline=deadline, text="What is known.", by=by))


def _hold(story: Story) -> bool:
    stage = story.stage
    line = story.one(GrantLine.objects.filter(institution=stage.institution))
    target = story.rng.choice([stage.institution, *([line, line.grant, line.environment] if line else [])])
    by = stage.signatory
    return bool(holds.place_hold(target=target, reason="Danger", lifted_when="It is over", by=by))


def _hold_goes_on(story: Story) -> bool:
    hold = story.one(Hold.objects.all())
    if hold is None:
        return False
    stage = story.of(hold)
    ways: list[Callable[[], object]] = [
        lambda: holds.confirm_hold(hold=hold, by=stage.other_signatory),
        lambda: holds.lift_hold(hold=hold, reason="Over.", by=stage.signatory),
        lambda: holds.lapse_hold(hold=hold, by=SYSTEM),
        lambda: holds.stay_hold(hold=hold, reason="Appeal.", by=SYSTEM),
        lambda: holds.resume_hold(hold=hold, reason="Appeal.", by=SYSTEM),
    ]
    return bool(story.rng.choice(ways)())


def _line_shrinks(story: Story) -> bool:
    made = story.rng.choice(story.granted)
    line = story.one(GrantLine.objects.filter(grant=made.grant))
    administrator = make_member(made.institution.organisation, "administrator")
    until = clock.today() + timedelta(days=story.rng.randint(1, 200))
    notice = story.one(ConsentWithdrawal.objects.filter(line=line))
    ways: list[Callable[[], object]] = [
        lambda: make.narrow(made, ends_on=until),
        lambda: surrender_line(line=line, reason="Done.", by=administrator),
        lambda: withdraw_consent(line=line, reason_code="other", reason="We stop.", by=made.staff),
        lambda: notice and take_back_withdrawal(withdrawal=notice, reason="We go on.", by=made.staff),
    ]
    return bool(story.rng.choice(ways)())


def _grant_ends(story: Story) -> bool:
    if story.rng.random() < 0.6:
        return False
    made = story.rng.choice(story.granted)
    administrator = make_member(made.institution.organisation, "administrator")
    if story.rng.random() < 0.5:
        return bool(make.revoke(made))
    return bool(grants.surrender_grant(grant=made.grant, reason="Done.", by=administrator))


def _audit(story: Story) -> bool:
    """One that is planned; half of them begin at once."""
    stage = story.stage
    audit = make_audits.audit_for_cause(stage)
    if story.rng.random() < 0.5:
        begun(audit, stage)
        _tested(audit, stage, story.rng)
    return True


def _audit_goes_on(story: Story) -> bool:
    audit = story.one(Audit.objects.filter(state="fieldwork")) or story.one(Audit.objects.all())
    if audit is None:
        return False
    stage = story.of(audit)
    day = clock.today() + timedelta(days=story.rng.randint(0, 150))
    ways: list[Callable[[], object]] = [
        lambda: audits.reschedule_audit(audit=audit, planned_for=day, reason="So.", by=stage.officer),
        lambda: audits.cancel_audit(audit=audit, reason="So.", by=stage.officer),
        lambda: begun(audit, stage),
        lambda: begun(audit, stage),
        lambda: _tested(audit, stage, story.rng),
        lambda: _tested(audit, stage, story.rng),
        lambda: _closed(audit, stage),
    ]
    return bool(story.rng.choice(ways)())


def _tested(audit: Audit, stage: Stage, rng: random.Random) -> object:
    if audit.state != "fieldwork":
        return False
    check = rng.choice(list(audit.checks.order_by("pk")))
    answer = Answer(check.pk, rng.choice(["met", "not_met"]), "Seen.", check.version)
    record_results(audit=audit, answers=[answer], by=stage.auditor)
    return make_audits.finding_in(audit, stage.auditor, severity=rng.choice(SEVERITIES))


def _closed(audit: Audit, stage: Stage) -> object:
    if audit.state != "fieldwork":
        return False
    make_audits.results_for_all(audit, stage.auditor)
    draft_report(audit=audit, summary="As promised.", by=stage.auditor)
    send_report(audit=audit, by=stage.auditor)
    respond_to_report(audit=audit, response="We agree.", by=stage.applicant)
    return close_audit(audit=audit, by=stage.second_officer)


def _finding_goes_on(story: Story) -> bool:
    finding = story.one(Finding.objects.all())
    if finding is None:
        return False
    stage = story.of(finding)
    later = finding.remedy_due + timedelta(days=story.rng.randint(1, 60))
    ways: list[Callable[[], object]] = [
        lambda: findings.propose_plan(finding=finding, plan="Soon.", by=stage.applicant),
        lambda: findings.return_plan(finding=finding, reason="Sooner.", by=stage.auditor),
        lambda: findings.agree_plan(finding=finding, by=stage.auditor),
        lambda: findings.remediate_finding(finding=finding, remediation="Done.", by=stage.applicant),
        lambda: findings.send_back_finding(finding=finding, reason="Not done.", by=stage.auditor),
        lambda: findings.verify_finding(finding=finding, method="Looked.", by=stage.auditor),
        lambda: findings.extend_finding(finding=finding, until=later, reason="So.", by=stage.officer),
    ]
    return bool(story.rng.choice(ways)())


def _duty_goes_on(story: Story) -> bool:
    duty = story.one(Obligation.objects.filter(kind="security_attestation"))
    if duty is None:
        return bool(make_audits.due_reports(story.stage)[1])
    stage = story.of(duty)
    answers = {"unchanged": True, "security_events": 3}
    ways: list[Callable[[], object]] = [
        lambda: file_report(obligation=duty, answers=answers, by=stage.applicant),
        lambda: accept_report(obligation=duty, by=stage.officer),
        lambda: return_report(obligation=duty, reason="Say more.", by=stage.officer),
    ]
    return bool(story.rng.choice(ways)())


def _alert(story: Story) -> bool:
    stage, hour = story.stage, clock.now().replace(minute=0)
    made = story.rng.choice([None, *story.granted])
    release = made.release.pk if made else None
    key = f"{story.rng.random()}"
    kind = story.rng.choice(list(AlertKind))
    occasion = alerts.Occasion(kind, key, stage.institution.pk, hour, hour + timedelta(hours=1), {}, release)
    return bool(alerts.raise_alert(institution=stage.institution, occasion=occasion, by=SYSTEM))


def _alert_goes_on(story: Story) -> bool:
    alert = story.one(Alert.objects.all())
    if alert is None:
        return False
    deed = story.rng.choice([alerts.question_alert, alerts.clear_alert])
    return bool(deed(alert=alert, note="Looked into.", by=story.of(alert).officer))


def _case(story: Story) -> bool:
    stage = story.stage
    rung = story.rng.choice(["warning", "suspension", "suspension", "removal", ""])
    if rung:
        return bool(make_appeals.decided_case(stage, rung))
    _, case = make_audits.opened_case(stage)
    return bool(drop_case(case=case, reason="Nothing in it.", by=stage.signatory))


def _case_goes_on(story: Story) -> bool:
    case = story.one(EnforcementCase.objects.filter(state="decided"))
    if case is None:
        return False
    ways: list[Callable[[], object]] = [
        lambda: measures.stay_effect(case=case, reason="Appeal.", by=SYSTEM),
        lambda: measures.end_stay(case=case, reason="Appeal.", by=SYSTEM),
        lambda: measures.set_aside(case=case, reason="Appeal.", by=SYSTEM),
        lambda: measures.end_measure(case=case, by=SYSTEM),
        lambda: measures.vary_measure(
            case=case, measure="warning", until=None, lifted_when="", reason="Appeal.", by=SYSTEM
        ),
    ]
    return bool(story.rng.choice(ways)())


def _appeal(story: Story) -> bool:
    against = story.one(EnforcementCase.objects.filter(state="decided"))
    if against is None:
        return False
    by = story.of(against).applicant
    return bool(lodge_appeal(against=against, ground="proportion", statement="A word would do.", by=by))


def _appeal_goes_on(story: Story) -> bool:
    appeal = story.one(Appeal.objects.all())
    if appeal is None:
        return False
    if story.rng.random() < 0.5:
        return bool(reject_appeal(appeal=appeal, reason="Too late.", by=story.panel))
    return bool(withdraw_appeal(appeal=appeal, by=story.of(appeal).applicant))


def _request(story: Story) -> bool:
    """A request that comes so far as the lot says."""
    stage = story.stage
    made = asked_of(story, stage)
    decline = {"answer": "decline", "reason_code": "other", "reason": "No."}
    refuse = {"outcome": "refused", "reason_code": story.rng.choice(REFUSALS), "reason": "No."}
    ways: list[Callable[[make.GrantCast], object]] = [
        make.submit,
        make.take_up,
        lambda made: make.review(made, **(refuse if story.rng.random() < 0.2 else {})),
        make.to_provider,
        lambda made: make.consent(made, *([decline] if story.rng.random() < 0.4 else [])),
        make.to_signatories,
        make.sign_grant,
        make.accept,
    ]
    for way in ways[: story.rng.choice([2, 5, 8, 8])]:
        way(made)
    if Grant.objects.filter(request=made.request, state="in_force").exists():
        story.granted.append(made)
    return True


REFUSALS = ("other",)


DEEDS: tuple[Callable[[Story], bool], ...] = (
    *(_report, _incident_goes_on, _incident_goes_on, _incident_goes_on, _duplicate, _deadline, _deadline),
    *(_hold, _hold_goes_on, _hold_goes_on, _line_shrinks, _grant_ends, _request),
    *(_audit, _audit_goes_on, _audit_goes_on, _finding_goes_on, _finding_goes_on, _finding_goes_on, _duty_goes_on),
    *(_alert, _alert_goes_on, _case, _case_goes_on, _appeal, _appeal, _appeal_goes_on, *MORE),
)


def told(stage: Stage, number: int, did: Counter[str] | None = None) -> Story:
    """A story that begins with two partners, one of them with a grant on two lines. `did`: what others did already."""
    other = second_stage()
    granted = [make.accept(make.issued_grant({}, {"use_case": "benchmarking"}, made=stage.cast))]
    panel = make_appeals.others()[-1]
    return Story(random.Random(number), [stage, other], granted, panel, did=Counter() if did is None else did)


def end_of(day: datetime) -> datetime:
    """The last moment of a day (UTC)."""
    return datetime.combine(day.date(), time.max, day.tzinfo)
