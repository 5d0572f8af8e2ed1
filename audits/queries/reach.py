"""What a measure reaches: grants, lines, limits, people, credentials, gateways. Shown to who signs, and signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audits.models import CaseScope, EnforcementCase, Measure
from audits.models.enforcement_parts import LIMITS
from audits.restricting import Closed, Limited
from grants.models import Credential, Environment, Grant, GrantLine
from grants.queries.effective import as_agreed
from grants.queries.words import Words
from grants.states import GRANT_LIVE
from partners.letters.words import country
from partners.models import Person
from portal.accounts.models import Gateway
from portal.core.canonical import digest
from portal.rulebook.queries import rules
from portal.workflow import remember

UNLIMITED = Q(**dict.fromkeys(LIMITS))
"""Rows of a scope that lower no limits."""
PEOPLE = 200
"""How many people are offered at most."""
EVERYTHING = (Measure.SUSPENSION, Measure.REMOVAL)


@dataclass(frozen=True)
class Reach:
    """What changes with the decision: `lines` stop, `limited` and `people` are rows of what a restriction names.

    `gateways` are those of the providers of the lines, by name.
    """

    lines: list[GrantLine]
    credentials: int
    gateways: list[Gateway]
    limited: list[CaseScope] = field(default_factory=list)
    people: list[CaseScope] = field(default_factory=list)

    @property
    def grants(self) -> list[tuple[Any, list[GrantLine]]]:
        """Each grant with its lines that stop, in order."""
        found: dict[Any, list[GrantLine]] = {}
        for line in self.lines:
            found.setdefault(line.grant, []).append(line)
        return list(found.items())


def lines_reached(case: EnforcementCase) -> QuerySet[GrantLine]:
    """Lines of live grants that the proposed measure stops."""
    lines = _live_lines(case)
    if case.proposed == Measure.RESTRICTION:
        closes = case.scope.filter(UNLIMITED)
        whole = closes.filter(line=None, grant__isnull=False).values("grant")
        single = closes.exclude(line=None).values("line")
        places = closes.exclude(environment=None).values("environment")
        return lines.filter(Q(grant__in=whole) | Q(pk__in=single) | Q(environment__in=places))
    return lines if case.proposed in EVERYTHING else lines.none()


def _live_lines(case: EnforcementCase) -> QuerySet[GrantLine]:
    return GrantLine.objects.filter(institution_id=case.institution_id, grant__state__in=GRANT_LIVE)


def reach_of(case: EnforcementCase) -> Reach:
    """Everything that the proposed measure touches as things stand now. Four queries."""
    named = scope_of(case) if case.proposed == Measure.RESTRICTION else []
    limited, people = [row for row in named if row.limits], [row for row in named if row.person_id]
    stopped = lines_reached(case).select_related("grant", "release__model", "environment", "provider")
    lines = list(stopped.order_by("grant", "number"))
    touched = [*lines, *(row.line for row in limited if row.line)]
    if not touched:
        return Reach([], 0, [], limited, people)
    credentials = Credential.objects.filter(state="issued", grant__in={line.grant_id for line in touched})
    gateways = Gateway.objects.filter(organisation__in={line.provider_id for line in touched}, state="active")
    listed = list(gateways.select_related("organisation").order_by("name"))
    return Reach(lines, credentials.count(), listed, limited, people)


def reach_digest(case: EnforcementCase) -> str:
    """SHA-256 over what is reached: the part of it that a signature is bound to. Two queries.

    Those are grants, lines and providers that stop, limits that are lowered, and people who are closed out. How many
    credentials there are is left out: they are issued anew by themselves, and stop whichever they are.
    """
    rows = lines_reached(case).order_by("pk").values_list("grant", "pk", "provider")
    named = scope_of(case) if case.proposed == Measure.RESTRICTION else []
    lowered = sorted([row.line_id, *(getattr(row, name) for name in LIMITS)] for row in named if row.limits)
    people = sorted([row.person_id] for row in named if row.person_id)
    return digest([[str(value) for value in row] for row in (*rows, *lowered, *people)])


def choices_of(case: EnforcementCase) -> dict[str, list[tuple[str, str]]]:
    """What a restriction can close, as choices `kind:id` (`closes`), and lines that it can limit (`limited`).

    Closed are grants, lines, environments and people; lines are told with the limits that were agreed. Five queries.
    """
    rows = _live_lines(case).select_related("grant", "release__model", "environment")
    lines = as_agreed(rows.order_by("grant__reference", "number"))
    words = Words(rules(case.rulebook))
    closes: dict[str, str] = {}
    for line in lines:
        whole = _("Grant %(reference)s, all of it") % {"reference": line.grant.reference}
        closes.setdefault(f"grant:{line.grant_id}", whole)
        closes[f"line:{line.pk}"] = _told(line, words)
    of = {"institution_id": case.institution_id}
    for place in Environment.objects.filter(**of).exclude(state="closed").order_by("name"):
        name = _("Environment “%(name)s”, in %(country)s")
        closes[f"environment:{place.pk}"] = name % {"name": place.name, "country": country(place.country)}
    for person in Person.objects.filter(**of, state="named").order_by("name")[:PEOPLE]:
        name = _("Person: %(name)s, %(email)s")
        closes[f"person:{person.pk}"] = name % {"name": person.name, "email": person.email}
    return {"closes": list(closes.items()), "limited": [(str(line.pk), _limits_of(line, words)) for line in lines]}


def _limits_of(line: GrantLine, words: Words) -> str:
    limits = _("at most %(requests)s requests and %(tokens)s tokens a day, %(seats)s people at once") % {
        "requests": number_format(line.requests_per_day, force_grouping=True),
        "tokens": number_format(line.tokens_per_day, force_grouping=True),
        "seats": line.seats,
    }
    return f"{_told(line, words)} ({limits})"


def _told(line: GrantLine, words: Words) -> str:
    return f"{line}: {line.release} · {words.use_case(line.use_case)} · {line.environment.name}"


def closed_by(case: EnforcementCase, values: Iterable[str]) -> list[Closed]:
    """The things behind choices `kind:id`, of those of the institution. A query for each kind."""
    keys = [value.partition(":") for value in values]
    kinds: dict[str, QuerySet[Any]] = {
        "grant": Grant.objects.order_by("reference"),
        "line": GrantLine.objects.select_related("grant").order_by("grant", "number"),
        "environment": Environment.objects.order_by("name"),
        "person": Person.objects.order_by("name"),
    }
    found: list[Closed] = []
    for kind, rows in kinds.items():
        if chosen := [key for named, _colon, key in keys if named == kind]:
            found += rows.filter(institution_id=case.institution_id, pk__in=chosen)
    return found


def limited_by(case: EnforcementCase, values: Iterable[str], limits: Mapping[str, int | None]) -> list[Limited]:
    """The lines behind choices of lines, each with the same limits; None leaves one as it is. One query."""
    named = {name: value for name, value in limits.items() if value is not None}
    rows = _live_lines(case).filter(pk__in=list(values)).select_related("grant").order_by("grant", "number")
    return [Limited(line, named) for line in rows]


def scope_of(case: EnforcementCase) -> list[CaseScope]:
    """What the measure names: what it closes, limits or revoked. One query for a page."""
    return remember(CaseScope, case.pk, lambda: list(_scope(case)))


def _scope(case: EnforcementCase) -> QuerySet[CaseScope]:
    places = ("line__release__model", "line__environment", "environment")
    rows: QuerySet[CaseScope] = case.scope.select_related("grant", "line__grant", *places, "person", "hold", "cap")
    return rows.order_by("grant__reference", "line__number", "pk")
