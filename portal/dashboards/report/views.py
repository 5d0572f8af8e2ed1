"""The list of monthly reports, and each as a download. For the oversight board alone."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from partners import files
from partners.rules.letter import written
from portal.accounts.guards import for_roles
from portal.core.requests import PortalRequest
from portal.dashboards.models import MonthlyReport
from portal.dashboards.queries.monthly_report import reports
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, Table, tables


class ReportTable(Table):
    month = tables.Column(verbose_name=_("Report on"))
    reference = tables.Column(verbose_name=_("Reference"))
    made_at = DayColumn(verbose_name=_("Made"))
    code = tables.Column(verbose_name=_("Code"))

    class Meta(Table.Meta):
        model = MonthlyReport
        fields = ("month", "reference", "made_at", "code")

    def render_month(self, value: Any, record: MonthlyReport) -> SafeString:
        address = reverse("dashboards:report", args=[record.pk])
        return format_html('<a href="{}">{} (PDF)</a>', address, date_format(value, "F Y"))

    def value_month(self, value: Any) -> str:
        return str(value.isoformat())

    def render_code(self, value: str) -> str:
        return written(value)


class ReportList(ListView):
    title = _("Monthly reports")
    lead = _(
        "Each is made when its month is over, sealed, and never changed. Anyone who has one can check it by its code."
    )
    table_class = ReportTable
    sorts = {"month": ("month",)}
    default_sort = "-month"
    page_size = 24
    empty_title = _("There is no report yet")
    empty_text = _("The first is made when the first month of the record is over.")

    def get_queryset(self) -> QuerySet[MonthlyReport]:
        return reports()


report_list = for_roles("oversight_member")(ReportList.as_view())


@require_safe
@for_roles("oversight_member")
def report(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One report, as it was sealed."""
    found = get_object_or_404(MonthlyReport, pk=pk)
    name = f"{found.reference.lower()}.pdf"
    return cast(HttpResponse, files.attachment(found.stored_name, name=name, content_type="application/pdf"))
