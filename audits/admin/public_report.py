"""Reports from the public on the desk: case officers of the authority that was told read them and write back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.access import of_own_authority
from audits.actions import public_report as deeds
from audits.admin.base import CaseAdmin, filter_by_state
from audits.forms.public import OutcomeForm, ReplyForm, TakeUpForm, choices_of
from audits.models import PublicReport
from audits.states import PUBLIC_REPORT
from audits.views.deeds import DeedPage
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.templatetags import ui

PAGES = (
    DeedPage("ask", "ask", lambda report, said, by: deeds.ask_reporter(report=report, by=by, **said), ReplyForm),
    DeedPage(
        "take-up",
        "take_up",
        lambda report, said, by: deeds.take_up_report(report=report, by=by, **said),
        TakeUpForm,
        _("Time runs from when the report came in. The institution hears of the incident, not of the report."),
        options=lambda report, _actor: {"rulebook": rules(), "institutions": choices_of(report)},
    ),
    DeedPage(
        "set-aside",
        "set_aside",
        lambda report, said, by: deeds.set_report_aside(report=report, by=by, **said),
        OutcomeForm,
    ),
)


class PublicReportAdmin(CaseAdmin):
    """The queue, and the page of one."""

    roles_view: ClassVar = frozenset({"case_officer"})
    pages = PAGES
    primary = ("take_up",)
    page_template = "admin/audits/public_report.html"
    page_related = ("authority", "incident")
    list_display = ("link", "about", "received", "state_tag")
    list_filter = (filter_by_state(PUBLIC_REPORT.choices),)
    search_fields = ("reference", "about")
    ordering = ("-received_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return of_own_authority(rows, actor)

    @admin.display(description=_("Received"), ordering="received_at")
    def received(self, row: PublicReport) -> str:
        return ui.short_day(row.received_at)

    def parts(self, subject: PublicReport, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        incident = subject.incident
        return {
            "report": subject,
            "messages_so_far": subject.messages.order_by("written_at"),
            "incident_url": reverse("admin:audits_incident_change", args=[incident.pk]) if incident else "",
        }
