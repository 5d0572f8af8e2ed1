"""Audits, findings, reports, incidents, enforcement and appeals: the partner's pages and the desk's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audits.actions.acceptance import propose_acceptance, sign_acceptance
from audits.actions.appeal import lodge_appeal
from audits.actions.audit import assign_auditor, notify_audit, plan_audit, reschedule_audit
from audits.actions.audit_report import draft_report, respond_to_report, send_report
from audits.actions.calendar import issue_feed
from audits.actions.enforcement import answer_notice, give_notice, hear_case, open_case, sign_decision
from audits.actions.finding import agree_plan, propose_plan, remediate_finding
from audits.actions.incident import (
    contain_incident,
    mark_duplicate,
    report_incident,
    resolve_incident,
    triage_incident,
)
from audits.actions.incident_report import file_incident_report
from audits.actions.lifting import confirm_condition, meet_condition, propose_lifting
from audits.actions.obligation import file_report
from audits.models import Audit, Catalogue, EnforcementCase, Finding, Incident, Obligation, RiskAcceptance
from audits.queries.ladder import decision_content
from audits.queries.pages import checklist
from partners.actions.evidence import upload_evidence
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.canonical import digest
from tests.contracts.matrix import Expect, object_of, public, roles, row
from tests.factories import partners as partner
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, baseline, begun_now, due_reports, finding_in, results_for_all
from tests.factories.fieldwork import text_file
from tests.factories.partners import make_authority
from tests.world import World

APPLICANTS = ("applicant.body",)
OFFICERS = ("case_officer.body",)
ALL_ROLES = (
    "applicant",
    "named_person",
    "representative",
    "case_officer",
    "reviewer",
    "signatory",
    "auditor",
    "provider_staff",
    "oversight_member",
    "administrator",
)


def stage(world: World) -> Stage:
    """Our institution, qualified by people of our authority who have no part in the matrix; our auditor is free."""
    baseline()
    applicant = world.actor("applicant")
    institution, _ = partner.make_institution(world.institution, by=applicant)
    cast = partner.application_to_sign(
        institution=institution,
        applicant=applicant,
        authority=world.authority,
        other_authority=world.others["authority"],
        officer=make_member(world.authority, "case_officer"),
        reviewer=make_member(world.authority, "reviewer"),
        signatory=make_member(world.authority, "signatory"),
    )
    partner.sign(cast)
    # What the case was decided at: the authority that runs it is ours, whoever the home authority would be.
    qualification = institution.qualifications.get(state="in_force")
    return Stage(cast, qualification, world.actor("auditor"), world.actor("case_officer"))


def _officer(world: World) -> Any:
    return world.actor("case_officer")


def planned(world: World) -> Audit:
    made = world.once(stage)
    return plan_audit(
        institution_id=made.institution.pk,
        authority_id=world.authority.pk,
        kind=Audit.Kind.CAUSE,
        tier="standard",
        planned_for=clock.today() + timedelta(days=30),
        reason="For the matrix",
        by=_officer(world),
    )


def assigned(world: World) -> Audit:
    audit = planned(world)
    return assign_auditor(audit=audit, auditor=world.actor("auditor").user, by=_officer(world))


def notified(world: World) -> Audit:
    return notify_audit(audit=assigned(world), by=_officer(world))


def ready(world: World) -> Audit:
    """It can begin today."""
    return reschedule_audit(audit=notified(world), planned_for=clock.today(), reason="Sooner.", by=_officer(world))


def in_fieldwork(world: World) -> Audit:
    return begun_now(notified(world), officer=_officer(world), auditor=world.actor("auditor"))


def tested(world: World) -> Audit:
    return results_for_all(in_fieldwork(world), world.actor("auditor"))


def drafted(world: World) -> Audit:
    return draft_report(audit=tested(world), summary="All is well.", by=world.actor("auditor"))


def with_partner(world: World) -> Audit:
    return send_report(audit=drafted(world), by=world.actor("auditor"))


def responded(world: World) -> Audit:
    return respond_to_report(audit=with_partner(world), response="We agree.", by=world.actor("applicant"))


def found(world: World) -> Finding:
    return finding_in(world.once(in_fieldwork), world.actor("auditor"))


def with_plan(world: World) -> Finding:
    return propose_plan(finding=found(world), plan="Soon.", by=world.actor("applicant"))


def agreed(world: World) -> Finding:
    return agree_plan(finding=with_plan(world), by=world.actor("auditor"))


def remediated(world: World) -> Finding:
    return remediate_finding(finding=agreed(world), remediation="Done.", by=world.actor("applicant"))


def shown_document(world: World) -> dict[str, Any]:
    finding, applicant = agreed(world), world.actor("applicant")
    document = partner.make_evidence(world.once(stage).institution, applicant, kind="report")
    remediate_finding(finding=finding, remediation="Done.", documents=[str(document.pk)], by=applicant)
    return {"pk": finding.pk, "document": document.pk}


def borne(world: World) -> RiskAcceptance:
    return propose_acceptance(finding=found(world), reason="Low exposure.", until=NEXT, by=_officer(world))


def borne_in_force(world: World) -> RiskAcceptance:
    acceptance = borne(world)
    signatory = confirmed(make_member(world.authority, "signatory"))
    sign_acceptance(acceptance=acceptance, seen=acceptance.digest, by=signatory)
    return acceptance


def owed(world: World) -> Obligation:
    _, reports = due_reports(world.once(stage))
    return next(report for report in reports if report.kind == "security_attestation")


def filed(world: World) -> Obligation:
    _, reports = due_reports(world.once(stage))
    report = next(report for report in reports if report.kind == "staff_changes")
    answers = {"joined": 0, "left": 0, "late_removals": False}
    return file_report(obligation=report, answers=answers, by=world.actor("applicant"))


def incident(world: World) -> Incident:
    made = world.once(stage)
    return report_incident(
        institution=made.institution,
        severity="critical",
        kind="credential",
        title="A key leaked",
        description="In a repository.",
        aware_at=clock.now() - timedelta(hours=1),
        by=world.actor("applicant"),
    )


def triaged(world: World) -> Incident:
    return triage_incident(incident=incident(world), severity="critical", note="Real.", by=_officer(world))


def contained(world: World) -> Incident:
    return contain_incident(incident=triaged(world), how="Revoked.", by=_officer(world))


def merged(world: World) -> Incident:
    return mark_duplicate(incident=triaged(world), of=incident(world), by=_officer(world))


def resolved(world: World) -> Incident:
    made = contained(world)
    resolver = make_member(world.authority, "case_officer")
    resolve_incident(incident=made, cause="Haste.", lessons="A vault.", by=resolver)
    made.deadlines.filter(met_at=None).update(waived_at=clock.now())
    return made


def case(world: World) -> EnforcementCase:
    made = world.once(stage)
    opener = make_member(world.authority, "case_officer")
    return open_case(institution=made.institution, facts="Twice.", by=opener)


def noticed(world: World) -> EnforcementCase:
    made, words = case(world), "The matrix asks for the mildest again."
    return give_notice(case=made, measure="warning", reasons="The mildest.", why_step=words, by=_officer(world))


def answered(world: World) -> EnforcementCase:
    return answer_notice(case=noticed(world), answer="We see.", by=world.actor("applicant"))


def answered_with_papers(world: World) -> EnforcementCase:
    made, applicant = noticed(world), world.actor("applicant")
    sent = upload_evidence(institution=made.institution, upload=text_file(), about=made.pk, by=applicant)
    return answer_notice(case=made, answer="As it shows.", documents=[sent.pk], by=applicant)


def paper(world: World) -> dict[str, Any]:
    """A document that the partner sent with its answer."""
    made = world.once(answered_with_papers)
    return {"pk": made.pk, "document": made.papers.get().evidence_id}


def heard(world: World) -> EnforcementCase:
    return hear_case(case=answered(world), notes="", by=_officer(world))


def decided(world: World) -> EnforcementCase:
    made = heard(world)
    return sign_decision(case=made, seen=digest(decision_content(made)), by=make_member(world.authority, "signatory"))


def suspended(world: World) -> EnforcementCase:
    """A suspension with one condition for lifting it."""
    made = give_notice(
        case=case(world),
        measure="suspension",
        reasons="Nothing milder works.",
        milder="A warning was weighed.",
        why_step="It is grave.",
        lifted_when="New keys are in use.",
        until=NEXT,
        by=_officer(world),
    )
    answer_notice(case=made, answer="We see.", by=world.actor("applicant"))
    hear_case(case=made, notes="", by=_officer(world))
    for authority in (world.authority, make_authority("NO")):
        who = make_member(authority, "signatory")
        sign_decision(case=made, seen=digest(decision_content(made)), by=who)
    return made


def said_to_be_met(world: World) -> EnforcementCase:
    made = suspended(world)
    first = made.conditions.get(number=1)
    meet_condition(case=made, condition=first, remark="They are.", by=world.actor("applicant"))
    return made


def all_confirmed(world: World) -> EnforcementCase:
    made = said_to_be_met(world)
    confirm_condition(case=made, condition=made.conditions.get(number=1), by=_officer(world))
    return made


def to_lift(world: World) -> EnforcementCase:
    return propose_lifting(case=all_confirmed(world), reason="All is done.", by=_officer(world))


def first_condition(make: Any, **more: str) -> Any:
    return lambda world: {"condition": world.once(make).conditions.get(number=1).pk, **more}


def appealed(world: World) -> Any:
    return lodge_appeal(against=decided(world), ground="facts", statement="Look again.", by=world.actor("applicant"))


# --- expectations ---------------------------------------------------------------------------------


def own() -> Expect:
    """The partner's own; colleagues of the institution hear why not, everybody else sees nothing."""
    return object_of(may=APPLICANTS, sees=["administrator@institution.body", "representative.body"])


