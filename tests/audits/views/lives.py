"""The lives of audits, findings, reports, incidents, cases and appeals, for the budgets of their pages.

A life is told by the real actions, with as many parts as asked for. Where the thing comes to stand, it gives the
pages of people who may see it: the thing's own, and those of every deed that is open to them then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.urls import reverse

from audits.actions.acceptance import (
    propose_acceptance,
    refuse_acceptance,
    revoke_acceptance,
    sign_acceptance,
    withdraw_acceptance,
)
from audits.actions.appeal import lodge_appeal, withdraw_appeal
from audits.actions.audit import (
    assign_auditor,
    cancel_audit,
    choose_sample,
    notify_audit,
    reschedule_audit,
    unassign_auditor,
)
from audits.actions.audit_report import close_audit, draft_report, respond_to_report, resume_fieldwork, send_report
from audits.actions.calendar import issue_feed
from audits.actions.deadlines import file_deadline
from audits.actions.enforcement import (
    answer_notice,
    drop_case,
    give_notice,
    hear_case,
    open_case,
    sign_decision,
    suspend_at_once,
)
from audits.actions.finding import (
    agree_plan,
    propose_plan,
    remediate_finding,
    send_back_finding,
    verify_finding,
)
from audits.actions.incident import (
    add_update,
    close_incident,
    contain_incident,
    dismiss_incident,
    hold_for_incident,
    mark_duplicate,
    reclassify_incident,
    reopen_incident,
    resolve_incident,
    triage_incident,
)
from audits.actions.lifting import confirm_condition, meet_condition, propose_lifting
from audits.actions.obligation import accept_report, file_report, return_report
from audits.models import Appeal, Audit, EnforcementCase, Incident, Obligation
from audits.queries.ladder import decision_content
from audits.rules.incident import may_file
from audits.views.partner import PAGES, deed_addresses
from grants.actions.hold import place_hold
from grants.models import Hold
from portal.accounts.actor import confirmed
from portal.accounts.roles import DESK_ROLES
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.workflow import can
from tests.factories import grants
from tests.factories.accounts import appointed, make_member, make_organisation
from tests.factories.audits import (
    Stage,
    audit_for_cause,
    begun_now,
    catalogue_of,
    due_reports,
    finding_in,
    heard_case,
    opened_case,
    planned_audit,
    reported_incident,
    results_for_all,
)
from tests.factories.fieldwork import library_document
from tests.factories.incidents import file
from tests.factories.partners import make_evidence

USE_CASES = ("evaluation", "benchmarking", "safety_research")
"""Each makes a line of its own in a grant."""
PORTAL_NOUNS = {noun for noun, *_rest in PAGES}


@dataclass(frozen=True)
class Opened:
    """A page, who opens it, and in which state of the thing. The page of a deed is the same in every state."""

    who: Actor
    url: str
    state: str
    is_deed: bool = False


Life = Callable[[Stage, int], Iterator[Opened]]


def pages_of(subject: Any, *people: Actor) -> Iterator[Opened]:
    """What each of the people may open of the subject as it stands: its page, and those of its deeds."""
    for who in people:
        page, deeds = _on_desk(subject) if who.has(*DESK_ROLES) else _on_portal(subject)
        yield Opened(who, page, subject.state)
        for verb, url in deeds.items():
            if can(subject, verb, who):
                yield Opened(who, url, subject.state, is_deed=True)


def _on_portal(subject: Any) -> tuple[str, dict[str, str]]:
    noun = subject._meta.model_name
    return subject.get_absolute_url(), deed_addresses(noun, subject.pk) if noun in PORTAL_NOUNS else {}


def _on_desk(subject: Any) -> tuple[str, dict[str, str]]:
    desk: Any = admin.site.get_model_admin(type(subject))
    return desk.url_of(subject), desk.addresses(subject)


# --- audits and findings --------------------------------------------------------------------------
def of_an_audit(stage: Stage, parts: int) -> Iterator[Opened]:
    """Its auditors, controls, families, results, findings and moves to another day are many."""
    _, audit = planned_audit(stage)
    officer, auditor, applicant = stage.officer, stage.auditor, stage.applicant
    _moved(stage, audit, parts)
    _assigned(stage, audit, parts)
    yield from pages_of(audit, officer, auditor)
    notify_audit(audit=audit, by=officer)
    yield from pages_of(audit, applicant)
    catalogue = catalogue_of(families=parts, controls=parts)
    choose_sample(audit=audit, catalogue=catalogue, count=max(12, parts * parts), reason="All.", by=officer)
    reschedule_audit(audit=audit, planned_for=clock.today(), reason="Sooner.", by=officer)
    yield from pages_of(audit, auditor)
    begun_now(audit, officer=officer, auditor=auditor)
    for _ in range(parts):
        finding_in(audit, auditor)
    yield from _in_fieldwork(stage, audit)
    yield from pages_of(audit, applicant, officer, auditor)
    for name in ("audits:sample", "audits:sample_file"):
        yield Opened(applicant, reverse(name, args=[audit.pk]), audit.state)
    for name in ("admin:audits_audit_sample", "admin:audits_audit_sample_file"):
        yield Opened(auditor, reverse(name, args=[audit.pk]), audit.state)
    results_for_all(audit, auditor)
    for _ in range(parts):
        draft_report(audit=audit, summary="All is well.", by=auditor)
        resume_fieldwork(audit=audit, reason="Once more.", by=auditor)
    draft_report(audit=audit, summary="All is well.", by=auditor)
    yield from pages_of(audit, auditor)
    send_report(audit=audit, by=auditor)
    yield from pages_of(audit, applicant)
    respond_to_report(audit=audit, response="We agree.", by=applicant)
    yield from pages_of(audit, officer)
    close_audit(audit=audit, by=officer)
    yield from pages_of(audit, applicant, officer, auditor)


def of_an_audit_called_off(stage: Stage, parts: int) -> Iterator[Opened]:
    """An audit for cause that was moved and given to others again and again, and does not take place."""
    audit = audit_for_cause(stage)
    _moved(stage, audit, parts)
    _assigned(stage, audit, 1)
    for _ in range(parts):
        unassign_auditor(audit=audit, auditor=stage.auditor.user, reason="Ill.", by=stage.officer)
        assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    yield from pages_of(audit, stage.officer, stage.auditor)
    notify_audit(audit=audit, by=stage.officer)
    cancel_audit(audit=audit, reason="Merged.", by=stage.officer)
    yield from pages_of(audit, stage.applicant, stage.officer, stage.auditor)


def of_a_calendar_feed(stage: Stage, parts: int) -> Iterator[Opened]:
    """Its audits are many."""
    _feed, token = issue_feed(by=stage.auditor)
    for _ in range(parts):
        assign_auditor(audit=audit_for_cause(stage), auditor=stage.auditor.user, by=stage.officer)
    yield Opened(stage.auditor, reverse("audits:feed", args=[token]), "active")


def _moved(stage: Stage, audit: Audit, times: int) -> None:
    for days in range(times):
        day = clock.today() + timedelta(days=40 + days)
        reschedule_audit(audit=audit, planned_for=day, reason="They asked.", by=stage.officer)


def _assigned(stage: Stage, audit: Audit, auditors: int) -> None:
    """So many auditors are on it, and could be."""
    others = [make_member(stage.cast.authority, "auditor") for _ in range(auditors - 1)]
    for who in (stage.auditor, *others):
        assign_auditor(audit=audit, auditor=who.user, by=stage.officer)


def _in_fieldwork(stage: Stage, audit: Audit) -> Iterator[Opened]:
    family = audit.catalogue.groups.order_by("position").first()
    checks = reverse("admin:audits_audit_checklist", args=[audit.pk, family.pk])
    finding = reverse("admin:audits_audit_finding", args=[audit.pk])
    for url in (checks, finding):
        yield Opened(stage.auditor, url, audit.state, is_deed=True)


def of_a_finding(stage: Stage, parts: int) -> Iterator[Opened]:
    """Its plans, remedies, replies and auditors are many."""
    _, audit = planned_audit(stage)
    _assigned(stage, audit, parts)
    notify_audit(audit=audit, by=stage.officer)
    begun_now(audit, officer=stage.officer, auditor=stage.auditor)
    finding = finding_in(audit, stage.auditor)
    people = (stage.applicant, stage.officer, stage.auditor, stage.signatory)
    for _ in range(parts):
        propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
    yield from pages_of(finding, *people)
    agree_plan(finding=finding, by=stage.auditor)
    yield from pages_of(finding, stage.applicant)
    for _ in range(parts):
        shown = [str(make_evidence(stage.institution, stage.applicant, kind="report").pk)]
        remediate_finding(finding=finding, remediation="Done.", documents=shown, by=stage.applicant)
        send_back_finding(finding=finding, reason="Not yet.", by=stage.auditor)
    remediate_finding(finding=finding, remediation="Done.", by=stage.applicant)
    yield from pages_of(finding, stage.auditor)
    verify_finding(finding=finding, method="Seen.", by=stage.auditor)
    yield from pages_of(finding, *people)


def of_a_finding_that_is_borne(stage: Stage, parts: int) -> Iterator[Opened]:
    """Its plans were many; then its risk was accepted."""
    _, audit = planned_audit(stage)
    _assigned(stage, audit, parts)
    notify_audit(audit=audit, by=stage.officer)
    begun_now(audit, officer=stage.officer, auditor=stage.auditor)
    finding = finding_in(audit, stage.auditor)
    for _ in range(parts):
        propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
    until, people = clock.today() + timedelta(days=60), (stage.officer, stage.signatory, stage.other_signatory)
    for _ in range(parts):
        tried = propose_acceptance(finding=finding, reason="Low exposure.", until=until, by=stage.officer)
        withdraw_acceptance(acceptance=tried, reason="Not yet.", by=stage.officer)
    refused = propose_acceptance(finding=finding, reason="Low exposure.", until=until, by=stage.officer)
    yield from pages_of(refused, *people)
    refuse_acceptance(acceptance=refused, seen=refused.digest, reason="No.", by=confirmed(stage.signatory))
    accepted = propose_acceptance(finding=finding, reason="Low exposure.", until=until, by=stage.officer)
    sign_acceptance(acceptance=accepted, seen=accepted.digest, by=confirmed(stage.signatory))
    finding.refresh_from_db()
    yield from pages_of(finding, stage.applicant, stage.officer, stage.auditor, stage.signatory)
    yield from pages_of(accepted, *people)
    revoke_acceptance(acceptance=accepted, reason="It got worse.", by=stage.signatory)
    yield from pages_of(accepted, *people)


# --- reports and catalogues -----------------------------------------------------------------------
def of_a_report(stage: Stage, parts: int) -> Iterator[Opened]:
    """It was returned again and again, and the documents that it may name are many."""
    grants.grant_in_force(made=stage.cast)
    for _ in range(parts):
        make_evidence(stage.institution, stage.applicant, kind="report")
    _, reports = due_reports(stage)
    report = next(row for row in reports if row.kind == "safety_results")
    said = {"work_done": "We measured refusals.", "hazardous_findings": False}
    yield from pages_of(report, stage.applicant, stage.officer)
    for _ in range(parts):
        file_report(obligation=report, answers=said, by=stage.applicant)
        return_report(obligation=report, reason="Say more.", by=stage.officer)
    yield from pages_of(report, stage.applicant, stage.officer)
    used = Obligation.objects.get(institution=stage.institution, kind="use")
    yield from pages_of(used, stage.applicant, stage.officer)
    file_report(obligation=report, answers=said, by=stage.applicant)
    yield from pages_of(report, stage.applicant, stage.officer)
    accept_report(obligation=report, by=stage.officer)
    yield from pages_of(report, stage.applicant, stage.officer)


def of_a_catalogue(stage: Stage, parts: int) -> Iterator[Opened]:
    """Its families and controls are many."""
    catalogue = catalogue_of(families=parts, controls=parts)
    yield from pages_of(catalogue, stage.officer, stage.auditor, appointed())


# --- incidents ------------------------------------------------------------------------------------
def of_an_incident(stage: Stage, parts: int) -> Iterator[Opened]:
    """Its updates, filings, changes of severity and enforcement cases are many, as are the grant's lines."""
    made = grants.grant_in_force(*({"use_case": case} for case in USE_CASES[:parts]), made=stage.cast)
    oversight = make_member(make_organisation("oversight"), "oversight_member")
    people = (stage.applicant, made.staff, oversight, stage.officer, stage.other_signatory)
    _, incident = reported_incident(stage, severity="critical", line=made.line)
    yield Opened(stage.applicant, reverse("audits:incident_report"), "new")
    _written(stage, incident, parts)
    _filed(stage, incident, parts)
    yield from _running(stage, incident, people)
    triage_incident(incident=incident, severity="critical", note="Real.", by=stage.officer)
    for _ in range(parts):
        reclassify_incident(incident=incident, severity="critical", reason="Still.", by=stage.officer)
        open_case(institution=stage.institution, incident=incident, facts="Again.", by=stage.officer)
    hold_for_incident(
        incident=incident, target=made.line, reason="Keys in wrong hands.", lifted_when="New keys.", by=stage.signatory
    )
    yield from _running(stage, incident, (stage.applicant, stage.officer, stage.other_signatory))
    contain_incident(incident=incident, how="Revoked.", by=stage.officer)
    yield from _running(stage, incident, (stage.officer,))
    for _ in range(parts):
        resolve_incident(incident=incident, cause="Haste.", lessons="A vault.", by=stage.second_officer)
        reopen_incident(incident=incident, reason="Not yet.", by=stage.officer)
    resolve_incident(incident=incident, cause="Haste.", lessons="A vault.", by=stage.second_officer)
    yield from _running(stage, incident, (stage.officer,))
    while incident.deadlines.filter(met_at=None, waived_at=None).exists():
        _filed(stage, incident, 1)
    close_incident(incident=incident, by=stage.officer)
    yield from pages_of(incident, *people)


