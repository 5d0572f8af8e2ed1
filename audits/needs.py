"""What needs somebody now, for the home pages: audits, findings, reports, incidents and cases."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from audits.access import audits_on_desk, cases_on_desk, findings_on_desk, of_own_authority, requests_on_desk
from audits.models import (
    AUDIT_PERMISSION,
    AcceptanceSignature,
    Alert,
    Audit,
    AuditUserObjectPermission,
    DecisionSignature,
    EnforcementCase,
    EvidenceRequest,
    Finding,
    Incident,
    IncidentDeadline,
    Obligation,
    RiskAcceptance,
)
from audits.models.evidence_request import OWED as EVIDENCE_OWED
from audits.panel_access import appeals_of
from audits.queries.appeal import SITTING
from audits.queries.obligations import OWED
from audits.queries.parts import SITS
from audits.states import ALERT
from portal.accounts import needs
from portal.accounts.assign import assigned
from portal.accounts.needs import Waiting
from portal.core import clock
from portal.core.actors import Actor


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("applicant", "audits.partner", for_applicant)
    needs.register("case_officer", "audits.officer", for_case_officer)
    needs.register("auditor", "audits.auditor", for_auditor)
    needs.register("signatory", "audits.signatory", for_signatory)
    for role in SITS:
        needs.register(role, f"audits.panel.{role}", for_panel)


def for_panel(actor: Actor) -> list[Waiting]:
    """Appeals that wait to be admitted by somebody without a part, and those on whose panel the person sits."""
    rows, url = appeals_of(actor), reverse("audits:panel")
    return [
        Waiting(
            rows.filter(state__in=SITTING),
            ngettext_lazy("appeal before your panel", "appeals before your panels"),
            url,
            key="panel",
            due="decide_by",
            tone="amber",
        ),
        Waiting(
            rows.filter(state="lodged"),
            ngettext_lazy("appeal to admit or to reject", "appeals to admit or to reject"),
            url,
            key="admit",
            oldest="lodged_at",
        ),
    ]


def _desk(model: str) -> str:
    return reverse(f"admin:audits_{model}_changelist")


def for_applicant(actor: Actor) -> list[Waiting]:
    """Findings and reports that the partner owes, notices to answer, what is due about incidents."""
    own = {"institution_id": actor.body_id}
    deadlines = IncidentDeadline.objects.filter(
        incident__institution_id=actor.body_id, duty="partner", met_at=None, waived_at=None
    ).exclude(incident__state__in=["closed", "unfounded"])
    return [
        Waiting(
            Finding.objects.filter(Q(state="open", plan="") | Q(state="plan_agreed"), **own),
            ngettext_lazy("finding to put right", "findings to put right"),
            reverse("audits:findings"),
            key="finding",
            due="remedy_due",
            tone="amber",
        ),
        Waiting(
            EvidenceRequest.objects.filter(state__in=EVIDENCE_OWED, **own),
            ngettext_lazy("request for evidence to answer", "requests for evidence to answer"),
            reverse("audits:evidencerequests"),
            key="evidence",
            due="due",
            tone="amber",
        ),
        Waiting(
            Obligation.objects.filter(state__in=OWED, period_end__lte=clock.today(), **own),
            ngettext_lazy("report to file", "reports to file"),
            reverse("audits:obligations"),
            key="obligation",
            due="due",
            tone="amber",
        ),
        Waiting(
            deadlines,
            ngettext_lazy("report on an incident to file", "reports on incidents to file"),
            reverse("audits:due"),
            key="incident",
            due="due_at",
            tone="amber",
        ),
        Waiting(
            EnforcementCase.objects.filter(state="notice_given", answered_at=None, **own),
            ngettext_lazy("notice to answer", "notices to answer"),
            reverse("audits:cases"),
            key="notice",
            due="answer_due",
            tone="amber",
        ),
        Waiting(
            Audit.objects.filter(state="partner_response", responded_at=None, **own),
            ngettext_lazy("audit report to respond to", "audit reports to respond to"),
            reverse("audits:audits"),
            key="response",
            due="response_due",
        ),
    ]


def for_case_officer(actor: Actor) -> list[Waiting]:
    """Incidents to triage, audits without an auditor, audits to close, reports to read."""
    audits = of_own_authority(Audit.objects.all(), actor)
    somebody = Exists(
        AuditUserObjectPermission.objects.filter(content_object=OuterRef("pk"), permission__codename=AUDIT_PERMISSION)
    )
    heard = Q(responded_at__isnull=False) | Q(response_due__lt=clock.today())
    return [
        Waiting(
            of_own_authority(Incident.objects.filter(state="reported"), actor),
            ngettext_lazy("incident to triage", "incidents to triage"),
            _desk("incident"),
            key="triage",
            oldest="reported_at",
            tone="red",
        ),
        Waiting(
            of_own_authority(Alert.objects.filter(state__in=ALERT.open_states), actor),
            ngettext_lazy("alert from use to judge", "alerts from use to judge"),
            reverse("audits:alerts"),
            key="alert",
            oldest="raised_at",
        ),
        Waiting(
            audits.filter(~somebody, state="planned"),
            ngettext_lazy("audit without an auditor", "audits without an auditor"),
            _desk("audit"),
            key="unassigned",
            due="planned_for",
        ),
        Waiting(
            audits.filter(heard, state="partner_response"),
            ngettext_lazy("audit to close", "audits to close"),
            _desk("audit"),
            key="close",
            oldest="sent_at",
        ),
        Waiting(
            of_own_authority(Obligation.objects.filter(state="submitted"), actor),
            ngettext_lazy("report to read", "reports to read"),
            _desk("obligation"),
            key="obligation",
            oldest="submitted_at",
        ),
    ]


def for_auditor(actor: Actor) -> list[Waiting]:
    """Audits in one's hands, plans to agree to, fixes to check."""
    mine = audits_on_desk(Audit.objects.all(), actor).filter(
        assigned(AUDIT_PERMISSION, actor.user_id, AuditUserObjectPermission)
    )
    findings = findings_on_desk(Finding.objects.all(), actor)
    return [
        Waiting(
            mine.filter(state__in=["planned", "notified", "fieldwork", "draft_report"]),
            ngettext_lazy("audit in your hands", "audits in your hands"),
            _desk("audit"),
            key="audit",
            due="planned_for",
        ),
        Waiting(
            requests_on_desk(EvidenceRequest.objects.filter(state="answered"), actor),
            ngettext_lazy("answer with evidence to read", "answers with evidence to read"),
            _desk("evidencerequest"),
            key="evidence",
            oldest="answered_at",
        ),
        Waiting(
            findings.filter(state="open").exclude(plan=""),
            ngettext_lazy("plan to agree to", "plans to agree to"),
            _desk("finding"),
            key="plan",
            oldest="plan_proposed_at",
        ),
        Waiting(
            findings.filter(state="remediated"),
            ngettext_lazy("fix to check", "fixes to check"),
            _desk("finding"),
            key="fix",
            oldest="remediated_at",
        ),
    ]


