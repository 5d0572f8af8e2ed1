"""What did happen by itself, read from the record and the notices alone, in the words of the model."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from audits.models import Audit, EnforcementCase, Finding, Obligation
from portal.ledger.models import Entry, Event
from portal.notifications.models import Notice
from tests.audits.time_travel.model import Event as Happened
from tests.audits.time_travel.world import World

ENDS = {
    "qualification.lapse": "qualification ends",
    "qualification.remind": "end of qualification announced",
    "grant.expire": "grant ends",
    "grant.remind": "end of grant announced",
}
CAME = (
    *ENDS,
    "audit.plan",
    "audit.notify",
    "audit.draw",
    "audit.reschedule",
    "obligation.plan",
    "obligation.remind",
    "obligation.escalate",
    "finding.reopen",
    "finding.escalate",
    "enforcement.open",
)
"""The deeds of the sweeps."""


AUDIT = {
    "audit.plan": "audit planned",
    "audit.notify": "audit announced",
    "audit.draw": "sample drawn",
    "audit.reschedule": "audit moved",
    "audit.cancel": "audit dropped",
}


def name_of(audit: Audit) -> str:
    """The number of a periodic audit, and of a follow-up “after” and that of the audit before."""
    return f"after {audit.follows.number}" if audit.follows else str(audit.number)


def _falls_on(detail: dict[str, Any]) -> tuple[date]:
    return (date.fromisoformat(detail["why"]["falls_on"]),)


def happened(world: World) -> Counter[Happened]:
    """Each deed that the portal did by itself, by the day of its entry."""
    told = _Told(world)
    by_itself = Q(verb__in=CAME) | Q(verb="audit.cancel", role="system")
    rows = Entry.objects.filter(by_itself).order_by("seq").values_list("verb", "object_id", "time", "pk")
    content = dict(Event.objects.values_list("entry_id", "content"))
    asked = Notice.objects.filter(kind="audit_without_auditor").values_list("about", "created_at__date").distinct()
    asked_for = Counter((day, "auditor asked for", *told.audit(about)) for about, day in asked if about)
    return asked_for + Counter(
        (time.date(), *told.of(verb, subject, time.date(), json.loads(content[pk])["detail"]))
        for verb, subject, time, pk in rows
    )


class _Told:
    def __init__(self, world: World) -> None:
        self.numbers = {pk: one.number for one in world.partners for pk in one.ids.values()}
        self.audits = {row.pk: row for row in Audit.objects.select_related("follows")}
        self.reports = {row.pk: row for row in Obligation.objects.all()}
        self.findings = {row.pk: row for row in Finding.objects.all()}
        self.cases = dict(EnforcementCase.objects.values_list("pk", "institution_id"))
        said = Notice.objects.filter(kind__in=("report_reminder", "report_overdue"))
        self.said = {
            (about, at.date()): int(key.rpartition(":")[2])
            for about, at, key in said.values_list("about", "created_at", "key")
        }
        """How often the partner had been reminded of the report by that day, as the notice itself counts."""

    def of(self, verb: str, subject: UUID, day: date, detail: dict[str, Any]) -> Happened:
        if verb in ENDS:
            more: tuple[Any, ...] = (detail["notice"],) if verb.endswith("remind") else ()
            return (ENDS[verb], self.numbers[subject], *more)
        if verb in AUDIT:
            days = {"audit.plan": _falls_on, "audit.reschedule": lambda item: (date.fromisoformat(item["is"]),)}
            return (AUDIT[verb], *self.audit(subject), *days.get(verb, lambda _item: ())(detail))
        if verb == "finding.reopen":
            return ("finding open again", *self._finding(subject))
        if verb == "finding.escalate":
            due = date.fromisoformat(detail["due"])
            return ("step about finding", *self._finding(subject), detail["what"], due, detail["step"])
        if verb == "enforcement.open":
            return ("case opened", self.numbers[self.cases[subject]])
        report = self.reports[subject]
        who = self.numbers[report.institution_id]
        if verb == "obligation.plan":
            told = (date.fromisoformat(day) for day in (*detail["period"], detail["due"]))
            return ("report asked for", who, report.kind, *told)
        if verb == "obligation.escalate":
            due = date.fromisoformat(detail["due"])
            return ("step about report", who, report.kind, report.period_start, due, detail["step"])
        return ("reminded of report", who, report.kind, report.period_start, self.said.get((subject, day)))

    def audit(self, pk: UUID) -> tuple[int, str]:
        """Whose audit, and its name in the model."""
        audit = self.audits[pk]
        return self.numbers[audit.institution_id], name_of(audit)

    def _finding(self, subject: UUID) -> tuple[int, str]:
        finding = self.findings[subject]
        return self.numbers[finding.institution_id], finding.reference


def notices_said_twice() -> list[Any]:
    """Notices of one kind about one thing to one person under one key, more than one: there are none."""
    keys = Counter(Notice.objects.values_list("kind", "key", "recipient_id"))
    return [key for key, often in keys.items() if often > 1]
