"""Pages of an institution: grant requests, line by line, up to sending them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_own_request, requests_for
from grants.actions.lines import verdict_on
from grants.actions.request import (
    Draft,
    answer_question,
    ask_to_sign,
    begin_request,
    describe_request,
    submission_verdict,
    submit_request,
    withdraw_request,
)
from grants.forms.fields import DeclarationsForm, ReasonForm, refuse_into
from grants.forms.request import AnswerForm, RequestForm
from grants.models import GrantRequest
from grants.queries.comparison import reading
from grants.queries.request import RequestCase, case_of
from grants.queries.shown import shown_lines
from grants.states import GRANT_REQUEST
from grants.views.guards import applicants
from partners.queries.institution import institution_of
from partners.queries.timeline import tiers_for, timeline
from partners.remedies import remedies_against
from partners.views.signing import signing_on
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.panel import actions_for
from portal.ui.tables import DayColumn, NumberColumn, StateColumn, Table
from portal.workflow import can

STEPS = (
    ("draft", _("Draft")),
    ("submitted", _("Submitted")),
    ("under_review", _("Review")),
    ("awaiting_provider", _("Providers")),
    ("awaiting_signatures", _("Signatures")),
    ("granted", _("Decision")),
)
STEP_OF = {"awaiting_partner": "under_review", "refused": "granted", "withdrawn": ""}


def steps_of(request: GrantRequest) -> list[dict[str, str]]:
    """Where a request stands, for `<c-steps>`."""
    now = STEP_OF.get(request.state, request.state)
    order = [key for key, _label in STEPS]
    at = order.index(now) if now in order else -1
    over = GRANT_REQUEST.state(request.state).final
    return [
        {"label": str(label), "state": "done" if place < at or (over and place <= at) else "now" if place == at else ""}
        for place, (_key, label) in enumerate(STEPS)
    ]


class RequestTable(Table):
    """Requests of one institution."""

    reference = tables.Column(verbose_name=_("Reference"))
    title = tables.Column(verbose_name=_("Title"))
    kind = tables.Column(verbose_name=_("Kind"))
    lines = NumberColumn(verbose_name=_("Lines"), accessor="line_count")
    state = StateColumn(verbose_name=_("State"))
    submitted_at = DayColumn(verbose_name=_("Submitted"))

    def render_reference(self, value: str, record: GrantRequest) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("grants:request", args=[record.pk]), value)

    def value_reference(self, value: str) -> str:
        return value


class RequestFilter(django_filters.FilterSet):
    """By state and kind."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=GRANT_REQUEST.choices, empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=GrantRequest.Kind.choices, empty_label=_("All"))

    class Meta:
        model = GrantRequest
        fields: ClassVar[list[str]] = ["state", "kind"]


class RequestList(ListView):
    """The institution's grant requests."""

    title = _("Grant requests")
    lead = _("What you asked for, line by line. What was granted is under Grants.")
    table_class = RequestTable
    filterset_class = RequestFilter
    search_fields = ("reference", "title")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {"reference": ("id",), "submitted_at": ("submitted_at",)}
    default_sort = "-reference"
    empty_title = _("No requests yet")
    empty_text = _(
        "Ask for the lines of access that your work needs. An authority and the models' providers decide on each."
    )
    empty_action = _("Start a request")
    empty_url = reverse_lazy("grants:request_new")

    def page_actions(self) -> list[dict[str, Any]]:
        return [{"label": _("Start a request"), "url": reverse("grants:request_new")}]

    def get_queryset(self) -> QuerySet[GrantRequest]:
        return requests_for(self.request.actor).annotate(line_count=Count("lines"))


@require_http_methods(["GET", "HEAD", "POST"])
@applicants
def request_new(request: PortalRequest) -> HttpResponse:
    """Start a request."""
    actor: Actor = request.actor
    institution = institution_of(actor.body_id)
    if institution is None:
        raise Refused(refused(_("Describe your institution first."), code="no_institution", rule="institution"))
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = begin_request(institution=institution, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            return redirect("grants:scope_builder", pk=begun.pk)
    return render(request, "grants/request_new.html", {"form": form})


@require_safe
@signed_in
def show(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The request: its lines, what was asked, where it stands, what happened."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    case = case_of(found)
    shown = {
        "request_": found,
        "case": case,
        "lines": shown_lines(case.lines, case.rules, decided=found.state in DECIDED, granted=found.state == "granted"),
        "actions": actions_for(found, actor, _urls(found, actor), primary=["submit", "ask_to_sign", "answer"]),
        **reading(case, decided=found.state in DECIDED),
        "steps": steps_of(found),
        "verdicts": _verdicts(found, case) if found.state == "draft" else {},
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=True), viewer=actor, nouns=["grant_request"]),
        "grant": getattr(found, "grant", None) if found.state == "granted" else None,
        "remedies": remedies_against(found, actor) if found.decided_at else [],
        "anew": found.followed_by.first() if found.set_aside_at else None,
        "editable": found.state == "draft" and bool(can(found, "edit", actor)),
    }
    return render(request, "grants/request.html", shown)


