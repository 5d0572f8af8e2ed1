"""A page at the desk for each deed on a grant request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grants.access import get_request
from grants.actions import review as deeds
from grants.actions.deadline import extend_consent
from grants.actions.signature import refuse_to_sign, sign_request, signing_verdict
from grants.admin.case import crumbs, must_declare, open_case, to_declaration
from grants.admin.pages import ask, confirmation, desk_url, wanted
from grants.forms import desk as forms_
from grants.forms.fields import ReasonForm
from grants.queries.comparison import reading
from grants.queries.request import RequestCase
from grants.queries.shown import shown_lines
from partners.admin.confirm import confirming
from partners.rules.hands import may_review, no_conflict
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Verdict, first_refusal
from portal.workflow import can, deed


def _deed(request: PortalRequest, pk: UUID, verb: str, make: Any) -> HttpResponse:
    """The page of a deed on a case, after the declaration. `make(case, actor)` gives the arguments of `ask`."""
    actor, case = request.actor, open_case(request, pk)
    if must_declare(case, actor):
        return to_declaration(request, case)
    form, act, words = make(case, actor)
    found = case.request
    allowed: Verdict = first_refusal(
        can(found, verb, actor), words.pop("further", lambda: no_conflict(case.hands, actor))
    )
    back = desk_url("grantrequest", "change", found.pk)
    return ask(request, form, act, allowed=allowed, back=back, crumbs=crumbs(found), **words)


@require_http_methods(["GET", "HEAD", "POST"])
def declare_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The one page of a case that opens before the declaration."""
    actor = request.actor
    found = get_request(actor=actor, pk=pk)

    def act(data: dict[str, Any]) -> None:
        conflict = data["conflict"] == forms_.CONFLICT
        deeds.declare_interests(request=found, conflict=conflict, explanation=data["explanation"], by=actor)

    closed = request.POST.get("conflict") == forms_.CONFLICT
    change, queue = desk_url("grantrequest", "change", found.pk), desk_url("grantrequest", "changelist")
    return ask(
        request,
        forms_.DeclareForm(request.POST or None),
        act,
        allowed=can(found, "declare", actor),
        title=_("Before you open this case"),
        lead=_("%(reference)s of %(name)s") % {"reference": found.reference, "name": found.institution.name},
        button=_("Declare"),
        done=_("Thank you. The case is closed to you.") if closed else _("Thank you. The case is open to you."),
        back=queue,
        then=queue if closed else wanted(request, change),
        crumbs=crumbs(found)[:1],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def take_up_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take the case, and choose its first reviewer."""

    def make(case: RequestCase, actor: Actor) -> Any:
        form = forms_.AssignForm(request.POST or None, reviewers=_reviewers(case, actor))

        def act(data: dict[str, Any]) -> None:
            with deed():
                deeds.take_up_request(request=case.request, by=actor)
                deeds.assign_reviewer(request=case.request, reviewer=data["reviewer"], by=actor)

        words = {"title": _("Take up the case"), "button": _("Take up and assign"), "done": _("You run the case.")}
        return form, act, words

    return _deed(request, pk, "take_up", make)


def _reviewers(case: RequestCase, actor: Actor) -> QuerySet[User]:
    hands = case.hands
    barred = hands.assigned | hands.authors | hands.screeners | hands.conflicted | {actor.person_id}
    return members_with("reviewer", case.request.authority_id).exclude(pk__in=barred).order_by("name")


@require_http_methods(["GET", "HEAD", "POST"])
def assign_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Assign another reviewer."""

    def make(case: RequestCase, actor: Actor) -> Any:
        form = forms_.AssignForm(request.POST or None, reviewers=_reviewers(case, actor))
        words = {"title": _("Assign a reviewer"), "button": _("Assign"), "done": _("Assigned. They have been told.")}
        return form, lambda data: deeds.assign_reviewer(request=case.request, by=actor, **data), words

    return _deed(request, pk, "assign", make)


@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask the institution."""

    def make(case: RequestCase, actor: Actor) -> Any:
        words = {
            "title": _("Ask the partner"),
            "button": _("Send the question"),
            "done": _("The question is sent. The case waits for the answer."),
        }
        form = forms_.AskForm(request.POST or None)
        return form, lambda data: deeds.ask_partner(request=case.request, by=actor, **data), words

    return _deed(request, pk, "ask", make)


@require_http_methods(["GET", "HEAD", "POST"])
def send_to_providers_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Put the reviewed lines before their providers."""

    def make(case: RequestCase, actor: Actor) -> Any:
        days = case.rules.consent.deadline_working_days
        words = {
            "title": _("Send to the providers"),
            "lead": _("Each provider sees its own lines, and has %(days)s working days to answer.") % {"days": days},
            "button": _("Send to the providers"),
            "done": _("Sent. The providers have been told."),
        }
        return confirmation(request), lambda data: deeds.send_to_providers(request=case.request, by=actor), words

    return _deed(request, pk, "send_to_provider", make)


@require_http_methods(["GET", "HEAD", "POST"])
def return_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take the case back from the providers."""

    def make(case: RequestCase, actor: Actor) -> Any:
        words = {
            "title": _("Take back into review"),
            "button": _("Take back"),
            "done": _("The case is in review again."),
        }
        form = ReasonForm(request.POST or None)
        return form, lambda data: deeds.return_to_review(request=case.request, by=actor, **data), words

    return _deed(request, pk, "return_to_review", make)


@require_http_methods(["GET", "HEAD", "POST"])
def extend_consent_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Give the providers more time."""

    def make(case: RequestCase, actor: Actor) -> Any:
        days = case.rules.consent.deadline_working_days
        words = {
            "title": _("Give the providers more time"),
            "lead": _("Lines that have their answer keep it. Silence is never consent."),
            "button": _("Give more time"),
            "done": _("The providers have been told."),
        }
        form = forms_.ExtendForm(request.POST or None, initial={"working_days": days})
        return form, lambda data: extend_consent(request=case.request, by=actor, **data), words

    return _deed(request, pk, "extend_consent", make)


@require_http_methods(["GET", "HEAD", "POST"])
def send_to_signatories_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Put the case before the signatories."""

    def make(case: RequestCase, actor: Actor) -> Any:
        words = {
            "title": _("Send to the signatories"),
            "lead": _(
                "They sign every line's terms as they stand now. Lines without a provider's answer are not granted."
            ),
            "button": _("Send to the signatories"),
            "done": _("Sent. The signatories of all authorities have been told."),
        }
        return confirmation(request), lambda data: deeds.send_to_signatories(request=case.request, by=actor), words

    return _deed(request, pk, "send_to_signatories", make)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Read what is decided, then sign or refuse."""

    def make(case: RequestCase, actor: Actor) -> Any:
        found = case.request

        def act(data: dict[str, Any]) -> None:
            if data["decision"] == "sign":
                sign_request(request=found, seen=data["seen"], note=data["reason"], by=actor)
            else:
                refuse_to_sign(request=found, seen=data["seen"], reason=data["reason"], by=actor)

        words = {
            "title": _("Read and decide"),
            "button": _("Record my decision"),
            "done": _("Your decision is recorded."),
            "template": "admin/grants/sign.html",
            "further": lambda: signing_verdict(case, actor),
            "request_": found,
            "case": case,
            "lines": shown_lines(case.lines, case.rules),
            **reading(case),
            "quorum": case.quorum_state,
            **confirming(request),
        }
        return forms_.SignForm(request.POST or None, initial={"seen": found.digest}), act, words

    return _deed(request, pk, "sign", make)


@require_http_methods(["GET", "HEAD", "POST"])
def review_page(request: PortalRequest, pk: UUID, line: UUID) -> HttpResponse:
    """Review one line."""

    def make(case: RequestCase, actor: Actor) -> Any:
        item = next((found for found in case.lines if found.line.pk == line), None)
        if item is None:
            raise Http404("No such line.")
        form = forms_.ReviewForm(request.POST or None, book=case.rules, line=item.line)
        words = {
            "title": _("Review line %(number)s") % {"number": item.line.number},
            "button": _("Record the review"),
            "done": _("Line %(number)s is reviewed.") % {"number": item.line.number},
            "template": "admin/grants/review.html",
            "further": lambda: may_review(case.hands, actor),
            "request_": case.request,
            "lines": shown_lines([item], case.rules),
            **reading(case),
            "line": item.line,
        }
        return form, lambda data: deeds.review_line(line=item.line, by=actor, **data), words

    return _deed(request, pk, "review_line", make)


PAGES: dict[str, Any] = {
    "declare": declare_page,
    "take-up": take_up_page,
    "assign": assign_page,
    "ask": ask_page,
    "send-to-providers": send_to_providers_page,
    "return-to-review": return_page,
    "extend-consent": extend_consent_page,
    "send-to-signatories": send_to_signatories_page,
    "sign": sign_page,
}
"""Every deed's page, by the end of its address."""
