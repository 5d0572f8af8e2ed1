"""Pages of the queue's saved filters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.access import require_role
from partners.actions import saved_filter as deeds
from partners.admin.actions import desk_url
from partners.admin.bulk import frame
from partners.forms.queue import FilterForm
from partners.models import SavedFilter
from partners.queries.saved_filter import filters_for, get_own_filter
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui.forms import refuse

CASE_ROLES = ("case_officer", "reviewer", "signatory")
EVERYTHING = "whose=all"


def views_of(actor: Actor, saved: list[SavedFilter], here: QueryDict) -> list[dict[str, Any]]:
    """Chips above the queue: all cases, then what is saved. `here` are the filters in use."""
    now = deeds.filters_of(here.urlencode())
    base = desk_url("changelist")
    items = [{"label": _("All cases"), "url": f"{base}?{EVERYTHING}", "current": now in ("", EVERYTHING)}]
    for row in saved:
        own = row.owner_id == actor.user_id
        label = row.name if own else _("%(name)s (by %(who)s)") % {"name": row.name, "who": row.owner.name}
        items.append(
            {"label": label, "url": f"{base}?{row.query or EVERYTHING}", "current": bool(now) and now == row.query}
        )
    return items


def is_narrowed(here: QueryDict) -> bool:
    """Whether there is something in the address that is worth saving."""
    return deeds.filters_of(here.urlencode()) not in ("", EVERYTHING)


def default_of(actor: Actor, saved: list[SavedFilter]) -> SavedFilter | None:
    """The filter that the person's queue opens with."""
    return next((row for row in saved if row.is_default and row.owner_id == actor.user_id and row.query), None)


@require_http_methods(["GET", "HEAD", "POST"])
def filters_page(request: PortalRequest) -> HttpResponse:
    """Save the filters of the address (`?` as the queue's) under a name; below, one's own to change."""
    require_role(request.actor, *CASE_ROLES)
    query = deeds.filters_of(request.GET.urlencode())
    form = FilterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = deeds.save_filter(query=query, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
            return redirect(f"{desk_url('changelist')}?{saved.query or EVERYTHING}")
    return _page(request, form, None, query)


@require_http_methods(["GET", "HEAD", "POST"])
def filter_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Rename one's own filter, share it, or open the queue with it."""
    require_role(request.actor, *CASE_ROLES)
    saved = get_own_filter(actor=request.actor, pk=pk)
    initial = {"name": saved.name, "shared": saved.shared, "is_default": saved.is_default}
    form = FilterForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            deeds.change_filter(saved=saved, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("“%(name)s” is changed.") % {"name": saved.name})
            return redirect(desk_url("filters"))
    return _page(request, form, saved, saved.query)


@require_POST
def delete_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take one's own filter away."""
    require_role(request.actor, *CASE_ROLES)
    saved = get_own_filter(actor=request.actor, pk=pk)
    deeds.delete_filter(saved=saved, by=request.actor)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": saved.name})
    return redirect(desk_url("filters"))


def _page(request: PortalRequest, form: FilterForm, saved: SavedFilter | None, query: str) -> HttpResponse:
    own = [row for row in filters_for(request.actor) if row.owner_id == request.actor.user_id]
    context = {
        **frame(request),
        "title": _("Change a filter") if saved else _("Saved filters"),
        "form": form,
        "saved": saved,
        "query": query,
        "own": [] if saved else own,
    }
    return render(request, "admin/partners/saved_filters.html", context)
