"""Findings on the desk: plans, remedies, and what stays overdue."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.access import findings_on_desk
from audits.actions import finding as deeds
from audits.admin.base import CaseAdmin, due_tag, filter_by_state
from audits.forms.finding import AcceptRiskForm, ExtendForm
from audits.forms.text import NoteForm, ReasonForm
from audits.models import Finding
from audits.overdue import late_by, owed
from audits.queries.escalation import taken_on
from audits.states import FINDING
from audits.views.deeds import DeedPage
from portal.core.actors import Actor

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
        lambda finding, said, by: deeds.verify_finding(finding=finding, note=said["note"], by=by),
        NoteForm,
        _("You saw for yourself that it is put right. Somebody else than the one who put it right has to verify."),
    ),
    DeedPage(
        "back",
        "send_back",
        lambda finding, said, by: deeds.send_back_finding(finding=finding, reason=said["reason"], by=by),
        ReasonForm,
    ),
    DeedPage(
        "accept",
        "accept_risk",
        lambda finding, said, by: deeds.accept_risk(finding=finding, reason=said["reason"], until=said["until"], by=by),
        AcceptRiskForm,
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


class FindingAdmin(CaseAdmin):
    """Findings of one's authority, or of the audits assigned to one."""

    roles_view: ClassVar = frozenset({"case_officer", "auditor", "signatory"})
    pages = FINDING_PAGES
    primary = ("agree_plan", "verify")
    page_template = "admin/audits/finding.html"
    page_related = ("audit__authority", "institution__organisation", "control")
    list_display = ("link", "title", "institution_name", "severity_tag", "due", "state_tag")
    list_filter = (filter_by_state(FINDING.choices), "severity")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "title", "institution__organisation__name")
    ordering = ("remedy_due", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return findings_on_desk(rows, actor)

    @admin.display(description=_("Due"), ordering="remedy_due")
    def due(self, row: Finding) -> SafeString | str:
        now = owed(row)
        return due_tag(now[1] if now else row.remedy_due, open_=now is not None)

    def parts(self, subject: Finding, actor: Actor, request: HttpRequest) -> dict[str, Any]:
        return {
            "finding": subject,
            "owed": owed(subject),
            "late": late_by(subject),
            "steps": taken_on(subject),
            "notes": subject.notes.select_related("body").order_by("written_at"),
        }
