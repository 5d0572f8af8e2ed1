"""Windows of use drawn by lot: from what, and how, so that anybody can draw them again.

Each window gets the SHA-256 of "<root>:<reference of the audit>:<gateway>/<event>/<when it began>"; the ones with the
lowest are looked at. `root` is that of the first checkpoint of the record after the audit began (portal.ledger.
checkpoint), and windows count that had been received when it began: nobody who knows the root can add or choose any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, Func, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from audits.models import Audit, SampledWindow, UsageSample
from grants.models import UsageWindow
from partners.models import Qualification

ALGORITHM = "sha256-lowest-1"
ALL, OUTSIDE = SampledWindow.Stratum.ALL, SampledWindow.Stratum.OUTSIDE
NAMES = ("release__model", "environment", "provider", "gateway")


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn from: the institution's windows that began in the period and had been received at its end."""

    institution_id: UUID
    reference: str
    since: datetime
    until: datetime


def lot_of(root: str, reference: str, gateway_id: UUID, event_id: str, began: datetime) -> str:
    """The window's number in the lot, in hexadecimal. The same as the database gives."""
    when = began.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return hashlib.sha256(f"{root}:{reference}:{gateway_id}/{event_id}/{when}".encode()).hexdigest()


def frame_of(audit: Audit) -> Frame:
    """Since the audit before began, or else since the institution was first qualified. Up to two queries."""
    assert audit.began_at is not None
    before = Audit.objects.filter(institution=audit.institution_id, began_at__lt=audit.began_at)
    last = before.exclude(state="cancelled").order_by("-began_at").values_list("began_at", flat=True).first()
    since = last or _qualified_since(audit.institution_id) or audit.planned_at
    return Frame(audit.institution_id, audit.reference, min(since, audit.began_at), audit.began_at)


def _qualified_since(institution_id: UUID) -> datetime | None:
    rows = Qualification.objects.filter(institution=institution_id).aggregate(first=Min("valid_from"))
    first: date | None = rows["first"]
    return datetime.combine(first, time.min, UTC) if first else None


def windows_in(frame: Frame) -> QuerySet[UsageWindow]:
    """The windows that are drawn from."""
    return UsageWindow.objects.filter(
        institution_id=frame.institution_id,
        started_at__gte=frame.since,
        started_at__lt=frame.until,
        received_at__lte=frame.until,
    )


def counted(frame: Frame) -> tuple[int, int]:
    """How many windows there are, and how many of them no grant covered. One query."""
    found = windows_in(frame).aggregate(all=Count("id"), outside=Count("id", filter=~Q(scope="covered")))
    return found["all"], found["outside"]


def drawn(frame: Frame, root: str, count: int) -> list[tuple[str, Any]]:
    """The windows that the lot gives: `count` of all, then `count` more of those that no grant covered. Two queries.

    Each as its stratum and the row with its `rank`.
    """
    rows = _ranked(frame, root)
    first = list(rows[:count])
    known = {_key(row) for row in first}
    outside = [row for row in rows.exclude(scope="covered")[: 2 * count] if _key(row) not in known]
    return [(ALL, row) for row in first] + [(OUTSIDE, row) for row in outside[:count]]


def _ranked(frame: Frame, root: str) -> QuerySet[Any]:
    began = Func(
        F("started_at"),
        template="""to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""",
        output_field=TextField(),
    )
    said = Concat(
        Value(f"{root}:{frame.reference}:"),
        Cast("gateway_id", TextField()),
        Value("/"),
        F("event_id"),
        Value("/"),
        began,
        output_field=TextField(),
    )
    rank = Func(said, template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')", output_field=CharField())
    rows = windows_in(frame).annotate(rank=rank).select_related(*NAMES)
    return rows.order_by("rank", "started_at")


def _key(row: Any) -> tuple[UUID, str, datetime]:
    return row.gateway_id, row.event_id, row.started_at


def is_as_drawn(sample: UsageSample) -> bool:
    """Draw once more from what is in the database now: whether the sample is the same. Three queries."""
    audit = sample.audit
    frame = Frame(audit.institution_id, audit.reference, sample.since, sample.until)
    kept = [(row.stratum, _key(row)) for row in sample.windows.order_by("place")]
    count = max(sum(stratum == ALL for stratum, _row in kept), sum(stratum == OUTSIDE for stratum, _row in kept))
    again = [(stratum, _key(row)) for stratum, row in drawn(frame, sample.checkpoint.root, count)] if count else []
    return kept == again


def facts_of(window: Any) -> dict[str, Any]:
    """What was reported of a window, as it is kept: `shown` are pairs of label and value."""
    pairs: Iterable[tuple[str, object]] = (
        (_("Model"), f"{window.release.model.name} {window.release.version}"),
        (_("Environment"), window.environment.name if window.environment else window.environment_key),
        (_("Use case"), window.use_case.replace("_", " ")),
        (_("Data class"), window.data_class.replace("_", " ")),
        (_("Reported by"), f"{window.gateway.name}, {window.provider.name}"),
        (_("Requests"), window.requests),
        (_("Tokens"), window.tokens),
        (_("People at once"), window.seats),
        (_("Denied attempts"), window.denied),
        (_("Country"), window.country),
        (_("Grant"), window.get_scope_display()),
    )
    return {
        "shown": [[str(label), str(value)] for label, value in pairs if value not in ("", None)],
        "scope": window.scope,
        "requests": window.requests,
        "tokens": window.tokens,
    }
