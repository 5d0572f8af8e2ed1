"""Audits on the desk: the queue, the audit's page with its checklist, and what officers and auditors do."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from audits.access import audits_on_desk
from audits.actions import audit as deeds
from audits.actions import audit_report
from audits.actions.finding import record_finding
from audits.admin.base import asks, filter_by_state
from audits.admin.crosswalk import crosswalk_urls
from audits.admin.export import export_urls
from audits.admin.fieldwork import FieldworkPages
from audits.admin.programme import ProgrammePages
from audits.forms.finding import FindingForm
from audits.forms.programme import SampleForm
from audits.forms.text import AuditorForm, ReasonForm, RescheduleForm, SummaryForm
from audits.models import Audit, Catalogue, Control, Finding, Incident
from audits.queries.independence import independent_auditors
from audits.queries.lessons import lessons_for, waiting_for
from audits.queries.pages import results_of, tallies
from audits.reasons import why_then
from audits.states import AUDIT
from audits.views.deeds import DeedPage
from audits.views.pages import STEPS, steps_of
from portal.accounts.models import User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.ui import tags
from portal.ui.forms import refuse
from portal.ui.templatetags import ui
from portal.workflow import can

PAGES = (
    DeedPage(
        "assign",
        "assign",
        lambda audit, said, by: deeds.assign_auditor(audit=audit, auditor=said["auditor"], by=by),
        AuditorForm,
        options=lambda audit, _actor: {
            "people": independent_auditors(authority_id=audit.authority_id, institution_id=audit.institution_id)
        },
    ),
    DeedPage(
        "notify",
        "notify",
        lambda audit, _said, by: deeds.notify_audit(audit=audit, by=by),
        lead=_("The partner is told the day and the reason, and that your authority comes."),
    ),
    DeedPage(
        "begin",
        "begin",
        lambda audit, _said, by: deeds.begin_audit(audit=audit, by=by),
        lead=_("The checklist is the sample that the lot gives. It stays as it is until the audit is closed."),
    ),
    DeedPage(
        "report",
        "draft",
        lambda audit, said, by: audit_report.draft_report(audit=audit, summary=said["summary"], by=by),
        SummaryForm,
        initial=lambda audit: {"summary": audit.summary},
    ),
    DeedPage(
        "resume",
        "resume",
        lambda audit, said, by: audit_report.resume_fieldwork(audit=audit, reason=said["reason"], by=by),
        ReasonForm,
    ),
    DeedPage(
        "send",
        "send_report",
        lambda audit, _said, by: audit_report.send_report(audit=audit, by=by),
        lead=_("The partner reads the report, the results and the findings, and has time to respond."),
    ),
    DeedPage(
        "close",
        "close",
        lambda audit, _said, by: audit_report.close_audit(audit=audit, by=by),
        lead=_("Findings that are open stay open until an auditor has verified them."),
    ),
    DeedPage(
        "reschedule",
        "reschedule",
        lambda audit, said, by: deeds.reschedule_audit(
            audit=audit, planned_for=said["planned_for"], reason=said["reason"], by=by
        ),
        RescheduleForm,
    ),
    DeedPage(
        "choose",
        "choose",
        lambda audit, said, by: deeds.choose_sample(audit=audit, by=by, **said),
        SampleForm,
        lead=_("More controls than the rulebook asks for, or another catalogue, until the time of the draw has come."),
        options=lambda _audit, _actor: {"catalogues": Catalogue.objects.filter(state="current").order_by("title")},
        initial=lambda audit: {"count": audit.sample_size, "catalogue": audit.catalogue_id},
    ),
    DeedPage(
        "unassign",
        "unassign",
        lambda audit, said, by: deeds.unassign_auditor(
            audit=audit, auditor=said["auditor"], reason=_gettext("Taken off by the case officer"), by=by
        ),
        AuditorForm,
        options=lambda audit, _actor: {"people": User.objects.filter(pk__in=audit.assigned_ids)},
    ),
    DeedPage(
        "cancel",
        "cancel",
        lambda audit, said, by: deeds.cancel_audit(audit=audit, reason=said["reason"], by=by),
        ReasonForm,
        dangerous=True,
    ),
)


def _lesson(lessons: QuerySet[Incident], asked: str) -> dict[str, Any]:
    """What the form of a finding begins with where it is to be made of the lessons of an incident."""
    try:
        incident = lessons.filter(pk=UUID(asked)).first() if asked else None
    except ValueError:
        return {}
    if incident is None:
        return {}
    return {"incident": incident, "severity": incident.severity, "description": incident.lessons}


class AuditAdmin(ProgrammePages, FieldworkPages):
    """Officers see the audits of their authority, auditors those assigned to them."""

    roles_view: ClassVar = frozenset({"case_officer", "auditor"})
    pages = PAGES
    primary = ("notify", "begin", "draft", "send_report", "close", "assign")
    page_template = "admin/audits/audit.html"
    page_related = ("institution__organisation", "catalogue")
    list_display = ("link", "institution_name", "state_tag", "planned", "tier_label", "why_label")
    list_filter = (filter_by_state(AUDIT.choices), "kind", "tier")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    search_help_text = _("Reference or name of the institution")
    ordering = ("planned_for", "pk")
    list_before_template = "admin/audits/audits_above.html"

    def visible(self, rows: Any, actor: Actor) -> Any:
        return audits_on_desk(rows, actor)

    @admin.display(description=_("Planned for"), ordering="planned_for")
    def planned(self, row: Audit) -> SafeString | str:
        late = row.state in ("planned", "notified") and row.planned_for < clock.today()
        return tags.derived_tag("overdue", ui.short_day(row.planned_for)) if late else ui.short_day(row.planned_for)

    @admin.display(description=_("Tier"), ordering="tier")
    def tier_label(self, row: Audit) -> str:
        return row.tier.capitalize()

    @admin.display(description=_("Why then"))
    def why_label(self, row: Audit) -> str:
        return why_then(row.why)

    # --- the page of one ---
    def parts(self, subject: Audit, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        families = tallies(subject) if subject.began_at else []
        return {
            "why": why_then(subject.why),
            "drawn_on": subject.draw_at.date() if subject.draw_at else None,
            "steps": steps_of(subject, STEPS),
            "auditors": User.objects.filter(pk__in=subject.assigned_ids),
            "families": [(family, self.family_url(subject, family)) for family in families],
            "results": [(label or _gettext("No result yet"), count) for label, count in results_of(families)],
            "may_test": bool(can(subject, "test_controls", actor)),
            "findings": [
                (row, reverse("admin:audits_finding_change", args=[row.pk]))
                for row in Finding.objects.filter(audit=subject).order_by("remedy_due")
            ],
            "may_record": subject.state in ("fieldwork", "draft_report") and actor.user_id in subject.assigned_ids,
            **self.fieldwork_parts(subject, actor),
            "lessons": waiting_for(subject) if subject.state in ("fieldwork", "draft_report") else [],
            "record_url": reverse("admin:audits_audit_finding", args=[subject.pk]),
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/finding/", view(asks(self.finding_view)), name="audits_audit_finding"),
            *self.fieldwork_urls(),
            *export_urls(self),
            *crosswalk_urls(self),
            *super().get_urls(),
        ]

    def finding_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """Record a finding in this audit."""
        subject, actor = self.subject(request, pk), request.actor
        require(can(Finding(audit=subject, institution_id=subject.institution_id), "record", actor))
        controls = Control.objects.filter(checks__audit=subject).order_by("position")
        lessons = lessons_for(subject)
        form = FindingForm(
            request.POST if request.method == "POST" else None,
            controls=controls,
            incidents=lessons,
            initial=_lesson(lessons, request.GET.get("incident", "")),
        )
        if request.method == "POST" and form.is_valid():
            try:
                finding = record_finding(audit=subject, by=actor, **form.cleaned_data)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _gettext("Finding recorded. The partner was told."))
                return redirect(reverse("admin:audits_finding_change", args=[finding.pk]))
        return self.ask(request, subject, form, Finding.TABLE.move("record"))
