"""Periodic reports on the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.access import of_own_authority
from audits.actions.obligation import accept_report, return_report
from audits.admin.base import due_tag, filter_by_state
from audits.admin.downloads import Exported, ObligationDeskTable, OverdueFilter
from audits.forms.text import ReasonForm
from audits.models import Obligation
from audits.overdue import late_by
from audits.queries.escalation import taken_on
from audits.reports import filed, rule_of
from audits.states import OBLIGATION
from audits.views.deeds import DeedPage
from portal.core.actors import Actor

OBLIGATION_PAGES = (
    DeedPage("accept", "accept", lambda obligation, _said, by: accept_report(obligation=obligation, by=by)),
    DeedPage(
        "return",
        "return",
        lambda obligation, said, by: return_report(obligation=obligation, reason=said["reason"], by=by),
        ReasonForm,
    ),
)


class ObligationAdmin(Exported):
    """Reports owed to one's authority."""

    roles_view: ClassVar = frozenset({"case_officer"})
    export_table = ObligationDeskTable
    pages = OBLIGATION_PAGES
    primary = ("accept",)
    page_template = "admin/audits/obligation.html"
    page_related = ("institution__organisation", "grant")
    list_display = ("link", "title", "institution_name", "due_day", "state_tag")
    list_filter = (filter_by_state(OBLIGATION.choices), OverdueFilter, "kind")
    list_select_related = ("institution__organisation", "grant")
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
            "late": late_by(subject),
            "steps": taken_on(subject),
            "answers": filed(rule_of(subject), last) if last else [],
        }