def of_an_incident_that_was_none(stage: Stage, parts: int) -> Iterator[Opened]:
    """Two incidents with many updates: the one was the other, which was unfounded."""
    (_, incident), (_, other) = reported_incident(stage), reported_incident(stage)
    _written(stage, incident, parts)
    _written(stage, other, parts)
    mark_duplicate(incident=other, of=incident, by=stage.officer)
    dismiss_incident(incident=incident, reason="A false alarm.", by=stage.officer)
    oversight = make_member(make_organisation("oversight"), "oversight_member")
    for one in (other, incident):
        yield from pages_of(one, stage.applicant, oversight, stage.officer)


def of_an_incident_reported_many_times(stage: Stage, parts: int) -> Iterator[Opened]:
    """It has many duplicates, each with updates and reports that were filed, and reports of its own."""
    _, incident = reported_incident(stage)
    for _ in range(parts):
        _, other = reported_incident(stage)
        _written(stage, other, 1)
        file(other.deadlines.get(rule="scheme_severe", step="update"), stage.applicant)
        mark_duplicate(incident=other, of=incident, by=stage.officer)
    for _ in range(parts):
        due = incident.deadlines.filter(rule="scheme_severe", step="update", met_at=None, waived_at=None).get()
        file(due, stage.applicant)
    oversight = make_member(make_organisation("oversight"), "oversight_member")
    for one in (other, incident):
        yield from pages_of(one, stage.applicant, oversight, stage.officer)
    yield Opened(stage.applicant, reverse("audits:deadline", args=[due.pk]), incident.state, is_deed=True)


