"""The scope builder: the matrix of combinations, of which an institution ticks those that it asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grants.access import get_own_request
from grants.actions.lines import LinesRefused, add_lines
from grants.forms.fields import refuse_into
from grants.forms.scope import ChoicesForm, TermsForm
from grants.models import Environment, GrantRequest
from grants.queries.builder import Chosen, defaults, key_of, scope_matrix
from grants.queries.catalogue import releases_on_offer
from partners.models import Person
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook import scope
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.workflow import can

SEVERAL = ("release", "use_case", "environment", "data_class", "people")
TYPED = ("requests_per_day", "tokens_per_day", "seats", "starts_on", "ends_on", "justification")
MOST_TICKED = 600
"""Boxes of one form that are looked at; a matrix never has as many."""


def named_people(institution_id: UUID) -> QuerySet[Person]:
    """People of the institution who can be named on a line."""
    return Person.objects.filter(institution_id=institution_id, state="named").order_by("name", "pk")


def terms_form(found: GrantRequest, book: Rulebook, data: Any = None, initial: Any = None) -> TermsForm:
    """The form for limits, dates, reason and people of this request's lines."""
    return TermsForm(
        data,
        limits=scope.limits(book, found.risk_tier),
        people=named_people(found.institution_id),
        initial=initial,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def build(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Choose, see what is possible and why not, tick, add. Only “add” changes anything; the rest shows anew."""
    actor: Actor = request.actor
    found = get_own_request(actor=actor, pk=pk)
    require(can(found, "edit", actor))
    book = rules(found.rulebook)
    sent: QueryDict = request.POST if request.method == "POST" else request.GET
    choices = _choices(found, book, sent)
    chosen = _chosen(choices, book)
    ticked = set([*sent.getlist("cell"), *sent.getlist("kept")][:MOST_TICKED])
    adding = request.method == "POST" and "add" in request.POST
    terms = (
        terms_form(found, book, request.POST) if adding else terms_form(found, book, initial=_typed(found, book, sent))
    )
    errors: dict[str, str] = {}
    if adding and terms.is_valid():
        picked = _picked(chosen, ticked) if chosen.fits else {}
        try:
            made = _add(found, picked, chosen, terms.cleaned_data, actor)
        except LinesRefused as error:
            errors = _by_cell(error, list(picked))
            refuse_into(terms, error)
        except (Refused, ValidationError) as error:
            refuse_into(terms, error)
        else:
            words = ngettext("%(count)s line is added.", "%(count)s lines are added.", made) % {"count": made}
            messages.success(request, words)
            return redirect("grants:request", pk=found.pk)
    matrix = None
    if chosen.fits and not chosen.missing:
        matrix = scope_matrix(found, book, chosen, ticked=ticked, errors=errors)
    shown = {
        "request_": found,
        "choices": choices,
        "terms": terms,
        "chosen": chosen,
        "matrix": matrix,
        "kept": sorted(ticked.difference(cell.key for cell in matrix.cells) if matrix else ticked),
        "failed": [cell for cell in matrix.cells if cell.error] if matrix else [],
        "people_open": bool(terms.errors.get("people") or terms["people"].value()),
    }
    return render(request, "grants/builder.html", shown)


def _choices(found: GrantRequest, book: Rulebook, sent: QueryDict) -> ChoicesForm:
    data = sent.copy()
    if not data.get("access_route"):
        data["access_route"] = next(item.key for item in book.scope.access_routes)
    environments = Environment.objects.filter(institution_id=found.institution_id).exclude(state="closed")
    form = ChoicesForm(data, book=book, releases=releases_on_offer(), environments=environments.order_by("name"))
    form.is_valid()
    return form


def _chosen(form: ChoicesForm, book: Rulebook) -> Chosen:
    """What was chosen; what the form does not accept is left out, and said at its field."""
    data = form.cleaned_data
    return Chosen(
        releases=list(data.get("release", ())),
        use_cases=[item for item in book.scope.use_cases if item.key in data.get("use_case", ())],
        environments=list(data.get("environment", ())),
        data_classes=[item for item in book.scope.data_classes if item.key in data.get("data_class", ())],
        route=data.get("access_route", ""),
    )


def _typed(found: GrantRequest, book: Rulebook, sent: QueryDict) -> dict[str, Any]:
    """What is in the boxes already, or what the rulebook gives where nothing was typed."""
    typed = {name: sent[name] for name in TYPED if name in sent}
    return {**defaults(found, book), **typed, "people": [value for value in sent.getlist("people") if _is_id(value)]}


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _picked(chosen: Chosen, ticked: set[str]) -> dict[str, Any]:
    """Cell → its combination, for those ticked, in the order of the matrix."""
    keyed = {key_of(*combination): combination for combination in chosen.combinations()}
    return {key: combination for key, combination in keyed.items() if key in ticked}


def _add(found: GrantRequest, picked: dict[str, Any], chosen: Chosen, terms: dict[str, Any], actor: Actor) -> int:
    people = list(terms["people"])
    common = {name: terms[name] for name in TYPED}
    lines = [
        {
            "release": release, "environment": environment, "use_case": use_case.key, "data_class": data_class.key,
            "access_route": chosen.route, **common,
        }
        for release, environment, use_case, data_class in picked.values()
    ]  # fmt: skip
    return len(add_lines(request=found, lines=lines, people=people, by=actor))


def _by_cell(error: LinesRefused, keys: list[str]) -> dict[str, str]:
    return {keys[place]: str(verdict.reason) for place, verdict in error.failures.items()}
