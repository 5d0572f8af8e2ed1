"""Asking by hand what a gateway would ask: the test console, and why the answer is as it is. Asking records nothing."""

from __future__ import annotations

import functools
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import is_partner, is_provider
from grants.forms.question import PartnerQuestionForm, ProviderQuestionForm
from grants.queries.decision import decide
from grants.queries.why import environments_to_ask_about, people_to_ask_about, releases_to_ask_about, told_why
from grants.rules.answer import answer_of, request_of
from grants.rules.decision import Question
from grants.views.guards import partner_staff
from portal.accounts.guards import View, for_roles
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused
from portal.rulebook.queries import rules

HISTORY = "access_console"
MOST_KEPT = 10
"""Questions that a session remembers."""


def partner_or_provider(view: View) -> View:
    """Decorator: people of an institution or of a provider who see its grants."""

    @functools.wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (is_partner(request.actor) or is_provider(request.actor)):
            reason = _("This page is for people of an institution or of a provider.")
            raise Refused(refused(reason, code="wrong_body", rule="roles"))
        return view(request, *args, **kwargs)

    return for_roles("applicant", "administrator", "representative", "provider_staff")(guarded)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_or_provider
def console(request: PortalRequest) -> HttpResponse:
    """Ask, and see request and response as the gateway would. The session remembers the last questions."""
    kept: list[dict[str, Any]] = request.session.get(HISTORY, [])
    body = str(request.actor.body_id)
    mine = [entry for entry in kept if entry["body"] == body]
    form = _form(request, request.POST or None, _again(request, mine))
    shown: dict[str, Any] = {"form": form, "is_partner": is_partner(request.actor)}
    if request.method == "POST" and form.is_valid():
        question = _question(request, form)
        decision = decide(question)
        response = answer_of(decision)
        entry: dict[str, Any] = {
            "body": body,
            "at": clock.now().isoformat(),
            "data": {name: value for name, value in form.data.items() if name in form.fields},
            "asked": f"{question.subject_type} · {question.use_case} · {question.release}",
            "permitted": decision.permitted,
            "code": decision.code,
        }
        mine = [entry, *mine][:MOST_KEPT]
        request.session[HISTORY] = [*mine, *(other for other in kept if other["body"] != body)][: 2 * MOST_KEPT]
        shown |= {"decision": decision, "sent": _pretty(request_of(question)), "got": _pretty(response)}
        shown["why"] = urlencode(entry["data"]) if is_partner(request.actor) else ""
    shown["history"] = [{**entry, "number": number} for number, entry in enumerate(mine)]
    return render(request, "grants/console.html", shown)


def _again(request: PortalRequest, history: list[dict[str, Any]]) -> dict[str, Any]:
    """What an earlier question said, to ask it again."""
    numbered = {str(number): entry["data"] for number, entry in enumerate(history)}
    return numbered.get(request.GET.get("again", ""), {})


@require_safe
@partner_staff
def why(request: PortalRequest) -> HttpResponse:
    """Each conjunct of an access of the institution: passed, failed or not looked at, and what would change it."""
    form = _form(request, request.GET if "release" in request.GET else None, {})
    shown: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        shown["decision"], shown["steps"] = told_why(_question(request, form))
    return render(request, "grants/why.html", shown)


def _form(request: PortalRequest, data: Any, initial: dict[str, Any]) -> ProviderQuestionForm | PartnerQuestionForm:
    if is_provider(request.actor):
        return ProviderQuestionForm(data, book=rules(), initial=initial)
    institution = request.actor.organisation_id
    environments, people = environments_to_ask_about(institution), people_to_ask_about(institution)
    return PartnerQuestionForm(
        data,
        book=rules(),
        initial=initial,
        releases=releases_to_ask_about(institution),
        environments=[(each.key, each.name) for each in environments],
        subjects=[
            (f"partner:{institution}", _("The institution")),
            *((f"person:{person.user_id or person.email}", person.name) for person in people),
            *((f"workload:{each.pk}", _("Workload in %(name)s") % {"name": each.name}) for each in environments),
        ],
    )


def _question(request: PortalRequest, form: ProviderQuestionForm | PartnerQuestionForm) -> Question:
    if isinstance(form, ProviderQuestionForm):
        return form.question(request.actor.organisation_id)
    return form.question()


def _pretty(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
