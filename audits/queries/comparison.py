"""How controls fared last time: the latest earlier result of each, in any closed audit of the same institution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from audits.models import Audit, Check, Finding, Result
from portal.core.verdicts import Text

ORDER = (Result.NOT_MET, Result.PARTLY, Result.MET)
"""From the worst."""
CHANGES: dict[str, Text] = {
    "worse": _("Worse than last time"),
    "not_better": _("Still not met"),
    "better": _("Better than last time"),
    "as_before": _("As last time"),
    "other": _("Applied once, and once not"),
    "new": _("Not looked at before"),
    "open": _("No result yet"),
}
"""In the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier result of a control."""

    result: str
    note: str
    audit: str
    on: datetime

    @property
    def label(self) -> str:
        return str(Result(self.result).label)


@dataclass(frozen=True, slots=True)
class Compared:
    """A control on the checklist, how it fared before, and what that makes: a key of CHANGES."""

    check: Check
    before: Before | None
    change: str

    @property
    def words(self) -> Text:
        return CHANGES[self.change]


def change_of(before: str, now: str) -> str:
    """What became of a control. Both are results; "" where there is none."""
    if not now:
        return "open"
    if not before:
        return "new"
    if before == now:
        return "as_before" if now in (Result.MET, Result.NOT_APPLICABLE) else "not_better"
    if Result.NOT_APPLICABLE in (before, now):
        return "other"
    return "better" if ORDER.index(Result(now)) > ORDER.index(Result(before)) else "worse"


def with_before(rows: QuerySet[Check], audit: Audit) -> QuerySet[Check]:
    """The rows with `before`: the latest earlier result of the same control in whichever version of its catalogue."""
    earlier = Check.objects.filter(
        audit__institution=audit.institution_id,
        audit__state="closed",
        audit__began_at__lt=audit.began_at or audit.planned_at,
        control__oscal_id=OuterRef("control__oscal_id"),
        control__catalogue__key=OuterRef("control__catalogue__key"),
    ).exclude(result="")
    said = JSONObject(result="result", note="note", audit="audit__reference", on="audit__began_at")
    return rows.annotate(before=Subquery(earlier.order_by("-audit__began_at").values(said=said)[:1]))


def before_of(check: Any) -> Before | None:
    """What `with_before` found for a row."""
    said = check.before
    if said is None:
        return None
    on = parse_datetime(said["on"])
    assert on is not None
    return Before(said["result"], said["note"], said["audit"], on)


def comparison(audit: Audit) -> list[Compared]:
    """The whole checklist beside last time, in the order of the catalogue. One query."""
    rows = Check.objects.filter(audit=audit).select_related("control").defer("control__guidance", "control__statement")
    found = []
    for check in with_before(rows, audit).order_by("position"):
        before = before_of(check)
        found.append(Compared(check, before, change_of(before.result if before else "", check.result)))
    return found


def counted(compared: Iterable[Compared]) -> list[tuple[Text, int]]:
    """How many controls fared how, those that there are, in the order of CHANGES."""
    numbers = Counter(item.change for item in compared)
    return [(words, numbers[key]) for key, words in CHANGES.items() if numbers[key]]


def open_findings(audit: Audit, group_id: UUID | None = None) -> dict[str, list[Finding]]:
    """Findings of earlier audits that are not verified, by the identifier of their control. One query."""
    rows = Finding.objects.filter(
        institution_id=audit.institution_id, control__catalogue__key=audit.catalogue.key if audit.catalogue else ""
    )
    rows = rows.exclude(state="verified").exclude(audit=audit)
    if group_id is not None:
        here = Check.objects.filter(audit=audit, control__group_id=group_id)
        rows = rows.filter(control__oscal_id__in=here.values("control__oscal_id"))
    found: dict[str, list[Finding]] = {}
    for finding in rows.select_related("control", "audit").order_by("remedy_due"):
        assert finding.control is not None
        found.setdefault(finding.control.oscal_id, []).append(finding)
    return found
