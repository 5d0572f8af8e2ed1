"""The partner's lists: audits, findings, reports, incidents and enforcement cases."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.access import own, own_audits, visible_incidents
from audits.models import Audit, EnforcementCase, Finding, Incident, Obligation, Severity
from audits.queries.escalation import overdue_findings
from audits.queries.reported import reported_by
from audits.rules.incident import UNDER_WAY
from audits.states import AUDIT, FINDING, INCIDENT, OBLIGATION
from audits.views.tables import AuditTable, CaseTable, FindingTable, IncidentTable, ObligationTable, ReportedTable
from portal.core import clock
from portal.core.actors import Actor
from portal.ui.filters import YesNoFilter
from portal.ui.lists import ListView


class AuditFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=AUDIT.choices, label=_("State"), empty_label=_("Any"))

    class Meta:
        model = Audit
        fields: ClassVar[list[str]] = []


class FindingFilter(django_filters.FilterSet):
    overdue = YesNoFilter(method="only_overdue", label=_("Overdue"))
    state = django_filters.ChoiceFilter(choices=FINDING.choices, label=_("State"), empty_label=_("Any"))
    severity = django_filters.ChoiceFilter(choices=Severity.choices, label=_("Severity"), empty_label=_("Any"))

    class Meta:
        model = Finding
        fields: ClassVar[list[str]] = []

    def only_overdue(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:
        return rows.filter(overdue_findings()) if value else rows.exclude(overdue_findings())


class ObligationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=OBLIGATION.choices, label=_("State"), empty_label=_("Any"))
    overdue = YesNoFilter(method="only_overdue", label=_("Overdue"))

    class Meta:
        model = Obligation
        fields: ClassVar[list[str]] = []

    def only_overdue(self, rows: QuerySet[Obligation], name: str, value: bool) -> QuerySet[Obligation]:
        late = {"state__in": ["due", "returned"], "due__lt": clock.today()}
        return rows.filter(**late) if value else rows.exclude(**late)


class IncidentFilter(django_filters.FilterSet):
    open = YesNoFilter(method="only_open", label=_("Open"))
    state = django_filters.ChoiceFilter(choices=INCIDENT.choices, label=_("State"), empty_label=_("Any"))
    severity = django_filters.ChoiceFilter(choices=Severity.choices, label=_("Severity"), empty_label=_("Any"))

    class Meta:
        model = Incident
        fields: ClassVar[list[str]] = []

    def only_open(self, rows: QuerySet[Incident], name: str, value: bool) -> QuerySet[Incident]:
        return rows.filter(state__in=UNDER_WAY) if value else rows.exclude(state__in=UNDER_WAY)


class PartnerList(ListView):
    """What belongs to the actor's institution. The tabs lead to the other lists."""

    template_name = "audits/list.html"

    @property
    def actor(self) -> Actor:
        return self.request.actor

    def tabs(self) -> list[dict[str, Any]]:
        """The lists beside each other."""
        return tabs_at(self.request.path)


def tabs_at(here: str) -> list[dict[str, Any]]:
    """What is owed, and the partner's lists, beside each other."""
    named = (
        (_("What is owed"), "owed"),
        (_("Audits"), "audits"),
        (_("Evidence"), "evidencerequests"),
        (_("Findings"), "findings"),
        (_("Reports"), "obligations"),
    )
    urls = [(label, reverse(f"audits:{name}")) for label, name in named]
    return [{"label": label, "url": url, "current": url == here} for label, url in urls]


class AuditList(PartnerList):
    title = _("Audits")
    lead = _("Inspections of what your institution promised: when, why then, and what came of them.")
    table_class = AuditTable
    filterset_class = AuditFilter
    search_fields = ("reference",)
    sorts: ClassVar = {"planned_for": ("planned_for",), "reference": ("reference",)}
    default_sort = "-planned_for"
    empty_title = _("No audits yet")
    empty_text = _("An audit is listed here from its announcement on, or once it has begun where it is unannounced.")

    def get_queryset(self) -> QuerySet[Audit]:
        return own_audits(self.actor)