def _written(stage: Stage, incident: Incident, parts: int) -> None:
    for _ in range(parts):
        add_update(incident=incident, text="News.", by=stage.applicant)
        add_update(incident=incident, text="News to us.", by=stage.officer)


def _filed(stage: Stage, incident: Incident, parts: int) -> None:
    """The partner and the authority file what is due; what recurs comes up anew."""
    for _ in range(parts):
        row = incident.deadlines.filter(met_at=None, waived_at=None).order_by("due_at")[0]
        by = stage.applicant if row.duty == "partner" else stage.officer
        file_deadline(deadline=row, text="As it stands.", by=by)


def _running(stage: Stage, incident: Incident, people: tuple[Actor, ...]) -> Iterator[Opened]:
    yield from pages_of(incident, *people)
    open_case_url = reverse("admin:audits_incident_case", args=[incident.pk])
    yield Opened(stage.officer, open_case_url, incident.state, is_deed=True)
    row = incident.deadlines.filter(duty="partner", met_at=None, waived_at=None).first()
    for name in ("deadline", "aside"):
        desk = reverse(f"admin:audits_incident_{name}", args=[incident.pk, row.pk])
        yield Opened(stage.officer, desk, incident.state, is_deed=True)
    if may_file(row, incident, stage.applicant):
        yield Opened(stage.applicant, reverse("audits:deadline", args=[row.pk]), incident.state, is_deed=True)


