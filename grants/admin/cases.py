"""Grant requests at the desk: the queue, the case, and a page for each deed."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_request, requests_for
from grants.actions import review as deeds
from grants.actions.signature import refuse_to_sign, sign_request, signing_verdict
from grants.admin.pages import Crumbs, ask, confirmation, desk_url, page, wanted
from grants.forms import desk as forms_
from grants.forms.fields import ReasonForm
from grants.models import GrantRequest
from grants.queries.request import RequestCase, case_of
from grants.queries.shown import shown_lines
from grants.states import GRANT_REQUEST, IN_HAND
from grants.views.request import steps_of
from partners.queries.timeline import tiers_for, timeline
from partners.rules import may_review, no_conflict
from portal.accounts.models import User
from portal.accounts.queries.people import members_with
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Verdict, first_refusal
from portal.desk import DeskAdmin
from portal.ui import tags
from portal.ui.paging import BoundedPaginator
from portal.ui.panel import actions_for
from portal.workflow import can, deed

ROLES = frozenset({"case_officer", "reviewer", "signatory"})


class StateFilter(admin.SimpleListFilter):
    """By state; drafts belong to the institution alone."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [choice for choice in GRANT_REQUEST.choices if choice[0] != "draft"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class GrantRequestAdmin(DeskAdmin):
    """Officers see their authority's requests, reviewers those assigned to them, signatories what they may sign."""

    roles_view: ClassVar[frozenset[str]] = ROLES
    list_display = ("case", "institution_name", "state_tag", "kind", "lines", "submitted_at")
    list_display_links = None
    list_filter = (StateFilter, "kind", "risk_tier")
    search_fields = ("reference", "title", "institution__organisation__name")
    search_help_text = gettext_lazy("Reference, title or name of the institution")
    ordering = ("-submitted_at", "-pk")
    paginator = BoundedPaginator

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return requests_for(actor).annotate(line_count=Count("lines"))

    @admin.display(description=gettext_lazy("Case"), ordering="reference")
    def case(self, row: GrantRequest) -> SafeString:
        url = desk_url("grantrequest", "change", row.pk)
        return format_html('<a href="{}">{}</a>', url, row.reference)

    @admin.display(description=gettext_lazy("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: GrantRequest) -> str:
        return row.institution.name

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def state_tag(self, row: GrantRequest) -> SafeString:
        return tags.tag_of(row)

    @admin.display(description=gettext_lazy("Lines"))
    def lines(self, row: Any) -> int:
        return int(row.line_count)

    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return case_page(request, object_id)

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        own = [
            path(f"<uuid:pk>/{verb}/", wrap(view), name=f"grants_grantrequest_{verb.replace('-', '_')}")
            for verb, view in PAGES.items()
        ]
        review = path("<uuid:pk>/lines/<uuid:line>/", wrap(review_page), name="grants_grantrequest_line")
        return [*own, review, *super().get_urls()]


def _actor(request: PortalRequest) -> Actor:
    return request.actor


def _crumbs(found: GrantRequest) -> Crumbs:
    return [
        (_("Grant requests"), desk_url("grantrequest", "changelist")),
        (found.reference, desk_url("grantrequest", "change", found.pk)),
    ]


def _open(request: PortalRequest, pk: object) -> RequestCase:
    try:
        key = UUID(str(pk))
    except ValueError as error:
        raise Http404("No such case.") from error
    return case_of(get_request(actor=_actor(request), pk=key))


def _must_declare(case: RequestCase, actor: Actor) -> bool:
    """Whether the person has to declare their interests before the case opens."""
    return case.request.state in IN_HAND and actor.user_id not in case.hands.clear | case.hands.authors


def _to_declaration(request: PortalRequest, case: RequestCase) -> HttpResponse:
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{desk_url('grantrequest', 'declare', case.request.pk)}?{query}")


@require_safe
def case_page(request: PortalRequest, pk: str) -> HttpResponse:
    """One case: lines with reviews and answers, people, questions, signatures, what happened."""
    actor, case = _actor(request), _open(request, pk)
    if _must_declare(case, actor):
        return _to_declaration(request, case)
    found = case.request
    people = {user.pk: user for user in User.objects.filter(pk__in=case.hands.assigned | case.hands.assessors)}
    context = {
        "title": found.reference,
        "request_": found,
        "case": case,
        "lines": shown_lines(case.lines, case.rules),
        "steps": steps_of(found),
        "actions": _actions(case, actor),
        "reviewers": [people[pk] for pk in sorted(case.hands.assigned | case.hands.assessors) if pk in people],
        "may_review": found.state == "under_review" and bool(may_review(case.hands, actor)),
        "quorum": case.quorum_state,
        "signatures": [(row, row.digest == found.digest) for row in case.signatures],
        "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
        "crumbs": _crumbs(found)[:1],
        "grant": getattr(found, "grant", None) if found.state == "granted" else None,
    }
    return page(request, "admin/grants/case.html", context)


VERBS = {
    "take_up": "take-up",
    "assign": "assign",
    "ask": "ask",
    "send_to_provider": "send-to-providers",
    "return_to_review": "return-to-review",
    "send_to_signatories": "send-to-signatories",
    "sign": "sign",
}
"""Verb → the end of its page's address, in the order of the actions."""


def _actions(case: RequestCase, actor: Actor) -> list[dict[str, Any]]:
    found = case.request
    urls = {
        verb: desk_url("grantrequest", ending.replace("-", "_"), found.pk)
        for verb, ending in VERBS.items()
        if verb != "ask" or actor.has("case_officer") or actor.user_id in case.hands.assigned
    }
    items = actions_for(found, actor, urls, primary=["take_up", "send_to_provider", "send_to_signatories", "sign"])
    if found.state == "awaiting_signatures" and actor.has("signatory"):
        verdict = signing_verdict(case, actor)
        for item in items:
            if item["url"] == urls["sign"] and not verdict:
                item["reason"] = verdict.reason
    return items


def _deed(request: PortalRequest, pk: UUID, verb: str, make: Any) -> HttpResponse:
    """The page of a deed on a case, after the declaration. `make(case, actor)` gives the arguments of `ask`."""
    actor, case = _actor(request), _open(request, pk)
    if _must_declare(case, actor):
        return _to_declaration(request, case)
    form, act, words = make(case, actor)
    found = case.request
    allowed: Verdict = first_refusal(
        can(found, verb, actor), words.pop("further", lambda: no_conflict(case.hands, actor))
    )
    back = desk_url("grantrequest", "change", found.pk)
    return ask(request, form, act, allowed=allowed, back=back, crumbs=_crumbs(found), **words)


@require_http_methods(["GET", "HEAD", "POST"])
def declare_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The one page of a case that opens before the declaration."""
    actor = _actor(request)
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
        crumbs=_crumbs(found)[:1],
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
            "quorum": case.quorum_state,
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
    "send-to-signatories": send_to_signatories_page,
    "sign": sign_page,
}
"""Every deed's page, by the end of its address."""
