"""The partner's deeds: which there are, and the views made from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audits import access
from audits.actions.appeal import withdraw_appeal
from audits.actions.audit_report import respond_to_report
from audits.actions.enforcement import answer_notice
from audits.actions.finding import propose_plan, remediate_finding
from audits.actions.hearing import add_statement
from audits.actions.incident import add_update
from audits.forms.appeal import StatementForm
from audits.forms.enforcement import MeetForm
from audits.forms.finding import PlanForm, RemediationForm
from audits.forms.text import AnswerForm, ResponseForm, UpdateForm
from audits.queries.finding import offered
from audits.views.conditions import meet, to_meet
from audits.views.deeds import DeedPage, perform
from audits.views.papers import ids, papers_for
from portal.accounts.guards import signed_in
from portal.core.requests import PortalRequest

AUDIT_PAGES = (
    DeedPage(
        "respond",
        "respond",
        lambda audit, said, by: respond_to_report(audit=audit, response=said["response"], by=by),
        ResponseForm,
        _("Say what you see differently, and what you will do. The audit is closed afterwards by somebody else."),
    ),
)
FINDING_PAGES = (
    DeedPage(
        "plan",
        "propose_plan",
        lambda finding, said, by: propose_plan(finding=finding, plan=said["plan"], by=by),
        PlanForm,
        initial=lambda finding: {"plan": finding.plan},
    ),
    DeedPage(
        "remedy",
        "remediate",
        lambda finding, said, by: remediate_finding(
            finding=finding, remediation=said["remediation"], documents=said.get("documents", ()), by=by
        ),
        RemediationForm,
        _("An auditor who had no hand in it tests it, and records how and with what result."),
        options=lambda finding, _actor: {"documents": offered(finding.institution_id)},
    ),
)
INCIDENT_PAGES = (
    DeedPage(
        "update",
        "add_update",
        lambda incident, said, by: add_update(incident=incident, text=said["text"], by=by),
        UpdateForm,
    ),
)
CASE_PAGES = (
    DeedPage(
        "answer",
        "answer",
        lambda case, said, by: answer_notice(case=case, answer=said["answer"], documents=ids(said), by=by),
        AnswerForm,
        options=papers_for,
        papers=True,
    ),
    DeedPage(
        "met",
        "meet_condition",
        meet,
        MeetForm,
        _("An officer of the authority looks at it, and confirms it or says what is missing."),
        options=to_meet,
    ),
)
APPEAL_PAGES = (
    DeedPage(
        "statement",
        "state",
        lambda appeal, said, by: add_statement(appeal=appeal, text=said["text"], documents=ids(said), by=by),
        StatementForm,
        _("You can add statements until the hearing is closed."),
        options=papers_for,
        papers=True,
    ),
    DeedPage(
        "withdraw",
        "withdraw",
        lambda appeal, _said, by: withdraw_appeal(appeal=appeal, by=by),
        lead=_("The decision then stands. You can lodge another appeal while the time for it lasts."),
    ),
)
"""Lodging has a page of its own: it begins with the decision, not with an appeal."""

PAGES: tuple[tuple[str, str, Callable[..., Any], tuple[DeedPage, ...]], ...] = (
    ("audit", "audits", access.get_own_audit, AUDIT_PAGES),
    ("finding", "findings", access.get_own_finding, FINDING_PAGES),
    ("incident", "incidents", access.get_incident, INCIDENT_PAGES),
    ("enforcementcase", "enforcement", access.get_own_case, CASE_PAGES),
    ("appeal", "appeals", access.get_own_appeal, APPEAL_PAGES),
)
"""Noun (and name of its page), place in the address, how it is fetched, its deeds."""


def deed_urls() -> list[URLPattern]:
    """An address for each deed: `/findings/<id>/plan/`, named `finding_plan`."""
    return [
        path(f"{place}/<uuid:pk>/{page.slug}/", _view(noun, fetch, page), name=f"{noun}_{page.slug}")
        for noun, place, fetch, pages in PAGES
        for page in pages
    ]


def deed_addresses(noun: str, pk: UUID) -> dict[str, str]:
    """Verb → address, for the actions on the noun's page."""
    pages = next(pages for name, _place, _fetch, pages in PAGES if name == noun)
    return {page.verb: reverse(f"audits:{noun}_{page.slug}", args=[pk]) for page in pages}


def _view(noun: str, fetch: Callable[..., Any], page: DeedPage) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    @signed_in
    def view(request: PortalRequest, pk: UUID) -> HttpResponse:
        subject = fetch(actor=request.actor, pk=pk)
        back = reverse(f"audits:{noun}", args=[pk])
        return perform(request, page, subject, back=back, template="audits/deed.html")

    return view


__all__ = ["PAGES", "deed_addresses", "deed_urls"]