def incident_page() -> Expect:
    """Besides the partner, oversight reads every incident."""
    return object_of(
        may=[*APPLICANTS, "oversight_member.any"], sees=["administrator@institution.body", "representative.body"]
    )


def desk(*may: str, sees: tuple[str, ...] = (), viewers: tuple[str, ...]) -> Expect:
    """A page of the desk: roles that have no such pages get 403, others that may not see this one 404."""
    others = [f"{role}.any" for role in ALL_ROLES if role not in viewers]
    return object_of(may=list(may), sees=[*sees, *others, "newcomer", "system_administrator"])


AUDIT = ("case_officer", "auditor")
FINDING = ("case_officer", "auditor", "signatory")
REPORT = ("case_officer",)
CASE = ("case_officer", "signatory")


def at(make: Any, *more: str) -> Any:
    """The address's arguments from an object that is made once."""
    return lambda world: {"pk": world.once(make).pk}


def data(**values: Any) -> Any:
    return lambda world: values


def deed(name: str, make: Any, expect: Expect, posted: Any = None) -> Any:
    return row(name, expect, expect, make=at(make), data=posted or data())


def admin_deed(model: str, slug: str, make: Any, expect: Expect, posted: Any = None) -> Any:
    return deed(f"admin:audits_{model}_{slug}", make, expect, posted)


