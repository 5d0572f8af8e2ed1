"""What is on file about a partner and can be linked to a case; and what is linked, with where it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audits.models import Alert, CaseFact, EnforcementCase, Finding, Incident, Obligation
from audits.models.enforcement_parts import FACTS
from portal.core import clock

SHOWN = 30
"""Of each kind, how many are offered."""
DESK = {
    "incident": "incident",
    "finding": "finding",
    "alert": "alert",
    "obligation": "obligation",
    "earlier": "enforcementcase",
}


@dataclass(frozen=True)
class Fact:
    """Something that a case rests on. `url` is empty where the reader has no page for it.

    `unlinked` says why the case does not rest on it any more; empty while it does.
    """

    kind: str
    title: str
    url: str
    row: Any
    unlinked: str = ""

    @property
    def note(self) -> str:
        """What is said under its title."""
        if not self.unlinked:
            return self.kind
        return _("%(kind)s, unlinked: %(reason)s") % {"kind": self.kind, "reason": self.unlinked}


def on_file(case: EnforcementCase) -> dict[str, QuerySet[Any]]:
    """Kind → what of it is on file about the institution and not linked to the case."""
    of = {"institution_id": case.institution_id}
    overdue = Obligation.objects.filter(**of, state__in=["due", "returned"], due__lt=clock.today())
    rows: dict[str, tuple[QuerySet[Any], str]] = {
        "incident": (Incident.objects.filter(**of), "-reported_at"),
        "finding": (Finding.objects.filter(**of), "-recorded_at"),
        "alert": (Alert.objects.filter(**of), "-raised_at"),
        "obligation": (overdue, "-due"),
        "earlier": (EnforcementCase.objects.filter(**of, state="decided").exclude(pk=case.pk), "-opened_at"),
    }
    linked = CaseFact.objects.filter(case=case, unlinked_at=None)
    return {
        kind: found.exclude(pk__in=linked.exclude(**{kind: None}).values(kind)).order_by(order)
        for kind, (found, order) in rows.items()
    }


def offered_facts(case: EnforcementCase) -> list[tuple[str, Any]]:
    """Choices `kind:id` with what each is, in groups. Five queries."""
    titles = kinds()
    groups = [
        (titles[kind], [(f"{kind}:{row.pk}", title_of(kind, row)) for row in rows[:SHOWN]])
        for kind, rows in on_file(case).items()
    ]
    return [group for group in groups if group[1]]


def picked(case: EnforcementCase, values: Iterable[str]) -> list[Any]:
    """The things behind such choices, of those that are offered. A query for each kind that is named."""
    wanted: dict[str, list[str]] = {}
    for value in values:
        kind, _colon, key = value.partition(":")
        wanted.setdefault(kind, []).append(key)
    rows = on_file(case)
    return [row for kind, keys in wanted.items() for row in rows[kind].filter(pk__in=keys)]


def facts_of(case: EnforcementCase, *, desk: bool) -> list[Fact]:
    """What is linked, in order, with the reader's page of each; on the desk also what was unlinked. One query."""
    rows = case.linked.select_related(*FACTS).order_by("linked_at", "pk")
    if not desk:
        rows = rows.filter(unlinked_at=None)
    return [
        Fact(kinds()[row.kind], _said(row, desk), _url(row, desk), row.subject, row.unlinked_reason) for row in rows
    ]


def unlinkable(case: EnforcementCase) -> list[tuple[str, str]]:
    """Choices of facts that can be taken off: all but what the case was opened from. One query."""
    rows = case.linked.filter(unlinked_at=None).select_related(*FACTS).order_by("linked_at", "pk")
    return [
        (str(row.pk), f"{kinds()[row.kind]}: {title_of(row.kind, row.subject)}")
        for row in rows
        if row.subject_id not in (case.incident_id, case.finding_id)
    ]


def kinds() -> dict[str, str]:
    """What each kind is called."""
    return {
        "incident": _("Incident"),
        "finding": _("Finding"),
        "alert": _("Alert from use"),
        "obligation": _("Overdue report"),
        "earlier": _("Earlier case"),
    }


def title_of(kind: str, row: Any) -> str:
    """What it is, in a line."""
    if kind == "alert":
        when = date_format(row.begins_at, "DATE_FORMAT")
        return f"{row.reference} {row.get_kind_display()}, {when}"
    if kind == "earlier":
        return f"{row.reference}: {row.get_measure_display()}"
    return str(row)


def _said(row: CaseFact, desk: bool) -> str:
    """The partner is told that its use was looked at and when, not what the watch makes of it."""
    if row.kind == "alert" and not desk:
        when = date_format(row.subject.begins_at, "DATE_FORMAT")
        return _("%(reference)s: use on %(day)s") % {"reference": row.subject.reference, "day": when}
    return title_of(row.kind, row.subject)


def _url(row: CaseFact, desk: bool) -> str:
    if desk:
        return reverse(f"admin:audits_{DESK[row.kind]}_change", args=[row.subject_id])
    return "" if row.kind == "alert" else str(row.subject.get_absolute_url())