DECIDED = ("awaiting_signatures", "granted", "refused")
"""States in which the institution may know how each line was judged."""


def _urls(found: GrantRequest, actor: Actor) -> dict[str, str]:
    sending = "submit" if actor.has("representative") else "ask_to_sign"
    pages = {
        sending: "request_check",
        "answer": "request_answer",
        "edit": "request_describe",
        "withdraw": "request_withdraw",
    }
    return {verb: reverse(f"grants:{page}", args=[found.pk]) for verb, page in pages.items()}


def _verdicts(found: GrantRequest, case: RequestCase) -> dict[UUID, Any]:
    lines = [item.line for item in case.lines]
    pairs = zip(lines, verdict_on(found, lines, case.rules), strict=True)
    return {line.pk: verdict.reason for line, verdict in pairs if not verdict}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def describe(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change title and purpose of a draft."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    require(can(found, "edit", actor))
    form = RequestForm(request.POST or None, initial={"title": found.title, "purpose": found.purpose})
    if request.method == "POST" and form.is_valid():
        describe_request(request=found, by=actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("grants:request", pk=found.pk)
    return render(request, "grants/request_describe.html", {"form": form, "request_": found})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def check(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Check everything as it will be read, declare, and send."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    if request.method == "POST":
        require(can(found, "submit", actor))
    elif found.state != "draft":
        return redirect("grants:request", pk=found.pk)
    case = case_of(found)
    signing = signing_on(request, found.institution_id, rules())
    form = DeclarationsForm(
        request.POST or None,
        declarations=case.rules.declarations_on("grant_request"),
        initial={"capacity": signing.capacity},
    )
    if request.method == "POST" and form.is_valid():
        try:
            submit_request(request=found, declared=form.declared, capacity=form.cleaned_data["capacity"], by=actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(
                request, _("Your request %(reference)s is with the authority.") % {"reference": found.reference}
            )
            return redirect("grants:request", pk=found.pk)
    shown = {
        "form": form,
        "request_": found,
        "lines": shown_lines(case.lines, case.rules, decided=False),
        **reading(case, decided=False),
        "verdict": submission_verdict(found, Draft.of(case), case.rules),
        "signing": signing,
        "may_change": actor.has("applicant"),
    }
    return render(request, "grants/request_check.html", shown)


@require_POST
@signed_in
def ask(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask the authorised representatives to declare and send."""
    found = get_own_request(actor=request.actor, pk=pk)
    require(can(found, "ask_to_sign", request.actor))
    try:
        ask_to_sign(request=found, by=request.actor)
    except Refused as error:
        messages.error(request, str(error.verdict.reason))
    else:
        messages.success(request, _("Your authorised representatives have been asked. You hear when it is sent."))
    return redirect("grants:request_check", pk=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def answer(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Answer the authority's open question."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    require(can(found, "answer", actor))
    question = next(iter(case_of(found).open_questions), None)
    if question is None:
        raise Refused(refused(_("No question is open."), code="nothing_open", rule="grant_request.answer"))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_question(question=question, answer=form.cleaned_data["answer"], by=actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Your answer is with the authority."))
            return redirect("grants:request", pk=found.pk)
    return render(request, "grants/request_answer.html", {"form": form, "request_": found, "question": question})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take the request back, after a confirmation."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    require(can(found, "withdraw", actor))
    form = ReasonForm(request.POST or None, label=_("Why you withdraw it"), required=False)
    if request.method == "POST" and form.is_valid():
        withdraw_request(request=found, by=actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("The request is withdrawn."))
        return redirect("grants:request", pk=found.pk)
    return render(request, "grants/request_withdraw.html", {"form": form, "request_": found})
