"""Incidents, enforcement cases and appeals on the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from audits.access import cases_on_desk
from audits.actions import enforcement as enforcing
from audits.actions import incident as deeds
from audits.actions.deadlines import file_deadline
from audits.admin.base import CaseAdmin, filter_by_state
from audits.forms.text import (
    DeadlineForm,
    FactsForm,
    HoldForm,
    NoteForm,
    NoticeForm,
    ReasonForm,
    ResolveForm,
    SeverityForm,
    SignForm,
    SuspendForm,
    UpdateForm,
)
from audits.models import Appeal, DecisionSignature, EnforcementCase, Incident, IncidentDeadline
from audits.queries.ladder import LADDER, decision_content, quorum_of, signatures_on, suggested_rung
from audits.rules import may_file
from audits.states import ENFORCEMENT, INCIDENT
from audits.views.deeds import DeedPage
from grants.models import Environment
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.rulebook.queries import rules
from portal.ui.forms import Described, refuse
from portal.ui.templatetags import ui
from portal.workflow import can


def hold_targets(incident: Incident) -> dict[str, tuple[str, Any]]:
    """What can be stopped because of an incident: key → (words, the thing), the whole partner first."""
    found: dict[str, tuple[str, Any]] = {
        "partner": (_gettext("All access of %(who)s") % {"who": incident.institution}, incident.institution)
    }
    if incident.grant is not None:
        found["grant"] = (_gettext("Grant %(grant)s") % {"grant": incident.grant}, incident.grant)
    if incident.line is not None:
        found["line"] = (_gettext("Line %(line)s only") % {"line": incident.line}, incident.line)
        environment: Environment = incident.line.environment
        found["environment"] = (_gettext("Environment “%(name)s”") % {"name": environment}, environment)
    return found


INCIDENT_PAGES = (
    DeedPage(
        "triage",
        "triage",
        lambda incident, said, by: deeds.triage_incident(incident=incident, by=by, **said),
        SeverityForm,
        initial=lambda incident: {"severity": incident.severity},
    ),
    DeedPage(
        "hold",
        "hold",
        lambda incident, said, by: deeds.hold_for_incident(
            incident=incident,
            target=hold_targets(incident)[said["target"]][1],
            reason=said["reason"],
            lifted_when=said["lifted_when"],
            by=by,
        ),
        HoldForm,
        _("Every request is refused at once. A signatory of another body confirms it in time, or it lapses."),
        options=lambda incident, _actor: {
            "targets": [(key, label) for key, (label, _thing) in hold_targets(incident).items()]
        },
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
    DeedPage("close", "close", lambda incident, _said, by: deeds.close_incident(incident=incident, by=by)),
    DeedPage(
        "update",
        "add_update",
        lambda incident, said, by: deeds.add_update(incident=incident, text=said["text"], by=by),
        UpdateForm,
    ),
    DeedPage(
        "severity",
        "reclassify",
        lambda incident, said, by: deeds.reclassify_incident(
            incident=incident, severity=said["severity"], reason=said["note"], by=by
        ),
        SeverityForm,
        initial=lambda incident: {"severity": incident.severity},
    ),
    DeedPage(
        "reopen",
        "reopen",
        lambda incident, said, by: deeds.reopen_incident(incident=incident, reason=said["reason"], by=by),
        ReasonForm,
    ),
    DeedPage(
        "dismiss",
        "dismiss",
        lambda incident, said, by: deeds.dismiss_incident(incident=incident, reason=said["reason"], by=by),
        ReasonForm,
        dangerous=True,
    ),
)


class IncidentAdmin(CaseAdmin):
    """Incidents: officers of the authority that runs the case; signatories, who may stop access."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    pages = INCIDENT_PAGES
    primary = ("triage", "hold", "contain", "resolve", "close")
    page_template = "admin/audits/incident.html"
    page_related = (
        "institution__organisation",
        "authority",
        "grant",
        "line__environment",
        "line__grant",
        "release__model",
        "hold",
        "duplicate_of",
    )
    list_display = ("link", "title", "institution_name", "severity_tag", "reported", "state_tag")
    list_filter = (filter_by_state(INCIDENT.choices), "severity", "kind")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "title", "institution__organisation__name")
    ordering = ("-reported_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return cases_on_desk(rows, actor)

    @admin.display(description=_("Reported"), ordering="reported_at")
    def reported(self, row: Incident) -> str:
        return ui.short_day(row.reported_at)

    def parts(self, subject: Incident, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        kinds = {item.key: item.label for item in rules(subject.rulebook).incidents.kinds}
        running = subject.deadlines.filter(waived_at=None).order_by("due_at")
        return {
            "incident": subject,
            "kind": kinds.get(subject.kind, subject.kind),
            "deadlines": [(row, self._file_url(subject, row, actor)) for row in running],
            "updates": subject.updates.select_related("body", "deadline").order_by("-written_at"),
            "cases": [
                (case, reverse("admin:audits_enforcementcase_change", args=[case.pk]))
                for case in subject.enforcement_cases.all()
            ],
            "open_case_url": reverse("admin:audits_incident_case", args=[subject.pk])
            if actor.has("case_officer")
            else "",
        }

    def _file_url(self, subject: Incident, row: IncidentDeadline, actor: Actor) -> str:
        allowed = may_file(row, subject, actor) and can(subject, "meet_deadline", actor)
        return reverse("admin:audits_incident_deadline", args=[subject.pk, row.pk]) if allowed else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/deadline/<uuid:deadline_pk>/", view(self.deadline_view), name="audits_incident_deadline"),
            path("<uuid:pk>/case/", view(self.case_view), name="audits_incident_case"),
            *super().get_urls(),
        ]

    def deadline_view(self, request: PortalRequest, pk: Any, deadline_pk: Any) -> HttpResponse:
        """File what the authority owes, or file for the partner what reached it another way."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        subject, actor = self.subject(request, pk), request.actor
        require(can(subject, "meet_deadline", actor))
        row = subject.deadlines.filter(pk=deadline_pk).first()
        if row is None:
            return redirect(self.url_of(subject))
        row.incident = subject
        form = DeadlineForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                file_deadline(deadline=row, text=form.cleaned_data["text"], by=actor)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _gettext("Filed."))
                return redirect(self.url_of(subject))
        return self._ask(request, subject, form, subject.TABLE.move("meet_deadline"), lead=row.label)

    def case_view(self, request: PortalRequest, pk: Any) -> HttpResponse:
        """Open an enforcement case from the incident."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        subject, actor = self.subject(request, pk), request.actor
        require(can(EnforcementCase(authority_id=subject.authority_id), "open", actor))
        form = FactsForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                case = enforcing.open_case(
                    institution=subject.institution, incident=subject, facts=form.cleaned_data["facts"], by=actor
                )
            except Refused as error:
                refuse(form, error.verdict)
            else:
                messages.success(request, _gettext("Enforcement case opened."))
                return redirect(reverse("admin:audits_enforcementcase_change", args=[case.pk]))
        return self._ask(request, subject, form, ENFORCEMENT.move("open"))

    def _ask(self, request: PortalRequest, subject: Any, form: Any, move: Any, lead: str = "") -> HttpResponse:
        shown = {
            "title": move.label,
            "subject": subject,
            "move": move,
            "page": {"lead": lead},
            "form": form,
            "back": self.url_of(subject),
        }
        return render(request, "admin/audits/deed.html", self.frame(request, subject) | shown)


def _measures(case: EnforcementCase) -> dict[str, Any]:
    """The rungs with what they do; the one that the ladder suggests says so and is chosen."""
    suggested = suggested_rung(case)
    ladder = rules(case.rulebook).enforcement.ladder
    return {"measures": [(step.key, _rung(step, suggested == step.key)) for step in ladder], "suggested": suggested}


def _rung(step: Any, suggested: bool) -> Any:
    """A rung as a choice."""
    label = f"{step.label} ({_gettext('suggested by the ladder')})" if suggested else step.label
    return Described(label, step.effect)


def _signatures(case: EnforcementCase) -> list[DecisionSignature]:
    """Signatures on what the case says now; those on what it said before are void."""
    return signatures_on(case, digest(decision_content(case)))


CASE_PAGES = (
    DeedPage(
        "suspend",
        "suspend_at_once",
        lambda case, said, by: enforcing.suspend_at_once(case=case, by=by, **said),
        SuspendForm,
        _("All of the partner’s access stops at once. A signatory of another body confirms it in time, or it lapses."),
        dangerous=True,
    ),
    DeedPage(
        "notice",
        "give_notice",
        lambda case, said, by: enforcing.give_notice(case=case, by=by, **said),
        NoticeForm,
        _("The partner reads this and has time to answer before anybody decides."),
        options=lambda case, _actor: _measures(case),
    ),
    DeedPage(
        "hear",
        "hear",
        lambda case, said, by: enforcing.hear_case(case=case, notes=said["note"], by=by),
        NoteForm,
    ),
    DeedPage(
        "sign",
        "sign",
        lambda case, said, by: enforcing.sign_decision(case=case, seen=said["seen"], by=by),
        SignForm,
        _("You sign exactly what the page of the case shows. If anything in it changes, your signature is void."),
        initial=lambda case: {"seen": digest(decision_content(case))},
        shows=lambda case: {"quorum": quorum_of(case, _signatures(case))},
    ),
    DeedPage(
        "drop",
        "drop",
        lambda case, said, by: enforcing.drop_case(case=case, reason=said["reason"], by=by),
        ReasonForm,
    ),
)


class EnforcementCaseAdmin(CaseAdmin):
    """Enforcement cases: officers of the authority that runs them, signatories of every authority."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    pages = CASE_PAGES
    primary = ("give_notice", "hear", "sign")
    page_template = "admin/audits/case.html"
    page_related = ("institution__organisation", "authority", "incident", "hold")
    list_display = ("link", "institution_name", "proposed_label", "measure_label", "opened", "state_tag")
    list_filter = (filter_by_state(ENFORCEMENT.choices), "measure")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-opened_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return cases_on_desk(rows, actor)

    @admin.display(description=_("Proposed"), ordering="proposed")
    def proposed_label(self, row: EnforcementCase) -> str:
        return row.get_proposed_display() or "–"

    @admin.display(description=_("Decided"), ordering="measure")
    def measure_label(self, row: EnforcementCase) -> str:
        return row.get_measure_display() or "–"

    @admin.display(description=_("Opened"), ordering="opened_at")
    def opened(self, row: EnforcementCase) -> str:
        return ui.short_day(row.opened_at)

    def parts(self, subject: EnforcementCase, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        reached = subject.measure or subject.proposed
        signatures = _signatures(subject) if subject.proposed else []
        return {
            "case": subject,
            "ladder": [{"label": rung.label, "state": "now" if rung.value == reached else ""} for rung in LADDER],
            "signatures": signatures,
            "quorum": quorum_of(subject, signatures) if subject.proposed else None,
            "hold_url": reverse("admin:grants_hold_change", args=[subject.hold_id]) if subject.hold_id else "",
        }


class AppealAdmin(CaseAdmin):
    """Appeals, for signatories of bodies that had no part in the decision, and for officers of the authority."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    page_template = "admin/audits/appeal.html"
    page_related = ("institution__organisation", "case", "hold")
    list_display = ("link", "institution_name", "against_label", "lodged", "state_tag")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-lodged_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        if actor.has("signatory"):
            return rows
        return rows.filter(case__authority_id=actor.body_id)

    @admin.display(description=_("Against"), ordering="against")
    def against_label(self, row: Appeal) -> str:
        return row.get_against_display()

    @admin.display(description=_("Lodged"), ordering="lodged_at")
    def lodged(self, row: Appeal) -> str:
        return ui.short_day(row.lodged_at)

    def parts(self, subject: Appeal, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        grounds = {item.key: item.label for item in rules(subject.rulebook).appeal.grounds}
        return {"appeal": subject, "ground": grounds.get(subject.ground, subject.ground)}