# --- enforcement and appeals ----------------------------------------------------------------------
def of_a_case(stage: Stage, parts: int) -> Iterator[Opened]:
    """Cases before it, signatures, appeals and conditions for lifting are many; access was stopped at once."""
    desk = (stage.officer, stage.signatory)
    for _ in range(parts):
        before = open_case(institution=stage.institution, facts="A key leaked.", by=stage.officer)
        drop_case(case=before, reason="Nothing to do.", by=stage.signatory)
    _, case = opened_case(stage)
    yield from pages_of(case, *desk)
    suspend_at_once(case=case, reason="Keys in wrong hands.", lifted_when="New keys.", by=stage.signatory)
    give_notice(
        case=case,
        measure="suspension",
        reasons="A warning did not help.",
        lifted_when="\n".join(f"Key {number} is in a vault." for number in range(parts)),
        until=clock.today() + timedelta(days=90),
        milder="A warning was weighed, and did not help before.",
        why_step="It happened twice within a month.",
        by=stage.officer,
    )
    papers = [library_document(stage, f"paper-{number}.txt").pk for number in range(parts)]
    yield from pages_of(case, stage.applicant)
    answer_notice(case=case, answer="It was one key.", documents=papers, by=stage.applicant)
    yield from pages_of(case, stage.officer)
    hear_case(case=case, notes="", by=stage.officer)
    _signed(stage, case, parts)
    yield from pages_of(case, stage.applicant, *desk)
    _sign(case, stage.other_signatory)
    withdraw_appeal(appeal=_appealed(stage, case, parts), by=stage.applicant)
    yield from pages_of(case, stage.applicant, *desk)
    yield Opened(stage.applicant, reverse("audits:appeal_case", args=[case.pk]), case.state)
    rows = list(case.conditions.order_by("number"))
    for row in rows:
        meet_condition(case=case, condition=row, remark="It is.", by=stage.applicant)
    yield from pages_of(case, stage.officer)
    for row in rows:
        confirm_condition(case=case, condition=row, by=stage.officer)
    yield from pages_of(case, stage.officer)
    propose_lifting(case=case, reason="All is done.", by=stage.officer)
    yield from pages_of(case, stage.applicant, *desk)


