"""What a restriction names, kept with the notice: what it closes, and the lines whose limits it lowers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from audits.models import CaseScope, EnforcementCase
from audits.queries.measure import live_grants
from audits.restricting import Closed, Limited
from audits.rules.enforcement import narrows_scope
from audits.rules.parties import same_case
from grants.models import Environment, Grant, GrantLine
from grants.queries.effective import as_agreed
from grants.rules.measure import caps
from portal.core.verdicts import refused, require
from portal.workflow import require_deed

RULE = "enforcement.ladder.restriction"


def name_scope(case: EnforcementCase, measure: str, closes: Sequence[Closed], limits: Sequence[Limited]) -> None:
    """Keep what the restriction narrows. Inside the deed that gives notice.

    Raises Refused for what belongs to others or has ended, for limits that lower nothing, and for a line that is
    limited though it is closed.
    """
    require_deed()
    live = {grant.pk for grant in live_grants(case.institution_id)}
    require(narrows_scope(measure, len(closes) + len(limits), len(live)))
    for row in (*closes, *(one.line for one in limits)):
        require(same_case(row, case.institution_id))
        if isinstance(row, Grant | GrantLine) and _grant_of(row) not in live:
            require(refused(_("One of the grants has ended: there is nothing to close."), code="ended", rule=RULE))
    _require_lowered(closes, limits)
    CaseScope.objects.bulk_create(CaseScope(case=case, **named) for named in _named(closes, limits))


def scope_detail(closes: Sequence[Closed], limits: Sequence[Limited]) -> dict[str, Any]:
    """The same for the record."""
    lowered = [{"line": one.line.pk, **one.limits} for one in limits]
    return {"closes": [row.pk for row in closes], **({"limits": lowered} if lowered else {})}


def _require_lowered(closes: Sequence[Closed], limits: Sequence[Limited]) -> None:
    closed = {row.pk for row in closes}
    for agreed, one in zip(_as_agreed(limits), limits, strict=True):
        if {agreed.pk, agreed.grant_id} & closed:
            text = _("Line %(line)s is closed as a whole: there are no limits to lower.") % {"line": agreed}
            require(refused(text, code="closed", rule=RULE))
        require(caps(agreed, one.limits))


def _as_agreed(limits: Sequence[Limited]) -> list[GrantLine]:
    """The lines in the order of `limits`, with what was agreed of each."""
    keys = [one.line.pk for one in limits]
    rows = {row.pk: row for row in as_agreed(GrantLine.objects.filter(pk__in=keys).select_related("grant"))}
    return [rows[key] for key in keys]


def _named(closes: Sequence[Closed], limits: Sequence[Limited]) -> list[dict[str, Any]]:
    """The columns of each row."""
    found: list[dict[str, Any]] = []
    for row in closes:
        if isinstance(row, GrantLine):
            found.append({"grant": row.grant, "line": row})
        else:
            kind = "grant" if isinstance(row, Grant) else "environment" if isinstance(row, Environment) else "person"
            found.append({kind: row})
    return [*found, *({"grant": one.line.grant, "line": one.line, **one.limits} for one in limits)]


def _grant_of(row: Grant | GrantLine) -> Any:
    return row.grant_id if isinstance(row, GrantLine) else row.pk
