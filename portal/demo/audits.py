"""Chapter: inspections, what they find, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from audits.actions.acceptance import propose_acceptance, sign_acceptance
from audits.actions.audit import assign_auditor, begin_audit, cancel_audit, notify_audit, plan_audit
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, send_report
from audits.actions.evidence_request import answer_request, ask_for_evidence, settle_request
from audits.actions.fieldwork import Answer, record_results
from audits.actions.finding import (
    agree_plan,
    propose_plan,
    record_finding,
    remediate_finding,
    send_back_finding,
    verify_finding,
)
from audits.models import Audit, Check, Finding
from audits.queries.acceptance import quorum_rule
from partners.models.qualification import LIVE
from partners.queries.evidence import documents_of
from partners.queries.standing import standing
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.demo.stage import AuthorityCast, Partner, Stage
from portal.demo.timeline import Alone, Story


@dataclass(frozen=True)
class Lack:
    """Something that an auditor found wanting: by which control, how serious, and what the partner does."""

    control: str
    severity: str
    title: str
    description: str
    plan: str
    remedy: str


LACKS = (
    Lack(
        "Leavers lose access at once",
        "moderate",
        "Two accounts outlived their people",
        "Of 14 people who left in the period, two still had accounts at the proxy after nine and sixteen days. No "
        "request was sent with either.",
        "The personnel system will close accounts at the proxy on the last day, without anybody having to remember "
        "it. Until that works, the security lead compares the lists each Monday.",
        "The connection has been in operation since the 3rd; the protocol of its first four weeks and the present "
        "list of accounts show no difference.",
    ),
    Lack(
        "Logs cannot be altered unseen",
        "high",
        "An administrator could alter the log of use",
        "The log host accepts changes from one account that also administers the proxy. There is no sign that this "
        "was used, but a change would not have been seen.",
        "The account loses its right on the log host this week. Hourly digests go to a host that the testers do not "
        "run.",
        "Rights withdrawn on the 9th. The digests of the past month verify; we showed the procedure to the auditor "
        "on a call.",
    ),
    Lack(
        "Human review of samples",
        "low",
        "The sample of reviewed exchanges is smaller than promised",
        "The rule says two per cent; in three of twelve months it was 1.3 to 1.6 per cent, in weeks when one of the "
        "two reviewers was away.",
        "A third person is trained as a reviewer, and the share is shown on the team's weekly page.",
        "Three reviewers are in place. The share has been above two per cent in each week since.",
    ),
    Lack(
        "Exercises",
        "low",
        "The plan for incidents was last rehearsed fourteen months ago",
        "The rulebook expects a rehearsal each year. The duty officer knew the plan well when asked.",
        "A rehearsal with the provider's duty team is fixed for next month and then each spring.",
        "Held on the 21st with the provider. Its two lessons are in the plan: a second telephone, and a shorter "
        "checklist.",
    ),
    Lack(
        "Kept no longer than agreed",
        "moderate",
        "Backups keep answers beyond the agreed time",
        "Answers are deleted after twelve months, but backups of the same data are kept for thirty.",
        "Backups of the results volume will be kept for twelve months; older ones are destroyed with a protocol.",
        "Old backups destroyed; the protocol of both witnesses is attached to the ticket that the auditor saw.",
    ),
    Lack(
        "Credentials for the models are kept safe",
        "high",
        "A credential stood in a configuration file",
        "The gateway's credential stood in a file of the batch system that eleven people can read. The vault was "
        "used everywhere else.",
        "The credential is replaced today and read from the vault at start. A scan for credentials runs on each "
        "change.",
        "Replaced within three hours of the finding. The scan has been running for a month and has found nothing "
        "further.",
    ),
)
SUMMARIES = (
    (
        "The institution does what it promised. Access is tied to people, use stays within the lines of the grant, "
        "and the duty team could stop everything in under five minutes when we asked it to. What we found wanting is "
        "set out in the findings; none of it calls the access into question."
    ),
    (
        "A careful partner with a small team. The separation between those who test and those who keep the logs "
        "deserves more attention, as the findings show. Documentation was complete, and everyone we spoke to knew "
        "the plan for incidents."
    ),
    (
        "The controls are in place and most are tested by the institution itself. The sample of requests that we "
        "traced from the log to the plan was complete. Improvements since the application are visible."
    ),
)
RESPONSES = (
    "We thank the auditor for a fair report. We share its conclusions and have begun with the measures.",
    (
        "The facts are right. We would add that the accounts named were never used. The plan for each finding is on "
        "file."
    ),
    "We have nothing to correct, and found the visit useful.",
)
ASKED = (
    (
        "Accounts at the proxy, and who left",
        "Please show the accounts at the proxy as of today, and who left since the last audit, with their last day.",
        "Both lists were drawn this morning. Accounts are closed by the personnel system on the last day.",
    ),
    (
        "One week of the log of use",
        "Please show the log of the week that was drawn, with its digests, and who can read it.",
        "The log of that week and its hourly digests are in the document. Two people may read it; nobody can write.",
    ),
    (
        "The last rehearsal of the plan for incidents",
        "When was the plan last rehearsed, who took part, and what was learned?",
        "Held in spring with the provider’s duty team. The protocol names who took part and two lessons.",
    ),
    (
        "How long answers are kept",
        "Please show the rule, and that backups follow it.",
        "Twelve months, in backups too. The protocol of the last deletion is in the document.",
    ),
)
"""Title, what is asked, and the partner's answer."""
SENT_BACK = "The list shows accounts of the proxy only. Please show the same for the log host."


