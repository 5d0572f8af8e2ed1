"""Findings and periodic reports on the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.access import findings_on_desk, of_own_authority
from audits.actions import finding as deeds
from audits.actions.obligation import accept_report, return_report
from audits.admin.base import CaseAdmin, filter_by_state
from audits.forms.text import AcceptRiskForm, NoteForm, ReasonForm
from audits.models import Finding, Obligation
from audits.reports import answered, rule_of
from audits.states import FINDING, OBLIGATION
from audits.views.deeds import DeedPage
from portal.core import clock
from portal.core.actors import Actor
from portal.ui import tags
from portal.ui.templatetags import ui

FINDING_PAGES = (
    DeedPage("agree", "agree_plan", lambda finding, _said, by: deeds.agree_plan(finding=finding, by=by)),
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
)
OBLIGATION_PAGES = (
    DeedPage("accept", "accept", lambda obligation, _said, by: accept_report(obligation=obligation, by=by)),
    DeedPage(
        "return",
        "return",
        lambda obligation, said, by: return_report(obligation=obligation, reason=said["reason"], by=by),
        ReasonForm,
    ),
)


def due_tag(day: Any, *, open_: bool) -> SafeString | str:
    """The day, red where it has passed and something is still owed."""
    late = open_ and day < clock.today()
    return tags.derived_tag("overdue", ui.short_day(day)) if late else ui.short_day(day)


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

    @admin.display(description=_("To be put right by"), ordering="remedy_due")
    def due(self, row: Finding) -> SafeString | str:
        return due_tag(row.remedy_due, open_=row.state in ("open", "plan_agreed"))

    def parts(self, subject: Finding, actor: Actor, request: HttpRequest) -> dict[str, Any]:
        return {
            "finding": subject,
            "late": subject.state in ("open", "plan_agreed") and subject.remedy_due < clock.today(),
            "notes": subject.notes.select_related("body").order_by("written_at"),
        }


class ObligationAdmin(CaseAdmin):
    """Reports owed to one's authority."""

    roles_view: ClassVar = frozenset({"case_officer"})
    pages = OBLIGATION_PAGES
    primary = ("accept",)
    page_template = "admin/audits/obligation.html"
    page_related = ("institution__organisation", "grant")
    list_display = ("link", "title", "institution_name", "due_day", "state_tag")
    list_filter = (filter_by_state(OBLIGATION.choices), "kind")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "title", "institution__organisation__name")
    ordering = ("due", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return of_own_authority(rows, actor)

    @admin.display(description=_("Due"), ordering="due")
    def due_day(self, row: Obligation) -> SafeString | str:
        return due_tag(row.due, open_=row.state in ("due", "returned"))

    def parts(self, subject: Obligation, actor: Actor, request: HttpRequest) -> dict[str, Any]:
        last = subject.reports.order_by("-number").first()
        return {
            "obligation": subject,
            "answers": answered(rule_of(subject), last.answers) if last else [],
        }
