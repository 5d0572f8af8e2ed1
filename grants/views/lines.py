"""Pages on one line of a draft, and on the evaluation plans of a request."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.access import get_own_request
from grants.actions.lines import TERMS, change_line
from grants.actions.plan import write_plans
from grants.forms.fields import refuse_into
from grants.forms.scope import PlanForm
from grants.models import LinePerson, RequestLine
from grants.queries.plan import plans_of
from grants.queries.words import Words
from grants.views.builder import terms_form
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules
from portal.workflow import can


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def line_change(request: PortalRequest, pk: UUID, line: UUID) -> HttpResponse:
    """Change limits, dates, reason and people of one line of a draft."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    row = RequestLine.objects.filter(request=found, pk=line).select_related("release__model", "environment").first()
    if row is None:
        raise Http404("No such line.")
    row.request = found
    require(can(found, "edit", actor))
    book = rules(found.rulebook)
    begins = {
        **{name: getattr(row, name) for name in (*TERMS, "justification")},
        "people": list(LinePerson.objects.filter(line=row).values_list("person_id", flat=True)),
    }
    form = terms_form(found, book, request.POST or None, begins)
    if request.method == "POST" and form.is_valid():
        try:
            change_line(line=row, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Line %(number)s is changed.") % {"number": row.number})
            return redirect("grants:request", pk=found.pk)
    words = Words(book)
    shown = {
        "form": form,
        "request_": found,
        "line": row,
        "use_case": words.use_case(row.use_case),
        "data_class": words.data_class(row.data_class),
        "route": words.route(row.access_route),
    }
    return render(request, "grants/line_change.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan(request: PortalRequest, pk: UUID, use_case: str) -> HttpResponse:
    """Write the evaluation plan for one use case. It may be saved before it is whole."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    book = rules(found.rulebook)
    term = next((item for item in book.scope.use_cases if item.key == use_case), None)
    if term is None or not book.scope.plan_parts:
        raise Http404("No such plan.")
    require(can(found, "edit", actor))
    written = plans_of(found.pk).get(use_case)
    form = PlanForm(
        request.POST or None, parts=book.scope.plan_parts, initial=written.parts if written else None
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            write_plans(request=found, plans={use_case: form.cleaned_data}, by=actor)
        except Refused as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("The plan for “%(use)s” is saved.") % {"use": term.label})
            return redirect("grants:request", pk=found.pk)
    return render(request, "grants/plan.html", {"form": form, "request_": found, "use_case": term})
