"""What is new for a draft when other rules come into force, and going on under them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import get_own_application
from partners.actions.rules import follow_rules
from partners.models import Application
from partners.queries.answers import answers_of
from partners.queries.rulebook import rules_of, version_shown
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict
from portal.rulebook.eligibility import may_apply
from portal.rulebook.moving import novelties
from portal.rulebook.queries import rules as rules_in_force


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rules(request: PortalRequest, pk: UUID) -> HttpResponse:
    """New, changed and gone questions of the version in force; for a draft that moved, since the one in `from`."""
    found = get_own_application(actor=request.actor, pk=pk, write=request.method == "POST")
    if request.method == "POST":
        return _follow(request, found)
    if found.state != "draft":
        return redirect("partners:application", found.pk)
    return _show(request, found)


def _follow(request: PortalRequest, application: Application) -> HttpResponse:
    was = application.rulebook
    try:
        follow_rules(application=application, to=request.POST.get("to", ""), by=request.actor)
    except Conflict as error:
        return _show(request, application, str(error.verdict.reason))
    messages.success(request, _("Your draft goes on under version %(now)s.") % {"now": application.rulebook})
    return redirect(f"{reverse('partners:rules', args=[application.pk])}?from={was}")


def _show(request: PortalRequest, application: Application, problem: str = "") -> HttpResponse:
    now = rules_in_force()
    moved = application.rulebook == now.version
    before = version_shown(application, request.GET.get("from", "")) if moved else rules_of(application)
    if before.version == now.version:
        return redirect("partners:application", application.pk)
    institution = application.institution
    found = novelties(before.questionnaire, now.questionnaire, answers_of(application), institution.kind)
    context = {
        "application": application,
        "before": before,
        "now": now,
        "moved": moved,
        "problem": problem,
        "may_write": request.actor.has("applicant"),
        "verdict": may_apply(now, institution.kind, institution.organisation.jurisdiction),
        "parts": [
            (_("New"), [item for item in found if item.change == "added"]),
            (_("Changed"), [item for item in found if item.change == "changed"]),
            (_("No longer asked"), [item for item in found if item.change == "removed"]),
        ],
        "found": found,
        "to_do": sum(item.to_do for item in found),
    }
    return render(request, "partners/rules.html", context, status=409 if problem else 200)
