"""The partner's pages of appeals: which decisions can be appealed until when, lodging, and where an appeal stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audits import access
from audits.actions.appeal import lodge_appeal
from audits.forms.appeal import LodgeForm
from audits.models import Appeal, PublishedDecision
from audits.queries.appealable import appealable, get_own_decided_request, get_own_hold, get_own_refusal, window_of
from audits.queries.appealed import Subject, kind_of, told
from audits.queries.papers import Paper, papers_of
from audits.views.papers import address_of, handed_out, ids, papers_for, received
from audits.views.partner import deed_addresses
from partners import scanning
from partners.queries.timeline import tiers_for, timeline
from portal.accounts.guards import for_roles, signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.rulebook.queries import rules
from portal.ui.forms import refuse
from portal.ui.panel import actions_for


def shown(appeal: Appeal, address: Callable[[UUID], str]) -> dict[str, Any]:
    """What the page of an appeal shows to whoever may open it: both sides, the panel's bodies, the hearing.

    `address` gives that of a document with an id.
    """
    grounds = {item.key: item.label for item in appeal.book.grounds}
    title, parts = told(appeal.subject, appeal.lodged_at)
    papers: dict[UUID, list[Paper]] = {}
    for paper in papers_of(appeal, address):
        papers.setdefault(paper.of, []).append(paper)
    statements = appeal.statements.select_related("body").order_by("written_at", "pk")
    return {
        "appeal": appeal,
        "ground": grounds.get(appeal.ground, appeal.ground),
        "against": title,
        "decision": parts,
        "papers": papers.get(appeal.pk, []),
        "decision_papers": papers.get(appeal.subject_id, []),
        "statements": [(one, papers.get(one.pk, [])) for one in statements],
        "notes": list(appeal.notes.order_by("written_at", "pk")),
        "seats": appeal.sitting,
        "published": PublishedDecision.objects.filter(appeal=appeal).first() if appeal.decided_at else None,
        "draws": list(appeal.draws.select_related("checkpoint").order_by("number")),
    }


def events_of(appeal: Appeal, actor: Actor, *, own: bool) -> list[Any]:
    """Its timeline, as far as the actor may see it: the partner's own, or what panels see."""
    return timeline(appeal.pk, tiers=tiers_for(actor, own=own, assigned=not own), viewer=actor, limit=50)


@require_safe
@for_roles("applicant")
def appeals(request: PortalRequest) -> HttpResponse:
    """Decisions against the institution: whether, on what grounds and until when an appeal is open, and appeals."""
    actor: Actor = request.actor
    rows = Appeal.objects.select_related("case", "hold", "application", "grant_request")
    own = access.own(rows, actor).order_by("-lodged_at")[:100]
    return render(request, "audits/appeals.html", {"decisions": appealable(actor.body_id), "appeals": list(own)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def appeal_case(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Lodge an appeal against a decision of enforcement."""
    found = access.get_own_case(actor=request.actor, pk=pk)
    return _lodge(request, found, found.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def appeal_hold(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Lodge an appeal against a hold."""
    found = get_own_hold(actor=request.actor, pk=pk)
    return _lodge(request, found, "")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def appeal_application(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Lodge an appeal against the refusal of an application."""
    found = get_own_refusal(actor=request.actor, pk=pk)
    return _lodge(request, found, reverse("partners:application", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def appeal_grant_request(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Lodge an appeal against what was refused or narrowed in the decision on a grant request."""
    found = get_own_decided_request(actor=request.actor, pk=pk)
    return _lodge(request, found, reverse("grants:request", args=[pk]))


def _lodge(request: PortalRequest, against: Subject, back: str) -> HttpResponse:
    window = window_of(against)
    book = rules(against.rulebook).appeal
    grounds = [(item.key, item.label) for item in book.grounds if item.key in window.rule.grounds]
    can_be_stayed = kind_of(against) in Appeal.STAYED

    def bind(data: Any, files: Any) -> LodgeForm:
        options = papers_for(against, request.actor)
        return LodgeForm(data, files, grounds=grounds, can_be_stayed=can_be_stayed, **options)

    form: Form = bind(request.POST, request.FILES) if request.method == "POST" else bind(None, None)
    if request.method == "POST" and window.verdict:
        form = received(request, form, bind, institution=against.institution, about=against.pk)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("ground", "statement", "stay_asked") if name in form.fields}
        try:
            appeal = lodge_appeal(against=against, by=request.actor, documents=ids(form.cleaned_data), **said)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("Appeal lodged. People without a part in the decision will look at it."))
            return redirect(appeal.get_absolute_url())
    context = {"against": against, "window": window, "form": form, "book": book, "back": back, "stays": can_be_stayed}
    context["scanned"] = scanning.is_configured()
    return render(request, "audits/appeal_lodge.html", context)


@require_safe
@signed_in
def appeal(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One appeal of the institution: where it stands."""
    actor: Actor = request.actor
    found = access.get_own_appeal(actor=actor, pk=pk)
    actions = actions_for(found, actor, deed_addresses("appeal", pk))
    address = partial(address_of, "appeal", pk)
    context = {**shown(found, address), "events": events_of(found, actor, own=True), "actions": actions}
    return render(request, "audits/appeal.html", context)


@require_safe
@signed_in
def appeal_document(request: PortalRequest, pk: UUID, document: UUID) -> HttpResponse:
    """A document that either side sent in an appeal of the institution."""
    return handed_out(access.get_own_appeal(actor=request.actor, pk=pk), document)