def inspections(stage: Stage, every: int = 4) -> Story:
    """Looks through the programme every few days, and carries out the audits whose day comes near."""
    begun: set[object] = set()
    while True:
        soon = clock.today() + timedelta(days=30)
        due = Audit.objects.filter(state__in=["planned", "notified"], planned_for__lte=soon).order_by("reference")
        for audit in due.exclude(why__reason="officer").exclude(pk__in=begun):
            begun.add(audit.pk)
            partner = next(item for item in stage.partners.values() if item.institution.pk == audit.institution_id)
            stage.timeline.tell(carried_out(stage, partner, audit), partner.later(1, 3))
        yield clock.now() + timedelta(days=every)


def forced(stage: Stage, partner: Partner, state: str) -> Story:
    """An audit that the officer plans by hand, which is today in the state that the part has for it."""
    home = home_of(stage, partner)
    kind, reason = ("cause", "Questions that came up while two reports were read.") if state == "cancelled" else (
        "follow_up", "To see that the remedies of the last audit lasted.",
    )  # fmt: skip
    audit = plan_audit(
        institution_id=partner.institution.pk, authority_id=home.organisation.pk, kind=kind, tier=partner.tier,
        planned_for=clock.today() + timedelta(days=8), reason=reason, by=home.officers[0],
    )  # fmt: skip
    yield partner.later(1, 2)
    yield from carried_out(stage, partner, audit, until=state, checked=state != "closed")


def carried_out(stage: Stage, partner: Partner, audit: Audit, until: str = "closed", *, checked: bool = True) -> Story:
    """Announcement, fieldwork, findings, report, response and closing; unless `checked`, nobody looks at the remedies."""
    home = home_of(stage, partner, audit)
    officer, auditor = home.officers[0], home.auditors[0]
    if standing(institution_id=partner.institution.pk).state not in LIVE:
        return
    assign_auditor(audit=audit, auditor=auditor.user, by=officer)
    yield partner.later(0, 1)
    audit.refresh_from_db()
    if audit.announced and audit.state == "planned":
        notify_audit(audit=audit, by=officer)
    if until == "notified":
        return
    if until == "cancelled":
        yield partner.later(2, 3)
        cancel_audit(audit=audit, reason="The documents that arrived meanwhile answer the questions.", by=officer)
        return
    yield Alone(max(partner.later(1), datetime.combine(audit.planned_for, time(9, partner.rng.randint(0, 50)), UTC)))
    audit.refresh_from_db()
    if audit.state == "cancelled":  # the qualification ended meanwhile
        return
    begin_audit(audit=audit, by=auditor)
    yield partner.later(0, 1)
    yield from evidence(partner, audit, auditor, answered=until != "fieldwork")
    lacks = partner.rng.sample(LACKS, partner.rng.choice((0, 1, 1, 2, 3)) if until == "closed" and checked else 2)
    results(partner, audit, auditor, lacks, part=0.55 if until == "fieldwork" else 1)
    for lack in lacks:
        yield partner.later(0, 1)
        found = observed(audit, auditor, lack)
        remedy = put_right(stage, partner, home, found, lack, auditor, checked=checked)
        stage.timeline.tell(remedy, partner.later(4, 12))
    if until == "fieldwork":
        return
    yield partner.later(1, 3)
    draft_report(audit=audit, summary=partner.rng.choice(SUMMARIES), by=auditor)
    if until == "draft_report":
        return
    yield partner.later(1, 4)
    send_report(audit=audit, by=auditor)
    if until == "partner_response":
        return
    yield partner.later(5, 16)
    respond_to_report(audit=audit, response=partner.rng.choice(RESPONSES), by=partner.applicant)
    yield partner.later(2, 6)
    close_audit(audit=audit, by=officer)


