"""What lines of grants permit now: as granted, or as authorities narrowed them since; and what ends them early.

What was agreed (`as_agreed`) and what holds now (`as_in_force`) differ while a decision caps a line: agreements,
renewals and comparisons are about the first, gateways, credentials and pages about the second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from grants.models import ConsentWithdrawal, GrantLine, LineCap, LineVersion
from portal.core.canonical import digest

NARROWED = ("requests_per_day", "tokens_per_day", "seats", "ends_on", "conditions", "obligations")
"""Fields of a line that a version of it holds anew."""
CAPPED = ("requests_per_day", "tokens_per_day", "seats")
"""Limits that a cap can lower."""
LIVE_WITHDRAWALS = ("noticed", "in_effect")


def versions_of(line_ids: Iterable[UUID]) -> dict[UUID, LineVersion]:
    """Line → the version that holds, for lines that were narrowed. One query."""
    rows = LineVersion.objects.filter(line_id__in=list(line_ids)).select_related("measure")
    return {row.line_id: row for row in rows.order_by("line_id", "-number").distinct("line_id")}


@dataclass(frozen=True, slots=True)
class Cap:
    """A LineCap that is in effect, as it is shown. None: it leaves that limit as it is."""

    requests_per_day: int | None
    tokens_per_day: int | None
    seats: int | None
    reason: str
    begun_at: datetime


def as_in_force(lines: Iterable[GrantLine]) -> list[GrantLine]:
    """The same lines with the limits, last day, conditions and obligations that hold now. Three queries.

    Four where they were read already. They are for reading: lines are append-only; the database refuses to save one.
    """
    if isinstance(lines, QuerySet):
        found = as_agreed(lines.annotate(caps_in_effect=_caps_on(OuterRef("pk"))))
        caps = {line.pk: getattr(line, "caps_in_effect") for line in found}  # noqa: B009 -- no field of the model
    else:
        found = as_agreed(lines)
        rows = GrantLine.objects.filter(pk__in=[line.pk for line in found])
        caps = dict(rows.values_list("pk", _caps_on(OuterRef("pk")))) if found else {}
    for line in found:
        line.held_caps = [_read(row) for row in caps[line.pk]]
        for cap in line.held_caps:
            for name in CAPPED:
                setattr(line, name, min(getattr(line, name), getattr(cap, name) or getattr(line, name)))
    return found


def _caps_on(line: OuterRef) -> ArraySubquery:
    rows = LineCap.objects.filter(line=line, ended_at=None).order_by("begun_at", "pk")
    told = {name: F(name) for name in (*CAPPED, "reason", "begun_at")}
    return ArraySubquery(rows.values(told=JSONObject(**told)))


def _read(row: dict[str, Any]) -> Cap:
    return Cap(**{**row, "begun_at": datetime.fromisoformat(row["begun_at"])})


def as_agreed(lines: Iterable[GrantLine]) -> list[GrantLine]:
    """The same lines as they were agreed or narrowed since, whatever decision caps them now. Three queries.

    Where the provider gave notice that it withdraws its consent, the last day is the one before that.
    """
    found = as_narrowed(lines)
    withdrawals = withdrawals_of(line.pk for line in found) if found else {}
    for line in found:
        line.held_withdrawal = withdrawal = withdrawals.get(line.pk)
        if withdrawal is not None:
            line.ends_on = min(line.ends_on, withdrawal.effective_on - timedelta(days=1))
    return found


def as_narrowed(lines: Iterable[GrantLine]) -> list[GrantLine]:
    """The same lines as authorities narrowed them, whatever providers said since. Two queries."""
    found = list(lines)
    versions = versions_of(line.pk for line in found) if found else {}
    for line in found:
        line.held_version = version = versions.get(line.pk)
        if version is not None:
            for name in NARROWED:
                setattr(line, name, getattr(version, name))
    return found


def withdrawals_of(line_ids: Iterable[UUID]) -> dict[UUID, ConsentWithdrawal]:
    """Line → the withdrawal of consent that ends it or has ended it. One query."""
    rows = ConsentWithdrawal.objects.filter(line_id__in=list(line_ids), state__in=LIVE_WITHDRAWALS)
    return {row.line_id: row for row in rows.select_related("provider")}


def terms_of(line: GrantLine) -> dict[str, Any]:
    """Everything of a line that the institution agrees to. The line comes from `as_agreed`."""
    return {
        "number": line.number,
        "release": line.release_id,
        "use_case": line.use_case,
        "environment": line.environment_id,
        "data_class": line.data_class,
        "access_route": line.access_route,
        "starts_on": line.starts_on,
        "provider_conditions": line.provider_conditions,
        **{name: getattr(line, name) for name in NARROWED},
    }


def terms_digest(lines: Iterable[GrantLine]) -> str:
    """SHA-256 over the terms of all lines, whatever the language in which they are told."""
    return digest([terms_of(line) for line in lines])
