"""Chapter: what comes by the passing of time alone, as the portal's own sweeps would have done it day by day."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from audits.actions.acceptance import end_acceptance
from audits.actions.audit import cancel_audit
from audits.actions.deadlines import miss_deadline, warn_of_deadline
from audits.actions.escalation import escalate
from audits.actions.evidence_request import remind_of_evidence
from audits.actions.obligation import plan_due_obligations, remind_obligation
from audits.actions.planning import plan_due_audits
from audits.actions.programme import announce_audit, ask_for_auditor, plan_follow_up
from audits.actions.sample import draw_sample
from audits.models import IncidentDeadline
from audits.queries.escalation import findings_to_escalate, reports_to_escalate
from audits.queries.evidence_request import to_remind as evidence_to_remind
from audits.queries.obligations import to_remind
from audits.queries.programme import to_announce, to_draw, to_follow_up, without_auditor, without_partner
from audits.queries.sweeps import acceptances_ended, deadlines_missed, deadlines_to_warn
from audits.tasks import NOT_QUALIFIED, SHOWN
from grants.actions.deadline import mark_missed_consent
from grants.actions.grant import expire_grant
from grants.actions.grant import remind_of_end as remind_of_grant
from grants.actions.hold import lapse_hold, remind_to_confirm
from grants.actions.reminders import remind_providers
from grants.models import Hold
from grants.tasks import (
    consents_to_remind,
    ended_grants,
    grants_to_announce,
    holds_to_remind,
    missed_consents,
    unconfirmed_holds,
)
from partners.actions.clock import chase_answer, chase_stage
from partners.actions.lapses import warn_of_lapses
from partners.actions.qualification import lapse_qualification, remind_of_end
from partners.actions.referee import expire_referee
from partners.queries.clock import questions_to_chase, stretches_to_chase
from partners.queries.due import (
    ended_qualifications,
    ending_qualifications,
    institutions_with_lapses,
    unanswered_referees,
)
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.compiled import compiled
from portal.demo.timeline import Story
from portal.rulebook.queries import rules


def sweeping() -> Story:
    """Sweeps each week, in the morning. What is to be asked for or reminded of is looked for every other week."""
    while True:
        end()
        yield clock.now() + timedelta(days=7)
        sweep()
        yield clock.now() + timedelta(days=7)


def sweep() -> None:
    """Everything that is due now."""
    end()
    remind()
    programme()
    plan_due_obligations(by=SYSTEM)
    owed()


def programme() -> None:
    """Audits are planned, followed up, announced, and ended with the qualification."""
    plan_due_audits(by=SYSTEM)
    for audit in to_follow_up(rules()).order_by("reference"):
        plan_follow_up(audit=audit, by=SYSTEM)
    for audit in without_partner().order_by("reference"):
        cancel_audit(audit=audit, reason=str(NOT_QUALIFIED), by=SYSTEM)
    for audit in to_announce().select_related(*SHOWN).order_by("reference"):
        announce_audit(audit=audit, by=SYSTEM)
    for audit in without_auditor().select_related(*SHOWN).order_by("reference"):
        ask_for_auditor(audit=audit, by=SYSTEM)


def owed() -> None:
    """Reports and evidence that partners are reminded of, and what stays overdue."""
    for row in to_remind(rules()).select_related("institution__organisation", "authority").order_by("reference"):
        remind_obligation(obligation=row, reminders=row.expected, by=SYSTEM)  # type: ignore[attr-defined]
    asked = evidence_to_remind(rules()).select_related("institution__organisation", "audit")
    for request in asked.order_by("reference"):
        remind_of_evidence(request=request, reminders=request.expected, by=SYSTEM)  # type: ignore[attr-defined]
    for finding in findings_to_escalate().order_by("reference"):
        escalate(subject=finding, by=SYSTEM)
    for report in reports_to_escalate().order_by("reference"):
        escalate(subject=report, by=SYSTEM)


def draw() -> None:
    """Samples whose time has come. Each by a checkpoint of its own, so not within another deed."""
    for audit in to_draw().order_by("reference"):
        draw_sample(audit=audit, by=SYSTEM)


def end() -> None:
    """What has come to its last day, or to its deadline."""
    for referee in unanswered_referees().order_by("asked_at"):
        expire_referee(referee=referee, by=SYSTEM)
    for qualification in ended_qualifications().order_by("reference"):
        lapse_qualification(qualification=qualification, by=SYSTEM)
    for grant in ended_grants().order_by("reference"):
        expire_grant(grant=grant, by=SYSTEM)
    for finding in acceptances_ended().order_by("reference"):
        end_acceptance(finding=finding, by=SYSTEM)
    watch()


def remind() -> None:
    """Ends that are near, and providers who have not answered."""
    for qualification in ending_qualifications().order_by("reference"):
        remind_of_end(qualification=qualification, by=SYSTEM)
    for grant in grants_to_announce().order_by("reference"):
        remind_of_grant(grant=grant, by=SYSTEM)
    for request in consents_to_remind().order_by("reference"):
        remind_providers(request=request, by=SYSTEM)
    for request in missed_consents().order_by("reference"):
        mark_missed_consent(request=request, by=SYSTEM)


def watch() -> None:
    """What is due within hours: holds that nobody confirmed, and deadlines of incidents."""
    if _placed():
        _watch_holds()
    if _running():
        _watch_deadlines()


@compiled
def _placed() -> QuerySet[Hold]:
    """Most weeks there is no hold to be confirmed, and nothing more to ask for."""
    return Hold.objects.filter(state="placed")[:1]


@compiled
def _running() -> QuerySet[IncidentDeadline]:
    """Most weeks no clock of an incident runs either."""
    return IncidentDeadline.objects.filter(met_at=None, waived_at=None)[:1]


def _watch_holds() -> None:
    for hold in unconfirmed_holds().order_by("placed_at"):
        lapse_hold(hold=hold, by=SYSTEM)
    for hold in holds_to_remind().order_by("placed_at"):
        remind_to_confirm(hold=hold, by=SYSTEM)


def _watch_deadlines() -> None:
    for deadline in deadlines_missed().order_by("due_at", "rule", "step"):
        miss_deadline(deadline=deadline, by=SYSTEM)
    for deadline in deadlines_to_warn().order_by("due_at", "rule", "step"):
        warn_of_deadline(deadline=deadline, by=SYSTEM)


def warn() -> None:
    """Checks of people that lapse soon. Of the past only what is due now is announced: what was renewed is of no use."""
    for institution in institutions_with_lapses().order_by("pk"):
        warn_of_lapses(institution=institution, by=SYSTEM)
    chase()


def chase() -> None:
    """Whoever holds the pen in a case is reminded of it."""
    for stretch in stretches_to_chase().order_by("chase_on", "pk"):
        chase_stage(stretch=stretch, by=SYSTEM)
    for query in questions_to_chase().order_by("chase_on", "pk"):
        chase_answer(query=query, by=SYSTEM)
