"""The list of what must reach whom by when, about all incidents that one may see."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.models import IncidentDeadline
from audits.queries.incident import due_to_anybody, recipient_labels
from portal.core import clock
from portal.core.actors import Actor
from portal.ui import tags
from portal.ui.lists import ListView
from portal.ui.tables import MomentColumn, Table
from portal.ui.templatetags import ui

STATES = (("running", _("Due")), ("missed", _("Overdue")), ("filed", _("Filed")), ("all", _("All, filed or not")))
DUTIES = (("partner", _("The partner")), ("provider", _("The provider")), ("authority", _("The authority")))


class DueTable(Table):
    """Deadlines of incidents."""

    label = tables.Column(verbose_name=_("What"))
    incident = tables.Column(accessor="incident__reference", verbose_name=_("Incident"))
    institution = tables.Column(accessor="incident__institution__organisation__name", verbose_name=_("Institution"))
    recipient = tables.Column(verbose_name=_("To"))
    duty = tables.Column(verbose_name=_("Filed by"))
    due_at = MomentColumn(verbose_name=_("Due"))
    met_at = MomentColumn(verbose_name=_("Filed"))
    source = tables.Column(verbose_name=_("Source"))

    def __init__(self, *args: Any, desk: bool = False, **kwargs: Any) -> None:
        self.desk = desk
        self.called: dict[str, dict[str, str]] = {}
        super().__init__(*args, **kwargs)

    def render_incident(self, record: IncidentDeadline) -> SafeString:
        pk, name = record.incident_id, record.incident.reference
        url = reverse("admin:audits_incident_change" if self.desk else "audits:incident", args=[pk])
        return format_html('<a href="{}">{}</a>', url, name)

    def value_incident(self, record: IncidentDeadline) -> str:
        return record.incident.reference

    def render_recipient(self, record: IncidentDeadline) -> str:
        if record.rulebook not in self.called:
            self.called[record.rulebook] = recipient_labels(record.rulebook)
        return self.called[record.rulebook].get(record.recipient, record.recipient)

    value_recipient = render_recipient

    def render_duty(self, value: str) -> str:
        return str(dict(DUTIES).get(value, value))

    value_duty = render_duty

    def render_due_at(self, record: IncidentDeadline) -> Any:
        shown = ui.moment(record.due_at)
        return format_html("{} {}", shown, tags.derived_tag("overdue")) if record.is_missed else shown


class DueFilter(django_filters.FilterSet):
    """What is still owed, unless another state is asked for: what was filed long ago would stand before it."""

    state = django_filters.ChoiceFilter(choices=STATES, method="in_state", label=_("State"), empty_label=_("Owed"))
    duty = django_filters.ChoiceFilter(choices=DUTIES, label=_("Filed by"), empty_label=_("Anybody"))

    class Meta:
        model = IncidentDeadline
        fields: ClassVar[list[str]] = []

    def filter_queryset(self, queryset: QuerySet[IncidentDeadline]) -> QuerySet[IncidentDeadline]:
        rows: QuerySet[IncidentDeadline] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(met_at=None)

    def in_state(self, rows: QuerySet[IncidentDeadline], name: str, value: str) -> QuerySet[IncidentDeadline]:
        if value == "all":
            return rows
        if value == "filed":
            return rows.exclude(met_at=None)
        now = clock.now()
        return rows.filter(met_at=None, **({"due_at__lt": now} if value == "missed" else {"due_at__gte": now}))


SHOWN = (
    *("label", "recipient", "duty", "source", "rulebook", "due_at", "met_at", "waived_at"),
    *("incident__reference", "incident__institution__organisation__name"),
)
"""What a row needs: not the whole incident with its description and causes."""


class DueList(ListView):
    title = _("What is due about incidents")
    lead = _("What must reach whom by when, the soonest first, and the rule that says so.")
    template_name = "base_list.html"
    table_class = DueTable
    filterset_class = DueFilter
    search_fields = ("label", "incident__reference")
    keyset = "due_at"
    empty_title = _("Nothing is owed")
    empty_text = _("No report about an incident is due. What was filed is under “Filed”.")

    def get_queryset(self) -> QuerySet[IncidentDeadline]:
        actor: Actor = self.request.actor
        return due_to_anybody(actor).only(*SHOWN)

    def saved_views(self) -> list[dict[str, Any]]:
        return [
            {"label": _("Owed"), "query": {}},
            {"label": _("Due"), "query": {"state": "running"}},
            {"label": _("Overdue"), "query": {"state": "missed"}},
            {"label": _("Filed"), "query": {"state": "filed"}},
            {"label": _("All"), "query": {"state": "all"}},
        ]

    def table_options(self) -> dict[str, Any]:
        actor: Actor = self.request.actor
        return {"desk": actor.has("case_officer")}
