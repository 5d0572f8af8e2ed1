"""The partner's pages of one thing: an audit, a finding, a report, an incident, a case."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audits import access
from audits.actions.obligation import file_report
from audits.forms.report import ReportForm
from audits.models import Appeal, EnforcementCase, Obligation
from audits.overdue import late_by, owed
from audits.queries.appealable import Window, window_of
from audits.queries.escalation import taken_on
from audits.queries.evidence_request import requests_of
from audits.queries.facts import facts_of
from audits.queries.finding import notes_of, offered, retests_of
from audits.queries.known import prefilled
from audits.queries.ladder import LADDER
from audits.queries.lifting import conditions_of
from audits.queries.measure import events_of
from audits.queries.pages import checklist, results_of
from audits.queries.papers import papers_of
from audits.queries.reach import scope_of
from audits.reasons import why_then
from audits.reports import checked, filed, rule_of
from audits.views.papers import address_of, handed_out
from audits.views.partner import deed_addresses
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui.forms import refuse
from portal.ui.panel import actions_for
from portal.workflow import can

OWN = {"own": True, "home": False, "named": False}
"""The institution's own people read its documents in full."""
STEPS = ("planned", "notified", "fieldwork", "draft_report", "partner_response", "closed")


def steps_of(subject: Any, states: tuple[str, ...]) -> list[dict[str, Any]]:
    """Where a lifecycle stands, for `<c-steps>`; nothing where it ended another way."""
    if subject.state not in states:
        return []
    now = states.index(subject.state)
    return [
        {"label": subject.TABLE.state(state).label, "state": "done" if place < now else "now" if place == now else ""}
        for place, state in enumerate(states)
    ]


def happened(subject: Any, actor: Actor) -> list[Any]:
    """The subject's timeline, as much as a party to it may know."""
    return timeline(subject.pk, tiers=tiers_for(actor, own=True), viewer=actor, limit=50)


@require_safe
@signed_in
def audit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One audit: when and why, what was looked at, findings, the report and the response."""
    actor: Actor = request.actor
    found = access.get_own_audit(actor=actor, pk=pk)
    reported = found.state in ("partner_response", "closed")
    families = checklist(found) if found.began_at else []
    context = {
        "audit": found,
        "why": why_then(found.why),
        "steps": steps_of(found, STEPS),
        "families": families,
        "results": [(label, count) for label, count in results_of(families) if label] if reported else [],
        "reported": reported,
        "findings": found.findings.order_by("remedy_due"),
        "requests": requests_of(found),
        "documents": list(found.documents.order_by("-version")) if reported else [],
        "actions": actions_for(found, actor, deed_addresses("audit", pk), primary=["respond"]),
        "events": happened(found, actor),
    }
    return render(request, "audits/audit.html", context)


@require_safe
@signed_in
def finding(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One finding: what is wanting, until when, the plan, what was written about it."""
    actor: Actor = request.actor
    found = access.get_own_finding(actor=actor, pk=pk)
    context = {
        "finding": found,
        "incident_url": found.incident.get_absolute_url() if found.incident else "",
        "notes": notes_of(found, OWN, lambda file: reverse("partners:evidence", args=[file.pk])),
        "tests": retests_of(found),
        "owed": owed(found),
        "late": late_by(found),
        "steps": taken_on(found),
        "actions": actions_for(found, actor, deed_addresses("finding", pk), primary=["propose_plan", "remediate"]),
    }
    return render(request, "audits/finding.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def obligation(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One report: its questions while the partner has the pen, what was filed afterwards."""
    actor: Actor = request.actor
    found = access.get_own_obligation(actor=actor, pk=pk)
    rule, reports = rule_of(found), list(found.reports.order_by("number"))
    last, form = reports[-1] if reports else None, None
    if can(found, "file", actor):
        form = ReportForm(
            request.POST if request.method == "POST" else None,
            rule=rule,
            answers=last.answers if last else {},
            known=prefilled(found, rule),
            remarks=last.remarks if last else {},
            documents=offered(found.institution_id) if _asks_documents(rule) else [],
        )
        if request.method == "POST" and (done := _filed(request, found, form)):
            return done
    elif request.method == "POST":
        require(can(found, "file", actor))
    context = {
        "obligation": found,
        "rule": rule,
        "form": form,
        "answers": filed(rule, last) if last else [],
        "reports": reports,
        "late": late_by(found),
        "steps": taken_on(found),
    }
    return render(request, "audits/obligation.html", context)


def _filed(request: PortalRequest, found: Obligation, form: ReportForm) -> HttpResponse | None:
    actor: Actor = request.actor
    answers, remarks = form.posted(), form.remarks()
    known = {key: item.value for key, item in form.known.items()}
    if not form.judge(checked(found, answers, known=known, remarks=remarks).problems):
        return None
    try:
        file_report(obligation=found, answers=answers, remarks=remarks, by=actor)
    except Refused as error:
        refuse(form, error.verdict)
        return None
    messages.success(request, _("Report filed. A case officer reads it; you will hear."))
    return redirect(found.get_absolute_url())


def _asks_documents(rule: Any) -> bool:
    return any(question.type == "evidence" for question in rule.questions)


@require_safe
@signed_in
def enforcementcase(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One case against the institution: what is proposed and why, its answer, the decision, how to appeal."""
    actor: Actor = request.actor
    found = access.get_own_case(actor=actor, pk=pk)
    appeals = list(found.appeals.order_by("-lodged_at"))
    context = {
        "case": found,
        "ladder": _ladder(found),
        "facts": facts_of(found, desk=False),
        "papers": papers_of(found, partial(address_of, "enforcementcase", pk)) if found.answer else [],
        "scope": scope_of(found),
        "conditions": conditions_of(found) if found.decided_at else [],
        "measure_events": events_of(found) if found.decided_at else [],
        "appeals": appeals,
        "window": _window(found, appeals),
        "actions": actions_for(
            found, actor, deed_addresses("enforcementcase", pk), primary=["answer", "meet_condition"]
        ),
        "events": happened(found, actor),
    }
    return render(request, "audits/case.html", context)


@require_safe
@signed_in
def case_document(request: PortalRequest, pk: UUID, document: UUID) -> HttpResponse:
    """A document that the institution sent with its answer."""
    return handed_out(access.get_own_case(actor=request.actor, pk=pk), document)


def _ladder(case: EnforcementCase) -> list[dict[str, Any]]:
    """The rungs, with the one that is proposed or decided."""
    reached = case.measure or case.proposed
    return [{"label": rung.label, "state": "now" if rung.value == reached else ""} for rung in LADDER]


def _window(case: EnforcementCase, appeals: list[Appeal]) -> Window | None:
    """Whether, and until when, an appeal is open; None while nothing is decided that could be appealed."""
    return window_of(case, appeals) if case.decided_at is not None and case.measure != "no_action" else None