class FindingList(PartnerList):
    title = _("Findings")
    lead = _("What audits found wanting. Each needs a plan, and then proof that it was put right.")
    table_class = FindingTable
    filterset_class = FindingFilter
    search_fields = ("reference", "title")
    sorts: ClassVar = {"remedy_due": ("remedy_due",), "severity": ("severity",), "title": ("title",)}
    default_sort = "remedy_due"
    empty_title = _("No findings")
    empty_text = _("Nothing was found wanting. Findings of later audits will be listed here.")

    def get_queryset(self) -> QuerySet[Finding]:
        return own(Finding.objects.select_related("institution__organisation"), self.actor)


class ObligationList(PartnerList):
    title = _("Reports")
    lead = _("Reports that the rulebook asks of your institution and of each grant, again and again.")
    table_class = ObligationTable
    filterset_class = ObligationFilter
    search_fields = ("reference", "title")
    sorts: ClassVar = {"due": ("due",), "title": ("title",)}
    default_sort = "-due"
    empty_title = _("No reports yet")
    empty_text = _("Reports are asked for once your institution is qualified or a grant is in force.")

    def get_queryset(self) -> QuerySet[Obligation]:
        return own(Obligation.objects.select_related("grant", "institution__organisation"), self.actor)


class IncidentList(PartnerList):
    title = _("Incidents")
    lead = _("What went wrong, and what was done about it.")
    template_name = "base_list.html"
    table_class = IncidentTable
    filterset_class = IncidentFilter
    search_fields = ("reference", "title")
    keyset = "-reported_at"
    empty_title = _("No incidents")
    empty_text = _("Nothing was reported. Report early: what is known early can still be contained.")

    def get_queryset(self) -> QuerySet[Incident]:
        return visible_incidents(Incident.objects.select_related("institution__organisation"), self.actor)

    def table_options(self) -> dict[str, Any]:
        others = self.actor.has("provider_staff", "oversight_member")
        return {} if others else {"exclude": ["institution"]}

    def saved_views(self) -> list[dict[str, Any]]:
        return [
            {"label": _("All"), "query": {}},
            {"label": _("Open"), "query": {"open": "true"}},
            {"label": _("Open and critical"), "query": {"open": "true", "severity": "critical"}},
        ]

    def page_actions(self) -> list[dict[str, Any]]:
        if not self.actor.has("applicant"):
            return [{"label": _("What you reported"), "url": reverse("audits:reported")}]
        return [{"label": _("Report an incident"), "url": reverse("audits:incident_report")}]


class ReportedList(PartnerList):
    """What the reader reported, whoever they are: auditors and authorities have no other list of it."""

    title = _("What you reported")
    lead = _("Incidents that you reported, and how they go on, also where one was merged into another.")
    template_name = "base_list.html"
    table_class = ReportedTable
    search_fields = ("reference", "title")
    sorts: ClassVar = {"reported_at": ("reported_at", "pk")}
    default_sort = "-reported_at"
    empty_title = _("Nothing reported")
    empty_text = _("What you report is listed here from then on.")

    def get_queryset(self) -> QuerySet[Incident]:
        return reported_by(self.actor)


class CaseList(PartnerList):
    title = _("Enforcement")
    lead = _("Notices to your institution, what was decided, and how to appeal.")
    template_name = "base_list.html"
    table_class = CaseTable
    search_fields = ("reference",)
    sorts: ClassVar = {"opened_at": ("opened_at",)}
    default_sort = "-opened_at"
    empty_title = _("No cases")
    empty_text = _("No notice was given to your institution.")

    def get_queryset(self) -> QuerySet[EnforcementCase]:
        return own(EnforcementCase.objects.exclude(state="opened"), self.actor)
