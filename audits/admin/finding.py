"""Findings on the desk: plans, remedies, and what stays overdue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Case, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.access import findings_on_desk
from audits.actions import finding as deeds
from audits.actions.acceptance import propose_acceptance
from audits.admin.base import due_tag, filter_by_state
from audits.admin.documents import WithDocuments, reader_of
from audits.admin.downloads import Exported, FindingDeskTable, OverdueFilter
from audits.forms.finding import ExtendForm, FailedTestForm, ProposeAcceptanceForm, TestForm
from audits.forms.text import ReasonForm
from audits.models import Finding
from audits.overdue import late_by, owed
from audits.queries.escalation import taken_on
from audits.queries.finding import file_for, notes_of, retests_of
from audits.states import FINDING
from audits.views.deeds import DeedPage
from partners.models import Evidence
from portal.core.actors import Actor

ACCEPTANCE = ("case_officer", "signatory")
"""Who reads proposals to accept a risk."""

SETTLED = Case(When(state="verified", then=2), When(state="risk_accepted", then=1), default=0)
"""What somebody has to do something about first, then risks that are borne for now, then what was put right."""

FINDING_PAGES = (
    DeedPage("agree", "agree_plan", lambda finding, _said, by: deeds.agree_plan(finding=finding, by=by)),
    DeedPage(
        "another",
        "return_plan",
        lambda finding, said, by: deeds.return_plan(finding=finding, reason=said["reason"], by=by),
        ReasonForm,
        _("The partner has as many working days for another plan as it had left when it sent this one."),
    ),
    DeedPage(
        "verify",
        "verify",
        lambda finding, said, by: deeds.verify_finding(finding=finding, method=said["method"], by=by),
        TestForm,
        _("You tested for yourself that it is put right, and had no hand in the remedy. The test is kept as it is."),
    ),
    DeedPage(
        "back",
        "send_back",
        lambda finding, said, by: deeds.send_back_finding(finding=finding, reason=said["reason"], by=by),
        FailedTestForm,
        _("The test is kept as it is. The partner goes on with as much time as it had left."),
    ),
    DeedPage(
        "accept",
        "propose_acceptance",
        lambda finding, said, by: propose_acceptance(finding=finding, by=by, **said),
        ProposeAcceptanceForm,
        _("Signatories who had no part in it read it and decide. On the day that you name the finding is open again."),
    ),
    DeedPage(
        "extend",
        "extend",
        lambda finding, said, by: deeds.extend_finding(
            finding=finding, until=said["until"], reason=said["reason"], by=by
        ),
        ExtendForm,
    ),
)


class FindingAdmin(WithDocuments, Exported):
    """Findings of one's authority, or of the audits assigned to one."""

    roles_view: ClassVar = frozenset({"case_officer", "auditor", "signatory"})
    export_table = FindingDeskTable
    pages = FINDING_PAGES
    primary = ("agree_plan", "verify")
    page_template = "admin/audits/finding.html"
    page_related = ("audit__authority", "institution__organisation", "control", "incident")
    list_display = ("link", "title", "institution_name", "severity_tag", "due", "state_tag")
    list_filter = (filter_by_state(FINDING.choices), OverdueFilter, "severity")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "title", "institution__organisation__name")
    ordering = (SETTLED, "remedy_due", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return findings_on_desk(rows, actor)

    @admin.display(description=_("Due"), ordering="remedy_due")
    def due(self, row: Finding) -> SafeString | str:
        now = owed(row)
        return due_tag(now[1] if now else row.remedy_due, open_=now is not None)

    def parts(self, subject: Finding, actor: Actor, request: HttpRequest) -> dict[str, Any]:
        return {
            "finding": subject,
            "incident_url": reverse("admin:audits_incident_change", args=[subject.incident_id])
            if subject.incident_id and actor.has("case_officer", "signatory")
            else "",
            "owed": owed(subject),
            "late": late_by(subject),
            "steps": taken_on(subject),
            "notes": notes_of(subject, reader_of(subject, actor), partial(self.address_of, subject)),
            "tests": retests_of(subject),
            "acceptances": [
                (row, reverse("admin:audits_riskacceptance_change", args=[row.pk]) if actor.has(*ACCEPTANCE) else "")
                for row in subject.acceptances.order_by("-proposed_at")
            ],
        }

    def file_for(self, subject: Finding, document: UUID, reader: Mapping[str, bool]) -> Evidence | None:
        return file_for(subject, document, reader)
