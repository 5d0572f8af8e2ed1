"""Tables of the partner's lists."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.overdue import late_by
from audits.queries.reported import in_words
from audits.reasons import why_then
from portal.ui import tags
from portal.ui.tables import DayColumn, LinkColumn, NumberColumn, StateColumn, Table


class AuditTable(Table):
    """Audits of an institution."""

    reference = LinkColumn(verbose_name=_("Audit"))
    kind = tables.Column(accessor="get_kind_display", verbose_name=_("Kind"))
    planned_for = DayColumn(verbose_name=_("Planned for"))
    why = tables.Column(verbose_name=_("Why then"))
    state = StateColumn(verbose_name=_("State"))

    def render_why(self, value: dict[str, Any]) -> str:
        return why_then(value)

    value_why = render_why


class FindingTable(Table):
    """Findings on an institution."""

    title = LinkColumn(verbose_name=_("Finding"))
    reference = tables.Column(verbose_name=_("Reference"))
    severity = tables.Column(verbose_name=_("Severity"))
    plan_due = DayColumn(verbose_name=_("Plan due"))
    remedy_due = DayColumn(verbose_name=_("To be put right by"))
    late = NumberColumn(verbose_name=_("Working days late"), empty_values=(), accessor="pk")
    state = StateColumn(verbose_name=_("State"))

    def render_late(self, record: Any) -> int:
        return late_by(record)

    value_late = render_late

    def render_severity(self, value: str, record: Any) -> SafeString:
        return tags.derived_tag(record.severity, value)

    def value_severity(self, record: Any) -> str:
        return str(record.get_severity_display())


class ObligationTable(Table):
    """Reports that an institution owes or filed."""

    title = LinkColumn(verbose_name=_("Report"))
    grant = tables.Column(accessor="grant__reference", verbose_name=_("Grant"), default="–")
    period_end = DayColumn(verbose_name=_("Period to"))
    due = DayColumn(verbose_name=_("Due"))
    late = NumberColumn(verbose_name=_("Working days late"), empty_values=(), accessor="pk")
    state = StateColumn(verbose_name=_("State"))

    render_late = FindingTable.render_late
    value_late = render_late

    def render_state(self, record: Any) -> SafeString:
        return tags.derived_tag("overdue") if record.is_overdue else tags.tag_of(record)


class IncidentTable(Table):
    """Incidents."""

    title = LinkColumn(verbose_name=_("Incident"))
    reference = tables.Column(verbose_name=_("Reference"))
    institution = tables.Column(accessor="institution__organisation__name", verbose_name=_("Institution"))
    severity = tables.Column(verbose_name=_("Severity"))
    reported_at = DayColumn(verbose_name=_("Reported"))
    state = StateColumn(verbose_name=_("State"))

    render_severity = FindingTable.render_severity
    value_severity = FindingTable.value_severity


class ReportedTable(Table):
    """Incidents that the reader reported: in their own words, and how it goes on in those of the public form."""

    reference = tables.Column(verbose_name=_("Reference"), attrs={"td": {"class": "is-whole"}})
    title = tables.Column(verbose_name=_("What you reported"))
    institution = tables.Column(accessor="institution__organisation__name", verbose_name=_("Institution"))
    reported_at = DayColumn(verbose_name=_("Reported"))
    goes_on = tables.Column(verbose_name=_("How it goes on"))

    def render_reference(self, record: Any) -> Any:
        if not record.readable:
            return record.reference
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.reference)

    def value_reference(self, record: Any) -> str:
        return str(record.reference)

    def render_goes_on(self, record: Any) -> str:
        return str(in_words(record.state, record.goes_on))

    value_goes_on = render_goes_on


class CaseTable(Table):
    """Enforcement cases against an institution."""

    reference = LinkColumn(verbose_name=_("Case"))
    proposed = tables.Column(accessor="get_proposed_display", verbose_name=_("Proposed"))
    measure = tables.Column(accessor="get_measure_display", verbose_name=_("Decided"), default="–")
    opened_at = DayColumn(verbose_name=_("Opened"))
    state = StateColumn(verbose_name=_("State"))
