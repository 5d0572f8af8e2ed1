"""What did happen by itself, read from the record and the notices alone, in the words of the model.

All that the portal did in its own name is told: a deed that the model does not know is something too much.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncDate

from audits.models import Audit, EnforcementCase, Finding, Obligation, RiskAcceptance
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


def happened(world: World, first: date, last: date) -> Counter[Happened]:
    """Each deed that the portal did by itself from one day to another, by the day of its entry."""
    told, days = _Told(world), (first, last + timedelta(days=1))
    rows = Entry.objects.filter(role="system", seq__gt=world.founded, time__date__gte=days[0], time__date__lt=days[1])
    content = dict(Event.objects.filter(entry__in=rows).values_list("entry_id", "content"))
    asked = Notice.objects.filter(
        kind="audit_without_auditor", created_at__date__gte=days[0], created_at__date__lt=days[1]
    )
    subjects = asked.order_by().values_list("about", "created_at__date").distinct()
    return Counter((day, "auditor asked for", *told.audit(about)) for about, day in subjects if about) + Counter(
        (time.date(), *told.of(verb, subject, time.date(), json.loads(content[seq])["detail"]))
        for seq, verb, subject, time in rows.order_by("seq").values_list("seq", "verb", "object_id", "time")
    )


class _Told:
    def __init__(self, world: World) -> None:
        self.numbers = {pk: one.number for one in world.partners for pk in one.ids.values()}
        self.audits = {row.pk: row for row in Audit.objects.select_related("follows")}
        self.reports = {row.pk: row for row in Obligation.objects.all()}
        self.findings = {row.pk: row for row in Finding.objects.all()}
        accepted = RiskAcceptance.objects.values_list("pk", "institution_id")
        self.accepted = {pk: self.numbers[institution] for pk, institution in accepted}
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
        match verb:
            case "record.checkpoint":
                return ("checkpoint taken",)
            case "risk_acceptance.end":
                return ("acceptance ends", self.accepted[subject])
            case "enforcement.open":
                return ("case opened", self.numbers[self.cases[subject]])
            case "enforcement.link_fact":
                return ("fact joins the case", self.numbers[self.cases[subject]])
            case "finding.reopen" | "finding.escalate":
                return self._of_finding(verb, subject, detail)
            case "obligation.plan" | "obligation.remind" | "obligation.escalate":
                return self._of_report(verb, subject, day, detail)
        return ("something else", verb, subject)

    def audit(self, pk: UUID) -> tuple[int, str]:
        """Whose audit, and its name in the model."""
        audit = self.audits[pk]
        return self.numbers[audit.institution_id], name_of(audit)

    def _of_finding(self, verb: str, subject: UUID, detail: dict[str, Any]) -> Happened:
        finding = self.findings[subject]
        who = (self.numbers[finding.institution_id], finding.reference)
        if verb == "finding.reopen":
            return ("finding open again", *who)
        return ("step about finding", *who, detail["what"], date.fromisoformat(detail["due"]), detail["step"])

    def _of_report(self, verb: str, subject: UUID, day: date, detail: dict[str, Any]) -> Happened:
        report = self.reports[subject]
        who = self.numbers[report.institution_id]
        if verb == "obligation.plan":
            told = (date.fromisoformat(day) for day in (*detail["period"], detail["due"]))
            return ("report asked for", who, report.kind, *told)
        about = (who, report.kind, report.period_start)
        if verb == "obligation.escalate":
            return ("step about report", *about, date.fromisoformat(detail["due"]), detail["step"])
        return ("reminded of report", *about, self.said.get((subject, day)))


def notices_said_twice() -> list[Any]:
    """Notices of one kind about one thing to one person on one day, more than one: there are none."""
    told = Notice.objects.exclude(about=None).values("kind", "about", "recipient", day=TruncDate("created_at"))
    return list(told.annotate(often=Count("pk")).filter(often__gt=1).values_list("kind", "about", "day", "often"))