def of_a_case_that_was_dropped(stage: Stage, parts: int) -> Iterator[Opened]:
    """Many had signed, but nothing was done; access had been stopped."""
    _, case = heard_case(stage)
    _signed(stage, case, parts)
    suspend_at_once(case=case, reason="Keys in wrong hands.", lifted_when="New keys.", by=stage.signatory)
    drop_case(case=case, reason="Nothing to do.", by=stage.other_signatory)
    yield from pages_of(case, stage.applicant, stage.officer, stage.signatory)


def of_an_appeal(stage: Stage, parts: int) -> Iterator[Opened]:
    """Signatures on what is appealed against, and appeals before it, are many."""
    _, case = heard_case(stage)
    _signed(stage, case, parts)
    _sign(case, stage.other_signatory)
    panel = make_member(make_organisation("authority", jurisdiction="SE"), "signatory")
    desk = (stage.officer, stage.signatory, panel)
    appeal = _appealed(stage, case, parts)
    yield from pages_of(appeal, stage.applicant, *desk)
    withdraw_appeal(appeal=appeal, by=stage.applicant)
    yield from pages_of(appeal, stage.applicant, *desk)


def of_an_appeal_against_a_hold(stage: Stage, parts: int) -> Iterator[Opened]:
    """Appeals before it, against the same hold, are many."""
    hold = place_hold(
        target=stage.institution, reason="Keys in wrong hands.", lifted_when="New keys.", by=stage.signatory
    )
    yield from pages_of(_appealed(stage, hold, parts), stage.applicant, stage.signatory)


def _appealed(stage: Stage, against: EnforcementCase | Hold, parts: int) -> Appeal:
    """The last of many appeals; those before it were withdrawn."""
    for _ in range(parts):
        appeal = lodge_appeal(against=against, ground="facts", statement="Look again.", by=stage.applicant)
        withdraw_appeal(appeal=appeal, by=stage.applicant)
    return lodge_appeal(against=against, ground="facts", statement="Look again.", by=stage.applicant)


def _signed(stage: Stage, case: EnforcementCase, parts: int) -> None:
    """Signatures of one body: however many, they make no quorum of two."""
    for who in (stage.signatory, *(make_member(stage.cast.authority, "signatory") for _ in range(parts - 1))):
        _sign(case, who)


def _sign(case: EnforcementCase, who: Actor) -> None:
    sign_decision(case=case, seen=digest(decision_content(case)), by=who)
