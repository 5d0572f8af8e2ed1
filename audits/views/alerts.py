"""The list of alerts from use, for whoever judges them: filtered, read by a cursor, exported, with false alarms."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.alert_reasons import reason_of
from audits.models import Alert, AlertKind
from audits.queries.alert import alerts_on_desk, false_alarms
from audits.states import ALERT
from grants.models import Release
from partners.models import Institution
from portal.accounts.guards import for_roles
from portal.ui.filters import YesNoFilter
from portal.ui.lists import ListView
from portal.ui.tables import MomentColumn, NumberColumn, StateColumn, Table


class AlertTable(Table):
    """Alerts, the newest first, each with its reason."""

    reference = tables.Column(verbose_name=_("Alert"), attrs={"td": {"class": "is-whole"}})
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display")
    institution = tables.Column(verbose_name=_("Institution"), accessor="institution__organisation__name")
    reason = tables.Column(verbose_name=_("Why"), accessor="pk")
    release = tables.Column(verbose_name=_("Release"), default="–", visible=False)
    use_case = tables.Column(verbose_name=_("Use"), default="–", visible=False)
    begins_at = MomentColumn(verbose_name=_("Use from"), visible=False)
    raised_at = MomentColumn(verbose_name=_("Raised"))
    times = NumberColumn(verbose_name=_("Times"))
    last_at = MomentColumn(verbose_name=_("Last seen"), default="–", visible=False)
    state = StateColumn(verbose_name=_("State"))

    def render_reference(self, record: Alert) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.reference)

    def value_reference(self, record: Alert) -> str:
        return record.reference

    def render_reason(self, record: Alert) -> str:
        return reason_of(record)

    value_reason = render_reason


def _concerned(model: str) -> Any:
    def choices(request: Any) -> QuerySet[Any]:
        seen = alerts_on_desk(Alert.objects.all(), request.actor)
        if model == "institution":
            return Institution.objects.filter(pk__in=seen.values("institution")).select_related("organisation")
        return Release.objects.filter(pk__in=seen.values("release")).select_related("model")

    return choices


class AlertFilter(django_filters.FilterSet):
    """By state, kind, whom and what it is about, and when it was raised."""

    open = YesNoFilter(label=_("Open"), method="only_open")
    state = django_filters.ChoiceFilter(choices=ALERT.choices, label=_("State"), empty_label=_("Any"))
    kind = django_filters.ChoiceFilter(choices=AlertKind.choices, label=_("Kind"), empty_label=_("Any"))
    institution = django_filters.ModelChoiceFilter(
        queryset=_concerned("institution"), label=_("Institution"), empty_label=_("Any")
    )
    release = django_filters.ModelChoiceFilter(queryset=_concerned("release"), label=_("Release"), empty_label=_("Any"))
    since = django_filters.DateFilter(label=_("From"), field_name="raised_at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=_("To"), field_name="raised_at", lookup_expr="date__lte")

    class Meta:
        model = Alert
        fields: ClassVar[list[str]] = []

    def only_open(self, rows: QuerySet[Alert], _name: str, value: bool) -> QuerySet[Alert]:
        return rows.filter(state__in=ALERT.open_states) if value else rows.exclude(state__in=ALERT.open_states)


class AlertList(ListView):
    """Alerts that the reader may judge. The rates below are of all of them, whatever is filtered."""

    title = _("Alerts from use")
    lead = _("What in reported use somebody should look at. Partners and providers do not see this. Times are in UTC.")
    template_name = "audits/alerts.html"
    table_class = AlertTable
    filterset_class = AlertFilter
    keyset = "-raised_at"
    empty_title = _("No alerts")
    empty_text = _("Reported use is watched by the hour; what is out of character appears here.")

    def get_queryset(self) -> QuerySet[Alert]:
        rows = alerts_on_desk(Alert.objects.all(), self.request.actor)
        return rows.select_related("institution__organisation", "release__model")

    @cached_property
    def rates(self) -> list[dict[str, Any]]:
        """How often each kind was nothing."""
        return false_alarms(alerts_on_desk(Alert.objects.all(), self.request.actor))


alerts = for_roles("case_officer", "auditor")(AlertList.as_view())
