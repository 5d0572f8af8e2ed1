"""The pages of the deeds: each asks, calls its one action, and says what happened or why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from partners import presence
from partners.access import get_case
from partners.actions import case as case_deeds
from partners.actions import query as query_deeds
from partners.actions import referee as referee_deeds
from partners.actions import review as review_deeds
from partners.actions import signature as signature_deeds
from partners.admin.actions import desk_url, sections_to_ask
from partners.admin.case import section_rows
from partners.admin.confirm import confirming
from partners.admin.hints import about_people
from partners.admin.pages import DeclareFirst, open_case, page, to_declaration
from partners.forms import desk as forms_
from partners.forms.referee import AskOutsideForm
from partners.models import Application, Query
from partners.queries.application import read_sections
from partners.queries.case import Case
from partners.queries.referee import referees_of
from partners.queries.verdicts import further_verdict
from partners.queries.workload import workload
from partners.rules.hands import may_screen
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, Text, first_refusal, require
from portal.ui.forms import refuse

Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Deed:
    """A deed's page. `form` makes its form, `act` calls the action, `shows` adds what the template needs."""

    verb: str
    title: Text
    button: Text
    done: Text
    form: Callable[[Case, Any], forms.Form]
    act: Callable[[Case, dict[str, Any], Actor], object]
    shows: Callable[[Case, Actor], dict[str, Any]] = lambda case, actor: {}
    template: str = "admin/partners/deed.html"
    lead: Text = ""
    dangerous: bool = False
    binding: bool = False
    """Whether it is a signature, for which one confirms just before who one is."""


