"""The applicant's pages of an application: task list, check, send, answer, withdraw."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.access import get_own_application, own_institution
from partners.actions.application import ask_to_sign, submit_application, withdraw_application
from partners.forms.application import DeclarationForm, WithdrawForm
from partners.models import Application
from partners.queries.answers import answers_of
from partners.queries.application import letters_of, questions_of, read_sections, sent_answers, task_list
from partners.queries.institution import applications_of, live_qualification
from partners.queries.rulebook import rules_of
from partners.queries.sections import open_sections
from partners.queries.timeline import tiers_for, timeline
from partners.remedies import remedies_against
from partners.rules.application import Rights, rights_after_refusal
from partners.views.signing import signing_on
from partners.views.steps import steps_of
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.appeals import country_of
from portal.rulebook.queries import current_version
from portal.rulebook.queries import rules as rules_in_force
from portal.ui import narrowing
from portal.ui.forms import refuse
from portal.workflow import can

NEWEST = 12
"""Events on the page of an application; the timeline has all of them."""


@require_safe
@login_required
def applications(request: PortalRequest) -> HttpResponse:
    """The institution's applications and its status."""
    actor = request.actor
    institution = own_institution(actor)
    if institution is None:
        return redirect("partners:institution")
    rows, need = list(applications_of(institution.pk)[:100]), narrowing.asked(request)
    shown = rows if need is None else list(need.of(applications_of(institution.pk))[:100])
    context = {
        "institution": institution,
        "applications": shown,
        "started": bool(rows),
        "chips": narrowing.chips(request, need),
        "has_open": any(row.state in Application.TABLE.open_states for row in rows),
        "qualification": live_qualification(institution.pk),
    }
    return render(request, "partners/applications.html", context)


@require_safe
@login_required
def application(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The task list of a draft; once it was sent, where it stands."""
    actor = request.actor
    found = get_own_application(actor=actor, pk=pk)
    context = {
        "application": found,
        "steps": steps_of(found),
        "tasks": task_list(found),
        "may_write": actor.has("applicant"),
        "withdraw": can(found, "withdraw", actor),
    }
    if found.state == "draft":
        context["in_force"] = current_version()
        known = {item.key: str(item.label) for item in rules_of(found).qualification.circumstances}
        context["circumstances"] = [known.get(key, key) for key in found.circumstances]
        return render(request, "partners/application_draft.html", context)
    questions = questions_of(found)
    reasons = {item.key: item.label for item in rules_of(found).refusals.application}
    context |= {
        "questions": questions,
        "open_questions": [item for item in questions if item.state == "open"],
        "letters": letters_of(found),
        "reasons": [reasons.get(key, key) for key in found.refusal_reasons],
        "events": timeline(
            found.pk,
            tiers=tiers_for(actor, own=True),
            viewer=actor,
            nouns=("application", "qualification"),
            limit=NEWEST,
        ),
        "rights": _rights(found),
        "remedies": remedies_against(found, actor) if found.state == "declined" else [],
        "qualification": getattr(found, "qualification", None) if found.state == "approved" else None,
    }
    return render(request, "partners/application_case.html", context)


def _rights(found: Application) -> Rights | None:
    if found.state != "declined" or found.decided_at is None:
        return None
    return rights_after_refusal(found.decided_at, country_of(found), rules_of(found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Everything as it will be read, the declarations, and sending it."""
    actor = request.actor
    found = get_own_application(actor=actor, pk=pk)
    if request.method == "POST":
        require(can(found, "submit", actor))
    if found.state != "draft" and request.method != "POST":
        return redirect("partners:answers", found.pk)
    rules, in_force = rules_of(found), rules_in_force()
    signing = signing_on(request, found.institution_id, in_force)
    form = DeclarationForm(
        request.POST or None,
        declarations=rules.declarations_on("application"),
        initial={"capacity": signing.capacity},
    )
    if request.method == "POST" and form.is_valid():
        try:
            submit_application(
                application=found, declared=form.declared, capacity=form.cleaned_data["capacity"], by=actor
            )
        except Refused as error:
            refuse(form, error.verdict)
        else:
            return redirect("partners:sent", found.pk)
    answers = answers_of(found)
    sections = read_sections(found, answers)
    context = {
        "application": found,
        "sections": sections,
        "incomplete": [section for section in sections if not section.check.complete],
        "form": form,
        "signing": signing,
        "may_write": actor.has("applicant"),
        "open": open_sections(found, answers) if actor.has("applicant") else frozenset(),
        "in_force": in_force.version,
    }
    return render(request, "partners/check.html", context)


@require_POST
@login_required
def ask(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask the authorised representatives to declare and send."""
    found = get_own_application(actor=request.actor, pk=pk, write=True)
    try:
        ask_to_sign(application=found, by=request.actor)
    except Refused as error:
        messages.error(request, str(error.verdict.reason))
    else:
        messages.success(request, _("Your authorised representatives have been asked. You hear when it is sent."))
    return redirect("partners:check", found.pk)


@require_safe
@login_required
def answers(request: PortalRequest, pk: UUID) -> HttpResponse:
    """What was sent last, for reading."""
    actor = request.actor
    found = get_own_application(actor=actor, pk=pk)
    revision = sent_answers(found)
    if revision is None:
        return redirect("partners:check", found.pk)
    context = {"application": found, "revision": revision, "sections": read_sections(found, revision.answers)}
    return render(request, "partners/answers.html", context)


@require_safe
@login_required
def sent(request: PortalRequest, pk: UUID) -> HttpResponse:
    """What happens next, and when."""
    found = get_own_application(actor=request.actor, pk=pk)
    if found.submitted_at is None:
        return redirect("partners:application", found.pk)
    clocks = {clock.key: clock for clock in rules_of(found).clocks}
    context = {
        "application": found,
        "clocks": [clocks[key] for key in ("screening", "assessment", "signatures") if key in clocks],
    }
    return render(request, "partners/sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask once more, then withdraw."""
    actor = request.actor
    found = get_own_application(actor=actor, pk=pk, write=True)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_application(application=found, reason=form.cleaned_data["reason"], by=actor)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(
                request, _("Your application is withdrawn. What you sent is kept, and you can start anew.")
            )
            return redirect("partners:application", found.pk)
    context = {"application": found, "form": form, "verdict": can(found, "withdraw", actor)}
    return render(request, "partners/withdraw.html", context)
