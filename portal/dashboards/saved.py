"""Saved views: a reader names the filters in force, finds them again, renames and removes them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.forms.organisation import refuse_into
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.dashboards.access import get_own_view
from portal.dashboards.actions.saved_view import remove_view, rename_view, save_view
from portal.dashboards.boards import BY_KEY, pages_for
from portal.dashboards.export import in_words
from portal.dashboards.filters import FilterForm, from_address
from portal.dashboards.forms.saved_view import NameForm
from portal.dashboards.models import SavedView
from portal.dashboards.queries.offered import offered
from portal.dashboards.queries.saved_view import views_of
from portal.dashboards.rules.saved_view import filters_in
from portal.dashboards.sights import Sight, for_readers
from portal.rulebook.queries import rules

OVERVIEW = "overview"
"""The board of the first page, which has no key of its own."""


@dataclass(frozen=True)
class Listed:
    """A saved view as its list shows it: where it leads, the board's name, and what it narrows by today."""

    view: SavedView
    url: str
    board: str
    says: str


@require_safe
@for_readers
def saved_views(request: PortalRequest, *, sight: Sight) -> HttpResponse:
    """The reader's own views. There are at most thirty, so they are on one page."""
    countries = {item.country for item in rules().eligibility.jurisdictions}
    choices = offered([sight.provider] if sight.provider else [])
    listed = []
    for view in views_of(request.actor):
        form, narrowed = from_address(QueryDict(view.query), countries, choices, own=sight.provider)
        listed.append(Listed(view, address_of(view), _board_name(view.board), in_words(form, narrowed)))
    return render(request, "dashboards/saved_views.html", {"listed": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def save(request: PortalRequest, board: str, *, sight: Sight) -> HttpResponse:
    """Name the filters of a board: they stand in the address, as they do on the board itself."""
    if board != OVERVIEW and board not in {page.key for page in pages_for(sight)}:
        raise Http404("No such board.")
    query = filters_in(request.GET.urlencode(), FilterForm.base_fields)
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            view = save_view(board=board, name=form.cleaned_data["name"], query=query, by=request.actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(address_of(view))
    context = {"form": form, "back": _address(board, query), "heading": _("Save these filters as a view")}
    return render(request, "dashboards/saved_view_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def rename(request: PortalRequest, pk: UUID, *, sight: Sight) -> HttpResponse:
    """Give a view of one's own another name."""
    view = get_own_view(actor=request.actor, pk=pk)
    form = NameForm(request.POST or None, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(view=view, name=form.cleaned_data["name"], by=request.actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            return redirect("dashboards:saved_views")
    context = {"form": form, "back": reverse("dashboards:saved_views"), "heading": _("Rename a view")}
    return render(request, "dashboards/saved_view_form.html", context)


@require_POST
@for_readers
def remove(request: PortalRequest, pk: UUID, *, sight: Sight) -> HttpResponse:
    """Remove a view of one's own."""
    view = get_own_view(actor=request.actor, pk=pk)
    remove_view(view=view, by=request.actor)
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect("dashboards:saved_views")


def address_of(view: SavedView) -> str:
    """Where the view leads. A board that is no more leads to the first page."""
    return _address(view.board, view.query)


def _address(board: str, query: str) -> str:
    url = reverse("dashboards:board", args=[board]) if board in BY_KEY else reverse("dashboards:oversight")
    return f"{url}?{query}" if query else url


def _board_name(board: str) -> str:
    return str(BY_KEY[board].label) if board in BY_KEY else _("Overview")