def deed_page(deed: Deed) -> Page:
    """The view of a deed."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: PortalRequest, pk: UUID) -> HttpResponse:
        try:
            case = open_case(request, pk)
        except DeclareFirst as first:
            return to_declaration(request, first.application)
        return ask(request, case, deed)

    return view


def ask(request: PortalRequest, case: Case, deed: Deed, **more: Any) -> HttpResponse:
    """Show the form, or do the deed and go back to the case."""
    actor: Actor = request.actor
    application = case.application
    verdict = first_refusal(
        application.TABLE.verdict(deed.verb, application, actor), lambda: further_verdict(deed.verb, case, actor)
    )
    if not verdict:
        raise Refused(verdict)
    form = deed.form(case, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            deed.act(case, {**form.cleaned_data, **more}, actor)
        except Refused as error:
            refuse(form, error.verdict)
            status = 409 if isinstance(error, Conflict) else 200
        else:
            messages.success(request, str(deed.done))
            return redirect(_back(request) or desk_url("change", application.pk))
    context = {
        "title": deed.title,
        "application": application,
        "case": case,
        "deed": deed,
        "form": form,
        **deed.shows(case, actor),
        **(confirming(request) if deed.binding else {}),
        **more,
    }
    return page(request, deed.template, context, status=status)


def _back(request: PortalRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def _suggestion(case: Case, actor: Actor) -> dict[str, Any]:
    labels = dict(Application.Tier.choices)
    return {"suggestion": case.suggested, "suggested_label": labels[case.suggested.tier]}


def _tier_form(case: Case, data: Any) -> forms.Form:
    start = case.application.tier or case.suggested.tier
    return forms_.TierForm(data, rules=case.rules, initial={"tier": start})


def _reviewers(case: Case, actor: Actor) -> dict[str, Any]:
    return {
        "reviewers": list(User.objects.filter(pk__in=case.hands.assigned).order_by("name")),
        "hints": about_people(case.application, list(_possible(case)), case.revision),
        "loads": workload(case.application.authority_id),
    }


def _reviewer_form(case: Case, data: Any) -> forms.Form:
    return forms_.ReviewerForm(data, people=_possible(case))


def _possible(case: Case) -> QuerySet[User]:
    """Reviewers who may still be assigned."""
    hands = case.hands
    barred = hands.assigned | hands.authors | hands.screeners | hands.conflicted
    return members_with("reviewer", case.application.authority_id).exclude(pk__in=barred).order_by("name")


def _sections(case: Case, actor: Actor) -> dict[str, Any]:
    return {"section_rows": section_rows(case, actor)}


def _dossier(case: Case, actor: Actor) -> dict[str, Any]:
    start, until = case.validity()
    return {
        "section_rows": section_rows(case, actor),
        "sections": read_sections(case.application, case.revision.answers) if case.revision else [],
        "recommendations": case.current_recommendations,
        "quorum": case.quorum_state,
        "valid_from": start,
        "valid_until": until,
        "digest": case.dossier_digest,
    }


DEEDS = {
    "screen": Deed(
        "screen",
        gettext_lazy("Screen the application"),
        gettext_lazy("Accept for review with this tier"),
        gettext_lazy("Screened. Next: assign a reviewer."),
        _tier_form,
        lambda case, data, actor: case_deeds.screen_application(application=case.application, by=actor, **data),
        _suggestion,
        "admin/partners/deed_tier.html",
        gettext_lazy("Is it complete, and may the institution apply at all? Then set the tier."),
    ),
    "tier": Deed(
        "set_tier",
        gettext_lazy("Change the tier"),
        gettext_lazy("Set this tier"),
        gettext_lazy("The tier is changed."),
        _tier_form,
        lambda case, data, actor: case_deeds.set_tier(application=case.application, by=actor, **data),
        _suggestion,
        "admin/partners/deed_tier.html",
    ),
    "reviewers": Deed(
        "assign",
        gettext_lazy("Assign a reviewer"),
        gettext_lazy("Assign"),
        gettext_lazy("Assigned. They have been told."),
        _reviewer_form,
        lambda case, data, actor: case_deeds.assign_reviewer(application=case.application, by=actor, **data),
        _reviewers,
        "admin/partners/deed_reviewers.html",
    ),
    "ask": Deed(
        "ask",
        gettext_lazy("Ask the institution"),
        gettext_lazy("Send the question"),
        gettext_lazy("The question is sent. The clock stands still until it is answered."),
        lambda case, data: forms_.AskForm(data, sections=sections_to_ask(case)),
        lambda case, data, actor: query_deeds.ask_question(application=case.application, by=actor, **data),
    ),
    "outside": Deed(
        "ask_outside",
        gettext_lazy("Ask an independent assessor"),
        gettext_lazy("Send the link"),
        gettext_lazy("Sent. They have three weeks to answer, and are reminded once."),
        lambda case, data: AskOutsideForm(data),
        lambda case, data, actor: referee_deeds.ask_referee(application=case.application, by=actor, **data),
        lead=gettext_lazy("They get a link by e-mail and need no account. The institution does not see the answer."),
    ),
    "recommend": Deed(
        "recommend",
        gettext_lazy("Recommend"),
        gettext_lazy("File the recommendation"),
        gettext_lazy("Your recommendation is filed."),
        lambda case, data: forms_.RecommendForm(data),
        lambda case, data, actor: review_deeds.recommend_decision(application=case.application, by=actor, **data),
        _sections,
        "admin/partners/deed_recommend.html",
    ),
    "send": Deed(
        "send_to_signatories",
        gettext_lazy("Send to the signatories"),
        gettext_lazy("Send to the signatories"),
        gettext_lazy("Sent. The signatories of all authorities have been told."),
        lambda case, data: forms_.ConfirmForm(data),
        lambda case, data, actor: case_deeds.send_to_signatories(application=case.application, by=actor),
        _dossier,
        "admin/partners/deed_send.html",
    ),
    "return": Deed(
        "return_to_review",
        gettext_lazy("Take back for review"),
        gettext_lazy("Take back, and void the signatures"),
        gettext_lazy("The case is back in review."),
        lambda case, data: forms_.ReasonForm(data),
        lambda case, data, actor: case_deeds.return_to_review(application=case.application, by=actor, **data),
        lead=gettext_lazy("Signatures given so far no longer count. Their rows stay."),
        dangerous=True,
    ),
    "sign": Deed(
        "sign",
        gettext_lazy("Read and sign"),
        gettext_lazy("Sign"),
        gettext_lazy("Signed."),
        lambda case, data: forms_.SignForm(data, initial={"seen": case.dossier_digest}),
        lambda case, data, actor: signature_deeds.sign_application(
            application=case.application, seen=data["seen"], note=data["note"], by=actor
        ),
        _dossier,
        "admin/partners/deed_sign.html",
        binding=True,
    ),
    "refuse": Deed(
        "refuse",
        gettext_lazy("Refuse"),
        gettext_lazy("Refuse, and decline the application"),
        gettext_lazy("Refused. The application is declined, and the institution has its letter."),
        lambda case, data: forms_.RefuseForm(data, rules=case.rules, initial={"seen": case.dossier_digest}),
        lambda case, data, actor: signature_deeds.refuse_application(application=case.application, by=actor, **data),
        _dossier,
        "admin/partners/deed_sign.html",
        gettext_lazy("One refusal declines the application. The institution can appeal."),
        dangerous=True,
        binding=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Asking: before signing it is a deed of its own."""
    from dataclasses import replace

    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    deed = DEEDS["ask"]
    if case.application.state == "awaiting_signatures":
        deed = replace(deed, verb="ask_before_signing")
    return ask(request, case, deed)


