"""Incidents on the desk: the queue, the page of one, and what officers and signatories do about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from audits.access import cases_on_desk
from audits.actions import incident as deeds
from audits.actions.enforcement import open_case
from audits.actions.marking import mark_incident, note_look
from audits.admin.base import asks, filter_by_state
from audits.admin.incident_reports import WithReports
from audits.forms.incident import CloseForm, DuplicateForm, MarkForm, SeverityForm
from audits.forms.stopping import HoldForm
from audits.forms.text import FactsForm, ReasonForm, ResolveForm, UpdateForm
from audits.models import EnforcementCase, Incident
from audits.queries.incident import looks_at, public_reports_of, shown_deadlines, updates_of
from audits.queries.incident_family import could_be, merged_into
from audits.queries.incident_report import reports_of
from audits.queries.lessons import findings_of, with_findings
from audits.queries.stopping import PERSON, held_for, hold_targets, placed_for, preview_of
from audits.states import ENFORCEMENT, INCIDENT
from audits.views.deeds import DeedPage
from grants.queries.hold import named_person
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules
from portal.ui.forms import refuse
from portal.ui.templatetags import ui
from portal.workflow import can


def _stop(incident: Incident, said: dict[str, Any], by: Actor) -> Any:
    """Stop access on the target that was chosen."""
    kind = said["target"]
    target = named_person(incident.institution_id, said["email"]) if kind == PERSON else hold_targets(incident)[kind][1]
    return deeds.hold_for_incident(
        incident=incident,
        target=target,
        reason=said["reason"],
        lifted_when=said["lifted_when"],
        seen=said["seen"],
        by=by,
    )


def _stoppable(incident: Incident, _actor: Actor) -> dict[str, Any]:
    targets = [(key, label) for key, (label, _thing) in hold_targets(incident).items()]
    one_person = (PERSON, _gettext("One person of the institution"))
    return {"targets": [*targets, one_person], "preview": preview_of(incident)}


def _with_rules(incident: Incident, actor: Actor) -> dict[str, Any]:
    return {"rulebook": rules(incident.rulebook)}


def _as_classified(incident: Incident) -> dict[str, Any]:
    return {"severity": incident.severity, "harms": incident.harms}


PAGES = (
    DeedPage(
        "triage",
        "triage",
        lambda incident, said, by: deeds.triage_incident(incident=incident, by=by, **said),
        SeverityForm,
        options=_with_rules,
        initial=_as_classified,
    ),
    DeedPage(
        "hold",
        "hold",
        _stop,
        HoldForm,
        _(
            "Every request is refused at once. A signatory of another body confirms it in time, or it lapses. What is "
            "listed with your choice is what you confirm."
        ),
        options=_stoppable,
        dangerous=True,
    ),
    DeedPage(
        "contain",
        "contain",
        lambda incident, said, by: deeds.contain_incident(incident=incident, how=said["text"], by=by),
        UpdateForm,
    ),
    DeedPage(
        "resolve",
        "resolve",
        lambda incident, said, by: deeds.resolve_incident(incident=incident, by=by, **said),
        ResolveForm,
    ),
    DeedPage(
        "close",
        "close",
        lambda incident, said, by: deeds.close_incident(incident=incident, by=by, **said),
        CloseForm,
        _("Everything that had to be filed was. Read the lessons once more, and say what follows from them."),
        shows=lambda incident: {"quoted": incident.lessons},
    ),
    DeedPage(
        "update",
        "add_update",
        lambda incident, said, by: deeds.add_update(incident=incident, text=said["text"], by=by),
        UpdateForm,
    ),
    DeedPage(
        "mark",
        "mark",
        lambda incident, said, by: mark_incident(incident=incident, by=by, **said),
        MarkForm,
        initial=lambda incident: {"marking": incident.marking, "techniques": " ".join(incident.techniques)},
    ),
    DeedPage(
        "severity",
        "reclassify",
        lambda incident, said, by: deeds.reclassify_incident(
            incident=incident, severity=said["severity"], harms=said["harms"], reason=said["note"], by=by
        ),
        SeverityForm,
        options=_with_rules,
        initial=_as_classified,
    ),
    DeedPage(
        "reopen",
        "reopen",
        lambda incident, said, by: deeds.reopen_incident(incident=incident, reason=said["reason"], by=by),
        ReasonForm,
    ),
    DeedPage(
        "duplicate",
        "mark_duplicate",
        lambda incident, said, by: deeds.mark_duplicate(incident=incident, of=said["of"], by=by),
        DuplicateForm,
        _("Nothing is lost: reports, deadlines and updates of both are read where work goes on. It can be taken back."),
        options=lambda incident, _actor: {"incidents": could_be(incident)},
    ),
    DeedPage(
        "take-back",
        "take_back",
        lambda incident, said, by: deeds.take_back_duplicate(incident=incident, reason=said["reason"], by=by),
        ReasonForm,
        _("It is triaged anew, and its own clocks run again. That is possible until a report about both is filed."),
    ),
    DeedPage(
        "dismiss",
        "dismiss",
        lambda incident, said, by: deeds.dismiss_incident(incident=incident, reason=said["reason"], by=by),
        ReasonForm,
        dangerous=True,
    ),
)


class KindFilter(admin.SimpleListFilter):
    """By the kinds of the rulebook in force. Django’s own filter would read every row to know which there are."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(item.key, item.label) for item in rules().incidents.kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class IncidentAdmin(WithReports):
    """Incidents: officers of the authority that runs the case; signatories, who may stop access."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    pages = PAGES
    primary = ("triage", "hold", "contain", "resolve", "close")
    page_template = "admin/audits/incident.html"
    page_related = (
        "institution__organisation",
        "authority",
        "grant",
        "environment",
        "line__grant",
        "release__model",
        "hold",
        "duplicate_of",
    )
    list_display = ("link", "title", "institution_name", "severity_tag", "reported", "state_tag")
    list_filter = (filter_by_state(INCIDENT.choices), "severity", KindFilter)
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "title", "institution__organisation__name")
    ordering = ("-reported_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return cases_on_desk(rows, actor)

    def on_page(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        duplicates = Incident.objects.filter(duplicate_of=OuterRef("pk"))
        return with_findings(super().on_page(rows)).annotate(was_merged_into=Exists(duplicates))

    @admin.display(description=_("Reported"), ordering="reported_at")
    def reported(self, row: Incident) -> str:
        return ui.short_day(row.reported_at)

    def parts(self, subject: Any, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        book = rules(subject.rulebook).incidents
        kinds = {item.key: item.label for item in book.kinds}
        merged = list(merged_into(subject)) if subject.was_merged_into else []
        family = {one.pk: one for one in (subject, *merged)}
        running, set_aside = shown_deadlines(subject, family)
        note_look(incident=subject, by=actor)
        own = actor.body_id == subject.authority_id
        return {
            "incident": subject,
            "kind": kinds.get(subject.kind, subject.kind),
            "harms": [item.label for item in book.harms if item.key in subject.harms],
            "recipients": {item.key: item.label for item in book.recipients},
            "deadlines": [
                (row, self._file_url(row.incident, row, actor), self._aside_url(row.incident, row, actor))
                for row in running
            ],
            "set_aside": set_aside,
            "reports": [
                (report, reverse("admin:audits_incident_document", args=[report.incident_id, report.pk]))
                for report in reports_of(family)
            ],
            "looks": looks_at(subject),
            "held": [
                (item, reverse("admin:grants_hold_change", args=[item.hold.pk]))
                for item in held_for(placed_for(family.values()))
            ],
            "knows": True,
            "lessons_made": [
                (row, reverse("admin:audits_finding_change", args=[row["pk"]]) if own else "")
                for row in findings_of(subject)
            ],
            "updates": updates_of(family),
            "original_url": self.url_of(subject.duplicate_of) if subject.duplicate_of else "",
            "merged": [(one, self.url_of(one)) for one in merged],
            "public_reports": [
                (report, reverse("admin:audits_publicreport_change", args=[report.pk]))
                for report in public_reports_of(family)
            ]
            if actor.has("case_officer")
            else [],
            "cases": [
                (case, reverse("admin:audits_enforcementcase_change", args=[case.pk]))
                for case in EnforcementCase.objects.filter(incident_id__in=list(family))
            ],
            "open_case_url": reverse("admin:audits_incident_case", args=[subject.pk])
            if actor.has("case_officer")
            else "",
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/case/", view(asks(self.case_view)), name="audits_incident_case"),
            *super().get_urls(),
        ]

    def case_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """Open an enforcement case from the incident."""
        subject, actor = self.subject(request, pk), request.actor
        require(can(EnforcementCase(authority_id=subject.authority_id), "open", actor))
        form = FactsForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                case = open_case(
                    institution=subject.institution, incident=subject, facts=form.cleaned_data["facts"], by=actor
                )
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _gettext("Enforcement case opened."))
                return redirect(reverse("admin:audits_enforcementcase_change", args=[case.pk]))
        return self.ask(request, subject, form, ENFORCEMENT.move("open"))