def desk_pages(model: str, make: Any, expect: Expect, *viewers: str) -> list[Any]:
    """The queue for the roles, and the page of one."""
    listed = roles(*viewers)
    return [
        row(f"admin:audits_{model}_changelist", listed, listed),
        row(
            f"admin:audits_{model}_change",
            expect,
            make=lambda world: {"object_id": world.once(make).pk},
        ),
    ]


def catalogue(world: World) -> Catalogue:
    return baseline()


def someone(field: str, persona: str) -> Any:
    return lambda world: {field: world.actor(persona).user_id}


def family(world: World) -> dict[str, Any]:
    audit = world.once(in_fieldwork)
    return {"pk": audit.pk, "group_pk": checklist(audit)[0].group.pk}


def wider(world: World) -> dict[str, Any]:
    return {"catalogue": baseline().pk, "count": "20", "reason": "The team is new."}


def feed_token(world: World) -> dict[str, Any]:
    return {"token": world.once(auditors_feed)}


def auditors_feed(world: World) -> str:
    return issue_feed(by=world.actor("auditor"))[1]


def own_deadline(world: World) -> dict[str, Any]:
    made = world.once(incident)
    return {"pk": made.deadlines.filter(duty="partner", met_at=None, waived_at=None).first().pk}


def filed_report(world: World) -> dict[str, Any]:
    made = world.once(incident)
    due = made.deadlines.filter(rule="scheme_severe", step="update").order_by("pk")[0]
    answers = {"news": "None.", "stands": "ongoing", "taken": "We watch."}
    report = file_incident_report(deadline=due, answers=answers, marking="amber", by=world.actor("applicant"))
    return {"pk": made.pk, "report": report.pk}