def for_signatory(actor: Actor) -> list[Waiting]:
    """Cases and risks that wait for this person's signature, and serious incidents without a hold."""
    signed = DecisionSignature.objects.filter(case=OuterRef("pk"), signer=actor.user_id)
    accepted = AcceptanceSignature.objects.filter(acceptance=OuterRef("pk"), signer=actor.user_id)
    return [
        Waiting(
            cases_on_desk(EnforcementCase.objects.filter(~Exists(signed), state="heard"), actor),
            ngettext_lazy("enforcement case to decide", "enforcement cases to decide"),
            _desk("enforcementcase"),
            key="case",
            oldest="heard_at",
        ),
        Waiting(
            cases_on_desk(
                RiskAcceptance.objects.filter(~Exists(accepted), state="proposed").exclude(proposed_by=actor.user_id),
                actor,
            ),
            ngettext_lazy("risk to accept or to refuse", "risks to accept or to refuse"),
            _desk("riskacceptance"),
            key="risk",
            oldest="proposed_at",
        ),
        Waiting(
            cases_on_desk(
                Incident.objects.filter(state="triaged", severity__in=["high", "critical"], hold=None), actor
            ),
            ngettext_lazy("serious incident without a hold", "serious incidents without a hold"),
            _desk("incident"),
            key="incident",
            oldest="triaged_at",
            tone="red",
        ),
    ]
