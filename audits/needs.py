"""What needs somebody now, for the home pages: audits, findings, reports, incidents and cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.access import audits_on_desk, cases_on_desk, findings_on_desk, of_own_authority
from audits.models import (
    AUDIT_PERMISSION,
    Audit,
    AuditUserObjectPermission,
    DecisionSignature,
    EnforcementCase,
    Finding,
    Incident,
    IncidentDeadline,
    Obligation,
)
from audits.queries.obligations import OWED
from portal.accounts import needs
from portal.accounts.assign import assigned
from portal.accounts.needs import Need
from portal.core import clock
from portal.core.actors import Actor


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("applicant", "audits.partner", for_applicant)
    needs.register("case_officer", "audits.officer", for_case_officer)
    needs.register("auditor", "audits.auditor", for_auditor)
    needs.register("signatory", "audits.signatory", for_signatory)


@dataclass(frozen=True)
class _Ask:
    """Which rows somebody needs to see to, and by which of their dates they are old or due."""

    rows: QuerySet[Any]
    label: str
    url: str
    oldest: str = ""
    due: str = ""
    tone: str = ""

    def counted(self, place: int) -> QuerySet[Any]:
        """One row (place, count, first date), or none where there is nothing."""
        moment = models.DateTimeField()
        first = Cast(Min(self.oldest or self.due), moment)
        rows = self.rows.order_by().annotate(place=models.Value(place)).values("place")
        return rows.annotate(count=Count("pk"), first=first).values_list("place", "count", "first")


def _answered(asks: list[_Ask]) -> list[Need]:
    """How many of each, the oldest or the next due. One query for all of them."""
    first, *others = (ask.counted(place) for place, ask in enumerate(asks))
    found = {place: (count, moment) for place, count, moment in first.union(*others, all=True)}
    return [_need(ask, *found.get(place, (0, None))) for place, ask in enumerate(asks)]


def _need(ask: _Ask, count: int, first: datetime | None) -> Need:
    late = bool(ask.due and first and first.date() < clock.today())
    shown: Any = "red" if late else ask.tone if count else ""
    return Need(count, ask.label, ask.url, first if ask.oldest else None, first if ask.due else None, shown)


def _desk(model: str, query: str = "") -> str:
    return reverse(f"admin:audits_{model}_changelist") + query


def for_applicant(actor: Actor) -> list[Need]:
    """Findings and reports that the partner owes, notices to answer, what is due about incidents. One query."""
    own = {"institution_id": actor.body_id}
    deadlines = IncidentDeadline.objects.filter(
        incident__institution_id=actor.body_id, duty="partner", met_at=None, waived_at=None
    ).exclude(incident__state__in=["closed", "duplicate", "unfounded"])
    asks = [
        _Ask(
            Finding.objects.filter(Q(state="open", plan="") | Q(state="plan_agreed"), **own),
            _("findings to put right"),
            reverse("audits:findings"),
            due="remedy_due",
            tone="amber",
        ),
        _Ask(
            Obligation.objects.filter(state__in=OWED, period_end__lte=clock.today(), **own),
            _("reports to file"),
            reverse("audits:obligations"),
            due="due",
            tone="amber",
        ),
        _Ask(deadlines, _("reports on incidents to file"), reverse("audits:incidents"), due="due_at", tone="amber"),
        _Ask(
            EnforcementCase.objects.filter(state="notice_given", answered_at=None, **own),
            _("notices to answer"),
            reverse("audits:cases"),
            due="answer_due",
            tone="amber",
        ),
        _Ask(
            Audit.objects.filter(state="partner_response", responded_at=None, **own),
            _("audit reports to respond to"),
            reverse("audits:audits"),
            due="response_due",
        ),
    ]
    return _answered(asks)


def for_case_officer(actor: Actor) -> list[Need]:
    """Incidents to triage, audits without an auditor, audits to close, reports to read. One query."""
    audits = of_own_authority(Audit.objects.all(), actor)
    somebody = Exists(
        AuditUserObjectPermission.objects.filter(content_object=OuterRef("pk"), permission__codename=AUDIT_PERMISSION)
    )
    heard = Q(responded_at__isnull=False) | Q(response_due__lt=clock.today())
    asks = [
        _Ask(
            of_own_authority(Incident.objects.filter(state="reported"), actor),
            _("incidents to triage"),
            _desk("incident", "?state=reported"),
            oldest="reported_at",
            tone="red",
        ),
        _Ask(
            audits.filter(~somebody, state="planned"),
            _("audits without an auditor"),
            _desk("audit", "?state=planned"),
            due="planned_for",
        ),
        _Ask(
            audits.filter(heard, state="partner_response"),
            _("audits to close"),
            _desk("audit", "?state=partner_response"),
            oldest="sent_at",
        ),
        _Ask(
            of_own_authority(Obligation.objects.filter(state="submitted"), actor),
            _("reports to read"),
            _desk("obligation", "?state=submitted"),
            oldest="submitted_at",
        ),
    ]
    return _answered(asks)


def for_auditor(actor: Actor) -> list[Need]:
    """Audits in one's hands, plans to agree to, fixes to check. One query."""
    mine = audits_on_desk(Audit.objects.all(), actor).filter(
        assigned(AUDIT_PERMISSION, actor.user_id, AuditUserObjectPermission)
    )
    findings = findings_on_desk(Finding.objects.all(), actor)
    asks = [
        _Ask(
            mine.filter(state__in=["planned", "notified", "fieldwork", "draft_report"]),
            _("audits in your hands"),
            _desk("audit"),
            due="planned_for",
        ),
        _Ask(
            findings.filter(state="open").exclude(plan=""),
            _("plans to agree to"),
            _desk("finding", "?state=open"),
            oldest="plan_proposed_at",
        ),
        _Ask(
            findings.filter(state="remediated"),
            _("fixes to check"),
            _desk("finding", "?state=remediated"),
            oldest="remediated_at",
        ),
    ]
    return _answered(asks)


def for_signatory(actor: Actor) -> list[Need]:
    """Enforcement cases that wait for this person's signature, and serious incidents without a hold. One query."""
    signed = DecisionSignature.objects.filter(case=OuterRef("pk"), signer=actor.user_id)
    asks = [
        _Ask(
            cases_on_desk(EnforcementCase.objects.filter(~Exists(signed), state="heard"), actor),
            _("enforcement cases to decide"),
            _desk("enforcementcase", "?state=heard"),
            oldest="heard_at",
        ),
        _Ask(
            cases_on_desk(
                Incident.objects.filter(state="triaged", severity__in=["high", "critical"], hold=None), actor
            ),
            _("serious incidents without a hold"),
            _desk("incident", "?state=triaged"),
            oldest="triaged_at",
            tone="red",
        ),
    ]
    return _answered(asks)
