"""What a measure reaches: grants, lines, credentials, people and gateways. Shown before anybody signs, and signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audits.models import CaseScope, EnforcementCase, Measure
from grants.models import Credential, Grant, GrantLine
from grants.states import GRANT_LIVE
from portal.accounts.models import Gateway
from portal.core.canonical import digest

EVERYTHING = (Measure.SUSPENSION, Measure.REMOVAL)


@dataclass(frozen=True)
class Reach:
    """What stops with the decision. `gateways` are those of the providers of the lines, by name."""

    lines: list[GrantLine]
    credentials: int
    gateways: list[Gateway]

    @property
    def grants(self) -> list[tuple[Any, list[GrantLine]]]:
        """Each grant with its lines that are reached, in order."""
        found: dict[Any, list[GrantLine]] = {}
        for line in self.lines:
            found.setdefault(line.grant, []).append(line)
        return list(found.items())


def lines_reached(case: EnforcementCase) -> QuerySet[GrantLine]:
    """Lines of live grants that the proposed measure stops."""
    lines = GrantLine.objects.filter(institution_id=case.institution_id, grant__state__in=GRANT_LIVE)
    if case.proposed == Measure.RESTRICTION:
        whole = case.scope.filter(line=None).values("grant")
        single = case.scope.exclude(line=None).values("line")
        return lines.filter(Q(grant__in=whole) | Q(pk__in=single))
    return lines if case.proposed in EVERYTHING else lines.none()


def reach_of(case: EnforcementCase) -> Reach:
    """Everything that the proposed measure touches as things stand now. Three queries."""
    lines = lines_reached(case)
    listed = lines.select_related("grant", "release__model", "environment", "provider").order_by("grant", "number")
    found = list(listed)
    if not found:
        return Reach([], 0, [])
    credentials = Credential.objects.filter(state="issued", grant__in=lines.values("grant"))
    gateways = Gateway.objects.filter(organisation__in=lines.values("provider"), state="active")
    return Reach(found, credentials.count(), list(gateways.select_related("organisation").order_by("name")))


def reach_digest(case: EnforcementCase) -> str:
    """SHA-256 over the grants, lines and providers reached: the part of them that a signature is bound to. One query.

    How many credentials there are is left out: they are issued anew by themselves, and stop whichever they are.
    """
    rows = lines_reached(case).order_by("pk").values_list("grant", "pk", "provider")
    return digest([[str(value) for value in row] for row in rows])


def closable(case: EnforcementCase) -> list[tuple[str, str]]:
    """Grants and lines that a restriction can close, as choices `grant:id` and `line:id`. One query."""
    rows = GrantLine.objects.filter(institution_id=case.institution_id, grant__state__in=GRANT_LIVE)
    listed = rows.select_related("grant", "release__model", "environment").order_by("grant__reference", "number")
    found: dict[str, str] = {}
    for line in listed:
        whole = _("Grant %(reference)s, all of it") % {"reference": line.grant.reference}
        found.setdefault(f"grant:{line.grant_id}", whole)
        what = f"{line}: {line.release} · {line.use_case} · {line.environment.name}"
        found[f"line:{line.pk}"] = what
    return list(found.items())


def closed_by(case: EnforcementCase, values: Iterable[str]) -> list[Grant | GrantLine]:
    """The grants and lines behind such choices. Two queries."""
    keys = [value.partition(":") for value in values]
    of = {"institution_id": case.institution_id}
    grants = Grant.objects.filter(**of, pk__in=[key for kind, _colon, key in keys if kind == "grant"])
    lines = GrantLine.objects.filter(**of, pk__in=[key for kind, _colon, key in keys if kind == "line"])
    return [*grants.order_by("reference"), *lines.select_related("grant").order_by("grant", "number")]


def scope_of(case: EnforcementCase) -> list[CaseScope]:
    """What the measure names: grants and lines that it closes or revoked. One query."""
    return list(case.scope.select_related("grant", "line__grant", "hold").order_by("grant__reference", "line__number"))
