"""Pages on one line of a draft, and on the evaluation plans of a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grants.access import get_own_request
from grants.actions.lines import TERMS, add_line, change_line, remove_line
from grants.actions.plan import write_plans
from grants.forms.fields import refuse_into
from grants.forms.request import LineForm
from grants.forms.scope import PlanForm
from grants.models import Environment, GrantRequest, LinePerson, RequestLine
from grants.queries.catalogue import releases_on_offer
from grants.queries.plan import plans_of
from grants.queries.words import Words
from grants.views.builder import terms_form
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook import scope
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
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


# --- one line by hand ---------------------------------------------------------------------------
def _line_form(found: GrantRequest, book: Rulebook, data: Any = None) -> LineForm:
    environments = Environment.objects.filter(institution_id=found.institution_id).exclude(state="closed")
    return LineForm(
        data,
        book=book,
        limits=scope.limits(book, found.risk_tier),
        releases=releases_on_offer(),
        environments=environments.order_by("name"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def line_add(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Add a line. What the rulebook does not allow is said at once, with the reason."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    require(can(found, "edit", actor))
    book = rules(found.rulebook)
    form = _line_form(found, book, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            line = add_line(request=found, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Line %(number)s is added.") % {"number": line.number})
            again = "another" in request.POST
            return redirect("grants:line_add" if again else "grants:request", pk=found.pk)
    shown = {"form": form, "request_": found, "not_allowed": book.scope.not_allowed, "needed": book.scope.needed}
    return render(request, "grants/line_add.html", shown)


@require_safe
@signed_in
def line_check(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A fragment: what the rulebook says about the line as it is filled in so far."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    book = rules(found.rulebook)
    asked = _asked(request, found, book)
    verdict = scope.allowed(book, asked)
    needed = scope.safeguards_needed(book, asked) if verdict else ()
    names = [item.label for item in book.scope.safeguards if item.key in needed]
    return render(request, "grants/line_check.html", {"verdict": verdict, "needed": names, "asked": asked})


def _asked(request: PortalRequest, found: GrantRequest, book: Rulebook) -> scope.Combination:
    """The combination as far as it is filled in; what the form would not accept is left out."""
    form = _line_form(found, book, request.GET)
    form.is_valid()
    data = form.cleaned_data
    release = data.get("release")
    return scope.Combination(
        use_case=data.get("use_case", ""),
        data_class=data.get("data_class", ""),
        access_route=data.get("access_route", ""),
        capability_tier=release.capability_tier if release else "",
        risk_tier=found.risk_tier,
        kind=found.institution.kind,
    )


@require_POST
@signed_in
def line_remove(request: PortalRequest, pk: UUID, line: UUID) -> HttpResponse:
    """Take a line out of a draft."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    if not RequestLine.objects.filter(request=found, pk=line).exists():
        messages.info(request, _("This line was removed already."))
        return redirect("grants:request", pk=found.pk)
    remove_line(request=found, line_id=line, by=actor)
    messages.success(request, _("The line is removed."))
    return redirect("grants:request", pk=found.pk)