def evidence(partner: Partner, audit: Audit, auditor: Actor, *, answered: bool) -> Story:
    """What the auditor asks to see, the partner's answer with a document, and whether it is enough."""
    checks = list(Check.objects.filter(audit=audit).select_related("control").order_by("position"))
    documents = list(documents_of(partner.institution.pk).values_list("pk", flat=True)[:2])
    asked = partner.rng.sample(ASKED, 2)
    requests = [
        ask_for_evidence(audit=audit, title=title, text=text, tested=partner.rng.choice(checks), by=auditor)
        for title, text, _answer in asked
    ]
    yield partner.later(0, 1)
    for number, request in enumerate(requests[: 2 if answered else 1]):
        documents_shown = documents[number : number + 1]
        answer_request(request=request, text=asked[number][2], documents=documents_shown, by=partner.applicant)
        if answered:
            settle_request(request=request, by=auditor)


def results(partner: Partner, audit: Audit, auditor: Actor, lacks: list[Lack], part: float) -> None:
    """What the test of each control showed: met, but where something was found wanting."""
    wanting = {lack.control: lack for lack in lacks}
    checks = list(Check.objects.filter(audit=audit).select_related("control").order_by("position"))
    answers = []
    for check in checks[: int(len(checks) * part)]:
        lack = wanting.get(check.control.title)
        spare = "not_applicable" if partner.rng.random() < 0.04 else "met"
        result = spare if lack is None else ("not_met" if lack.severity == "high" else "partly")
        answers.append(Answer(check.pk, result, lack.title if lack else "", check.version))
    record_results(audit=audit, answers=answers, by=auditor)


def observed(audit: Audit, auditor: Actor, lack: Lack) -> Finding:
    check = Check.objects.filter(audit=audit, control__title=lack.control).select_related("control").first()
    return record_finding(
        audit=audit, severity=lack.severity, title=lack.title, description=lack.description,
        control=check.control if check else None, by=auditor,
    )  # fmt: skip


def put_right(
    stage: Stage,
    partner: Partner,
    home: AuthorityCast,
    finding: Finding,
    lack: Lack,
    auditor: Actor,
    *,
    checked: bool = True,
) -> Story:
    """The partner's plan, its agreement, the remedy and its verification; a low one's risk may be accepted."""
    if checked and lack.severity == "low" and partner.rng.random() < 0.35:
        acceptance = propose_acceptance(
            finding=finding, until=clock.today() + timedelta(days=180), by=home.officers[0],
            reason="Small, and the person who is missing has been hired. Accepted until then.",
        )  # fmt: skip
        rule = quorum_rule(acceptance)
        for signatory in stage.signers(home, rule.bodies, rule.signatures):
            yield partner.later(1, 4)
            sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=confirmed(signatory))
        return
    propose_plan(finding=finding, plan=lack.plan, by=partner.applicant)
    yield partner.later(2, 5)
    agree_plan(finding=finding, by=auditor)
    yield partner.later(15, 45)
    remediate_finding(finding=finding, remediation=lack.remedy, by=partner.applicant)
    if not checked:
        return
    yield partner.later(3, 8)
    if partner.rng.random() < 0.2:
        send_back_finding(finding=finding, reason=SENT_BACK, by=auditor)
        yield partner.later(4, 9)
        remediate_finding(
            finding=finding, remediation=f"{lack.remedy} The log host is shown as well.", by=partner.applicant
        )
        yield partner.later(2, 5)
    verify_finding(finding=finding, method="Seen and sufficient.", by=auditor)


def home_of(stage: Stage, partner: Partner, audit: Audit | None = None) -> AuthorityCast:
    """The authority that runs the partner's case."""
    from grants.actions.request import responsible_authority

    if audit is not None:
        return stage.authority(audit.authority_id)
    organisation = responsible_authority(partner.institution)
    return stage.authority(organisation.pk if organisation else None)