@require_http_methods(["GET", "HEAD", "POST"])
def declare_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The one page of a case that opens before the declaration."""
    actor: Actor = request.actor
    application, hands = get_case(actor=actor, pk=pk, declared=False)
    verdict = application.TABLE.verdict("declare", application, actor)
    if not verdict:
        raise Refused(verdict)
    form = forms_.ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conflict = form.cleaned_data["conflict"] == "yes"
        try:
            case_deeds.declare_conflict(
                application=application, conflict=conflict, detail=form.cleaned_data["detail"], by=actor
            )
        except Refused as error:
            refuse(form, error.verdict)
        else:
            if conflict:
                presence.leave(application.pk, actor.person_id)
                messages.success(
                    request, _("Thank you. The case is closed to you, and the case officer has been told.")
                )
                return redirect(desk_url("changelist"))
            return redirect(_back(request) or desk_url("change", application.pk))
    context = {
        "title": _("Before you open this case"),
        "application": application,
        "form": form,
        "hints": about_people(application, [actor.user]),
        "cleared": actor.user_id in hands.clear,
    }
    return page(request, "admin/partners/deed_declare.html", context)


@require_http_methods(["GET", "HEAD"])
def assess_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The sections to assess; each has a page of its own. Leads to the first that waits."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    actor: Actor = request.actor
    rows = section_rows(case, actor)
    waiting = next((row for row in rows if row.mine is None or not case.is_current(row.mine)), None)
    first_row = waiting or (rows[0] if rows else None)
    return redirect(first_row.url if first_row else desk_url("change", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def assess_section_page(request: PortalRequest, pk: UUID, section: str) -> HttpResponse:
    """Read a section and assess it."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    actor: Actor = request.actor
    rows = section_rows(case, actor)
    here = next((row for row in rows if row.key == section), None)
    if here is None:
        raise Http404("No such section.")
    following = next(
        (row for row in rows[rows.index(here) + 1 :] if row.mine is None or not case.is_current(row.mine)), None
    )
    initial = {"outcome": here.mine.outcome, "note": here.mine.note} if here.mine else {}
    deed = Deed(
        "assess",
        here.title,
        _("Save the assessment and go on") if following else _("Save the assessment"),
        _("“%(title)s” is assessed.") % {"title": here.title},
        lambda case, data: forms_.AssessForm(data, initial=initial),
        lambda case, data, actor: review_deeds.assess_section(
            application=case.application, section=section, outcome=data["outcome"], note=data["note"], by=actor
        ),
        template="admin/partners/deed_assess.html",
    )
    sections = read_sections(case.application, case.revision.answers) if case.revision else []
    response = ask(
        request,
        case,
        deed,
        here=here,
        section_rows=rows,
        read=next((item for item in sections if item.key == section), None),
        queries=[query for query in case.queries if query.section == section],
    )
    if response.status_code == 302 and following:
        return redirect(following.url)
    return response


@require_POST
def unassign(request: PortalRequest, pk: UUID, user_pk: UUID) -> HttpResponse:
    """Take a reviewer off the case."""
    actor: Actor = request.actor
    application, _hands = get_case(actor=actor, pk=pk)
    reviewer = User.objects.filter(pk=user_pk).first()
    if reviewer is None:
        raise Http404("No such person.")
    case_deeds.unassign_reviewer(application=application, reviewer=reviewer, by=actor)
    messages.success(request, _("%(name)s is taken off the case.") % {"name": reviewer})
    return redirect(desk_url("reviewers", pk))


@require_POST
def question(request: PortalRequest, pk: UUID, query_pk: UUID, verb: str) -> HttpResponse:
    """Close or withdraw a question."""
    actor: Actor = request.actor
    application, _hands = get_case(actor=actor, pk=pk)
    query = Query.objects.filter(pk=query_pk, application=application).first()
    deeds = {"close": query_deeds.close_question, "withdraw": query_deeds.withdraw_question}
    if query is None or verb not in deeds:
        raise Http404("No such question.")
    query.application = application
    deeds[verb](query=query, by=actor)
    messages.success(request, _("The question is closed.") if verb == "close" else _("The question is withdrawn."))
    return redirect(f"{desk_url('change', pk)}?tab=assessment")


@require_POST
def outsider(request: PortalRequest, pk: UUID, referee_pk: UUID, verb: str) -> HttpResponse:
    """Send somebody outside a new link, or take the question back."""
    actor: Actor = request.actor
    application, hands = get_case(actor=actor, pk=pk)
    referee = referees_of(application, actor.body_id).filter(pk=referee_pk).first()
    deeds = {"resend": referee_deeds.resend_referee, "withdraw": referee_deeds.withdraw_referee}
    if referee is None or verb not in deeds:
        raise Http404("Nobody outside was asked so.")
    require(may_screen(hands, actor))
    referee.application = application
    deeds[verb](referee=referee, by=actor)
    messages.success(
        request,
        _("A new link is sent. The one before no longer works.")
        if verb == "resend"
        else _("Taken back. The link no longer works."),
    )
    return redirect(f"{desk_url('change', pk)}?tab=people")


PAGES: dict[str, Page] = {
    **{name: deed_page(deed) for name, deed in DEEDS.items() if name != "ask"},
    "ask": ask_page,
    "declare": declare_page,
    "assess": assess_page,
}
"""Every deed that is asked for on a page of its own, by the end of its address."""

__all__ = ["PAGES", "assess_section_page", "outsider", "question", "unassign"]
