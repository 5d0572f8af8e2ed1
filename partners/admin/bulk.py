"""Assigning one reviewer to several cases, and who has how much to do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from partners.access import require_role, visible_cases
from partners.actions.assignment import MOST, Outcome, assign_to_all
from partners.admin.actions import desk_url
from partners.forms.queue import AssignAllForm
from partners.models import Application
from partners.queries.workload import Load, workload
from portal.accounts.models import User
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused

OFFICER = "case_officer"


def frame(request: PortalRequest) -> dict[str, Any]:
    """What pages about the queue as a whole share."""
    return {
        **admin.site.each_context(request),
        "opts": Application._meta,
        "crumbs": [(_("Applications"), desk_url("changelist"))],
    }


def choose_reviewer(request: PortalRequest, rows: QuerySet[Any]) -> HttpResponse:
    """The queue's action: lead to the page that asks who is to review the chosen cases."""
    chosen = list(rows.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(chosen) > MOST:
        messages.warning(request, _("Up to %(n)s cases are assigned at once. The others are left out.") % {"n": MOST})
    return redirect(f"{desk_url('assign_all')}?{urlencode([('case', pk) for pk in chosen[:MOST]])}")


@require_http_methods(["GET", "HEAD", "POST"])
def assign_all_page(request: PortalRequest) -> HttpResponse:
    """Ask who is to review the cases of the address (`?case=`, several), assign them, and say what became of each."""
    actor = request.actor
    require_role(actor, OFFICER)
    cases = _chosen(request)
    loads = workload(actor.organisation_id)
    form = AssignAllForm(request.POST if request.method == "POST" else None, loads=loads)
    context = {**frame(request), "title": _("Assign a reviewer"), "cases": cases, "form": form, "loads": loads}
    if request.method == "POST" and form.is_valid():
        reviewer = User.objects.get(pk=form.cleaned_data["reviewer"])
        outcomes = assign_to_all(applications=cases, reviewer=reviewer, by=actor)
        return render(request, "admin/partners/assigned_all.html", {**context, **_told(outcomes, reviewer)})
    return render(request, "admin/partners/assign_all.html", context)


def _chosen(request: PortalRequest) -> list[Application]:
    """The cases of the address that the person sees; Refused where there is none."""
    keys = []
    for text in request.GET.getlist("case")[:MOST]:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    rows = visible_cases(Application.objects.filter(pk__in=keys), request.actor)
    found = list(rows.select_related("institution__organisation", "authority").order_by("submitted_at", "pk"))
    if not found:
        raise Refused(refused(_("Choose cases in the queue first."), code="no_cases", rule="application.assign"))
    return found


def _told(outcomes: list[Outcome], reviewer: User) -> dict[str, Any]:
    done = sum(one.done for one in outcomes)
    words = ngettext("%(who)s reviews %(n)s more case", "%(who)s reviews %(n)s more cases", done)
    title = words % {"who": reviewer, "n": done} if done else _("No case was assigned")
    return {"outcomes": outcomes, "done": done, "refused": len(outcomes) - done, "title": title, "reviewer": reviewer}


@require_safe
def workload_page(request: PortalRequest) -> HttpResponse:
    """Who has how much to do in the person's authority."""
    require_role(request.actor, OFFICER)
    loads = workload(request.actor.organisation_id)
    busy = list(reversed([load for load in loads if load.cases]))
    context = {
        **frame(request),
        "title": _("Workload"),
        "finding": _finding(loads),
        "loads": list(reversed(loads)),
        "late": sum(load.late for load in loads),
        "chart": {
            "kind": "bar",
            "labels": [load.name for load in busy],
            "series": [{"name": _("Sections to assess"), "values": [load.sections for load in busy]}],
        },
    }
    return render(request, "admin/partners/workload.html", context)


def _finding(loads: list[Load]) -> str:
    """What the chart shows, as its title."""
    left = sum(load.sections for load in loads)
    if not left:
        return _("No section waits for an assessment")
    most = loads[-1]
    if len(loads) > 1 and most.sections > left / 2:
        return _("%(who)s has more than half of what is to be assessed") % {"who": most.name}
    free = sum(not load.sections for load in loads)
    if free:
        words = ngettext("%(n)s reviewer has nothing to assess", "%(n)s reviewers have nothing to assess", free)
        return words % {"n": free}
    return _("Everybody has something to assess")
