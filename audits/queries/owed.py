"""Everything that an institution owes with a day: plans, remedies, reports, evidence, answers, in one list."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, TruncDate

from audits.models import Audit, EnforcementCase, EvidenceRequest, Finding, IncidentDeadline, Obligation
from audits.models.evidence_request import OWED as ASKED
from audits.queries.obligations import OWED
from portal.core import clock

OVER = ("closed", "unfounded")
"""A duplicate can owe what a law wants of it alone."""
COLUMNS = ("what", "item", "ref", "name", "day")


def owed_by(institution_id: UUID, *, what: str = "", late: bool = False) -> QuerySet[Any]:
    """Rows as dicts of what, item (an id), ref, name and day, the earliest day first. One query.

    `what` leaves one kind (a key of `_sources`), `late` what was due before today.
    """
    sources = _sources(institution_id)
    wanted = [sources[what]] if what in sources else list(sources.values())
    if late:
        wanted = [rows.filter(day__lt=clock.today()) for rows in wanted]
    first, *others = (rows.order_by().values(*COLUMNS) for rows in wanted)
    joined: QuerySet[Any] = first.union(*others, all=True) if others else first
    return joined.order_by("day", "ref", "item")


def _sources(institution_id: UUID) -> dict[str, QuerySet[Any]]:
    own = {"institution_id": institution_id}
    deadlines = IncidentDeadline.objects.filter(
        incident__institution_id=institution_id, duty="partner", met_at=None, waived_at=None
    ).exclude(incident__state__in=OVER)
    return {
        "plan": _rows("plan", Finding.objects.filter(state="open", plan="", **own), "plan_due"),
        "remedy": _rows("remedy", Finding.objects.filter(state="plan_agreed", **own), "remedy_due"),
        "report": _rows("report", Obligation.objects.filter(state__in=OWED, **own), "due"),
        "evidence": _rows("evidence", EvidenceRequest.objects.filter(state__in=ASKED, **own), "due"),
        "incident": _rows("incident", deadlines, TruncDate("due_at", tzinfo=UTC), "label", "incident__reference"),
        "response": _rows(
            "response", Audit.objects.filter(state="partner_response", responded_at=None, **own), "response_due", ""
        ),
        "notice": _rows(
            "notice", EnforcementCase.objects.filter(state="notice_given", answered_at=None, **own), "answer_due", ""
        ),
    }


def _rows(what: str, rows: QuerySet[Any], day: Any, name: str = "title", ref: str = "reference") -> QuerySet[Any]:
    """The rows with the columns of the list."""
    found: QuerySet[Any] = rows.annotate(
        what=Value(what, output_field=CharField()),
        item=F("pk"),
        ref=F(ref),
        name=Cast(name, TextField()) if name else Value("", output_field=TextField()),
        day=F(day) if isinstance(day, str) else day,
    )
    return found