def desk_deadline(world: World) -> dict[str, Any]:
    made = world.once(triaged)
    return {"pk": made.pk, "deadline_pk": made.deadlines.filter(met_at=None, waived_at=None).first().pk}


LATER = (clock.today() + timedelta(days=400)).isoformat()
NEXT = clock.today() + timedelta(days=60)
SOON = (clock.today() + timedelta(days=60)).isoformat()
OFFICER_ONLY = desk(*OFFICERS, sees=("auditor",), viewers=AUDIT)
AUDITOR_ONLY = desk("auditor", sees=OFFICERS, viewers=AUDIT)
FINDING_AUDITOR = desk("auditor", sees=(*OFFICERS, "signatory.body"), viewers=FINDING)
INCIDENT_OFFICER = desk(*OFFICERS, sees=("signatory.any",), viewers=CASE)
SIGNATORY_ONLY = desk("signatory.any", sees=OFFICERS, viewers=CASE)
FILING = {"report-marking": "amber", "report-seen": "0"}
HOLD = {"reason": "Keys in wrong hands.", "lifted_when": "New keys are in use."}
NOTICE = {"measure": "warning", "reasons": "The mildest that works.", "lifted_when": "", "until": ""}

ROWS: list[Any] = [
    row("audits:audits", roles("applicant")),
    row("audits:findings", roles("applicant")),
    row("audits:owed", roles("applicant")),
    row("audits:obligations", roles("applicant")),
    row("audits:cases", roles("applicant")),
    row("audits:incidents", roles("applicant", "provider_staff", "oversight_member")),
    row(
        "audits:reported",
        roles("applicant", "provider_staff", "case_officer", "signatory", "auditor", "oversight_member"),
    ),
    row("audits:due", roles("applicant", "provider_staff", "oversight_member", "case_officer")),
    row("audits:incident_report", roles("applicant"), roles("applicant"), data=data(title="A key leaked")),
    row("audits:audit", own(), make=at(notified)),
    row("audits:sample", own(), make=at(in_fieldwork)),
    row("audits:sample_file", own(), make=at(in_fieldwork)),
    row("audits:redraw", public()),
    row("audits:feed", public(), make=feed_token),
    row("admin:audits_audit_calendar", roles("case_officer", "auditor")),
    row("admin:audits_audit_plan", roles("case_officer"), roles("case_officer"), data=data(reason="A tip.")),
    admin_deed("audit", "choose", assigned, OFFICER_ONLY, wider),
    row("admin:audits_audit_feed", roles("auditor"), roles("auditor")),
    row("admin:audits_audit_sample", desk("auditor", *OFFICERS, viewers=AUDIT), make=at(in_fieldwork)),
    row("admin:audits_audit_sample_file", desk("auditor", *OFFICERS, viewers=AUDIT), make=at(in_fieldwork)),
    row("audits:finding", own(), make=at(found)),
    row("audits:obligation", own(), own(), make=at(owed), data=data(unchanged="true", security_events="0")),
    row("audits:incident", incident_page(), make=at(incident)),
    row(
        "audits:deadline",
        object_of(
            may=APPLICANTS, sees=["administrator@institution.body", "representative.body", "oversight_member.any"]
        ),
        object_of(
            may=APPLICANTS, sees=["administrator@institution.body", "representative.body", "oversight_member.any"]
        ),
        make=own_deadline,
        data=data(news="None.", stands="ongoing", taken="We watch.", **FILING),
    ),
    row("audits:incident_document", object_of(may=APPLICANTS), make=filed_report),
    row("admin:audits_incident_document", desk(*OFFICERS, "signatory.any", viewers=CASE), make=filed_report),
    row("audits:enforcementcase", own(), make=at(noticed)),
    row("audits:appeal_case", own(), own(), make=at(decided), data=data(ground="facts", statement="Look again.")),
    row("audits:appeal", own(), make=at(appealed)),
    deed("audits:audit_respond", with_partner, own(), data(response="We agree.")),
    deed("audits:finding_plan", found, own(), data(plan="Soon.")),
    deed("audits:finding_remedy", agreed, own(), data(remediation="Done.")),
    deed(
        "audits:incident_update",
        incident,
        object_of(
            may=APPLICANTS, sees=["administrator@institution.body", "representative.body", "oversight_member.any"]
        ),
        data(text="News."),
    ),
    deed("audits:enforcementcase_answer", noticed, own(), data(answer="We see.")),
    row("audits:enforcementcase_document", own(), make=paper),
    deed("audits:enforcementcase_met", suspended, own(), first_condition(suspended, remark="They are.")),
    deed("audits:appeal_withdraw", appealed, own()),
    # --- the desk ---
    *desk_pages("audit", assigned, desk(*OFFICERS, "auditor", viewers=AUDIT), *AUDIT),
    admin_deed("audit", "assign", assigned, OFFICER_ONLY, someone("auditor", "auditor.colleague")),
    admin_deed("audit", "unassign", assigned, OFFICER_ONLY, someone("auditor", "auditor")),
    admin_deed("audit", "reschedule", assigned, OFFICER_ONLY, data(planned_for=SOON, reason="Later.")),
    admin_deed("audit", "cancel", assigned, OFFICER_ONLY, data(reason="Merged.")),
    admin_deed("audit", "notify", assigned, desk(*OFFICERS, "auditor", viewers=AUDIT)),
    admin_deed("audit", "begin", ready, AUDITOR_ONLY),
    row("admin:audits_audit_checklist", AUDITOR_ONLY, AUDITOR_ONLY, make=family, data=data()),
    row("admin:audits_audit_finding", AUDITOR_ONLY, AUDITOR_ONLY, make=at(in_fieldwork), data=data(title="Logs")),
    admin_deed("audit", "report", tested, AUDITOR_ONLY, data(summary="All is well.")),
    admin_deed("audit", "resume", drafted, AUDITOR_ONLY, data(reason="Once more.")),
    admin_deed("audit", "send", drafted, AUDITOR_ONLY),
    admin_deed("audit", "close", responded, OFFICER_ONLY),
    *desk_pages("finding", found, desk(*OFFICERS, "auditor", "signatory.body", viewers=FINDING), *FINDING),
    admin_deed("finding", "agree", with_plan, FINDING_AUDITOR),
    admin_deed("finding", "another", with_plan, FINDING_AUDITOR, data(reason="Say who does it.")),
    admin_deed(
        "finding",
        "extend",
        found,
        desk(*OFFICERS, sees=("auditor", "signatory.body"), viewers=FINDING),
        data(until=LATER, reason="The supplier is late."),
    ),
    admin_deed("finding", "verify", remediated, FINDING_AUDITOR, data(method="Seen.")),
    row(
        "admin:audits_finding_document",
        desk(*OFFICERS, "auditor", "signatory.body", viewers=FINDING),
        make=shown_document,
    ),
    admin_deed("finding", "back", remediated, FINDING_AUDITOR, data(reason="Not yet.")),
    admin_deed(
        "finding",
        "accept",
        found,
        desk(*OFFICERS, sees=("auditor", "signatory.body"), viewers=FINDING),
        data(until=SOON, reason="Low exposure."),
    ),
    *desk_pages("riskacceptance", borne, desk(*OFFICERS, "signatory.any", viewers=CASE), *CASE),
    admin_deed("riskacceptance", "sign", borne, SIGNATORY_ONLY, data(seen="0" * 64)),
    admin_deed("riskacceptance", "refuse", borne, SIGNATORY_ONLY, data(seen="0" * 64, reason="No.")),
    admin_deed("riskacceptance", "withdraw", borne, INCIDENT_OFFICER, data(reason="Not yet.")),
    admin_deed(
        "riskacceptance",
        "revoke",
        borne_in_force,
        desk("signatory.body", sees=(*OFFICERS, "signatory.any"), viewers=CASE),
        data(reason="It got worse."),
    ),
    *desk_pages("obligation", filed, desk(*OFFICERS, viewers=REPORT), *REPORT),
    admin_deed("obligation", "accept", filed, desk(*OFFICERS, viewers=REPORT)),
    admin_deed("obligation", "return", filed, desk(*OFFICERS, viewers=REPORT), data(reason="A number is missing.")),
    *desk_pages("incident", incident, desk(*OFFICERS, "signatory.any", viewers=CASE), *CASE),
    admin_deed("incident", "triage", incident, INCIDENT_OFFICER, data(severity="critical", note="Real.")),
    admin_deed("incident", "dismiss", incident, INCIDENT_OFFICER, data(reason="A false alarm.")),
    row(
        "admin:audits_incident_duplicate",
        INCIDENT_OFFICER,
        INCIDENT_OFFICER,
        make=at(triaged),
        data=lambda world: {"of": str(world.once(incident).pk)},
    ),
    admin_deed("incident", "take-back", merged, INCIDENT_OFFICER, data(reason="Another key.")),
    admin_deed("incident", "hold", incident, SIGNATORY_ONLY, data(target="partner", seen="0" * 64, **HOLD)),
    admin_deed("incident", "update", incident, INCIDENT_OFFICER, data(text="News.")),
    admin_deed("incident", "severity", triaged, INCIDENT_OFFICER, data(severity="low", note="Less.")),
    admin_deed("incident", "contain", triaged, INCIDENT_OFFICER, data(text="Revoked.")),
    admin_deed("incident", "resolve", contained, INCIDENT_OFFICER, data(cause="Haste.", lessons="A vault.")),
    admin_deed("incident", "close", resolved, INCIDENT_OFFICER, data(follow_up="none")),
    admin_deed("incident", "reopen", resolved, INCIDENT_OFFICER, data(reason="Again.")),
    row(
        "admin:audits_incident_deadline", INCIDENT_OFFICER, INCIDENT_OFFICER, make=desk_deadline, data=data(text="So.")
    ),
    admin_deed("incident", "mark", triaged, INCIDENT_OFFICER, data(marking="amber", reason="So.")),
    row("admin:audits_incident_aside", INCIDENT_OFFICER, INCIDENT_OFFICER, make=desk_deadline, data=data(reason="No.")),
    row("admin:audits_incident_case", INCIDENT_OFFICER, INCIDENT_OFFICER, make=at(triaged), data=data(facts="Twice.")),
    *desk_pages("enforcementcase", noticed, desk(*OFFICERS, "signatory.any", viewers=CASE), *CASE),
    row("admin:audits_enforcementcase_document", desk(*OFFICERS, "signatory.any", viewers=CASE), make=paper),
    admin_deed("enforcementcase", "facts", case, INCIDENT_OFFICER, data(facts=[])),
    admin_deed("enforcementcase", "unlink", case, INCIDENT_OFFICER, data(fact="", reason="Not ours.")),
    admin_deed("enforcementcase", "met", suspended, INCIDENT_OFFICER, first_condition(suspended, remark="Seen.")),
    admin_deed("enforcementcase", "confirm", said_to_be_met, INCIDENT_OFFICER, first_condition(said_to_be_met)),
    admin_deed(
        "enforcementcase", "return", said_to_be_met, INCIDENT_OFFICER, first_condition(said_to_be_met, reason="No.")
    ),
    admin_deed("enforcementcase", "propose-lifting", all_confirmed, INCIDENT_OFFICER, data(reason="All is done.")),
    admin_deed("enforcementcase", "sign-lifting", to_lift, SIGNATORY_ONLY, data(seen="0" * 64)),
    admin_deed("enforcementcase", "suspend", case, SIGNATORY_ONLY, data(**HOLD)),
    admin_deed("enforcementcase", "notice", case, INCIDENT_OFFICER, data(**NOTICE)),
    admin_deed("enforcementcase", "hear", answered, INCIDENT_OFFICER, data(note="")),
    admin_deed("enforcementcase", "sign", heard, SIGNATORY_ONLY, data(seen="0" * 64)),
    admin_deed("enforcementcase", "drop", case, SIGNATORY_ONLY, data(reason="Nothing to do.")),
    *desk_pages("appeal", appealed, desk(*OFFICERS, "signatory.any", viewers=CASE), *CASE),
    *desk_pages(
        "catalogue",
        catalogue,
        desk("case_officer.any", "auditor.any", viewers=("case_officer", "auditor")).but(
            "system_administrator", gets="ok"
        ),
        "case_officer",
        "auditor",
        "system_administrator",
    ),
]
