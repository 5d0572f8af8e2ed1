"""Queues of the desk as downloads, as they are filtered: findings, reports and acceptances of risks."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import django_tables2 as tables
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from audits.admin.base import CaseAdmin
from audits.queries.escalation import overdue_findings
from audits.queries.obligations import OWED
from audits.views.tables import FindingTable, ObligationTable
from partners.access import require_role
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.ui.tables import CONTENT_TYPES, DayColumn, StateColumn, Table, export


class FindingDeskTable(FindingTable):
    """Findings with the institution."""

    institution = tables.Column(accessor="institution__organisation__name", verbose_name=_("Institution"))
    title = tables.Column(verbose_name=_("Finding"))


class ObligationDeskTable(ObligationTable):
    """Reports with the institution."""

    institution = tables.Column(accessor="institution__organisation__name", verbose_name=_("Institution"))
    title = tables.Column(verbose_name=_("Report"))


class AcceptanceDeskTable(Table):
    """Acceptances of risks."""

    reference = tables.Column(accessor="finding__reference", verbose_name=_("Finding"))
    title = tables.Column(accessor="finding__title", verbose_name=_("Title"))
    institution = tables.Column(accessor="institution__organisation__name", verbose_name=_("Institution"))
    severity = tables.Column(accessor="finding__severity", verbose_name=_("Severity"))
    until = DayColumn(verbose_name=_("Until"))
    reason = tables.Column(verbose_name=_("Why"))
    state = StateColumn(verbose_name=_("State"))


class Exported(CaseAdmin):
    """A queue with `?export=csv|xlsx`: what is filtered, searched and sorted."""

    export_table: ClassVar[type[Table]]
    list_before_template = "admin/grants/export_above.html"

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        require_role(request.actor, *self.roles_view)
        query = request.GET.copy()
        kind = query.pop("export", [""])[-1]
        request.GET = query  # type: ignore[assignment]
        if kind in CONTENT_TYPES:
            name = f"{slugify(str(self.opts.verbose_name_plural))}-{clock.today().isoformat()}"
            return export(kind, name, self.export_table, self.get_changelist_instance(cast(Any, request)).queryset)
        query.pop("p", None)
        return super().changelist_view(request, {"kept": query.urlencode(), **(extra_context or {})})


class OverdueFilter(admin.SimpleListFilter):
    """What the partner owes past its day."""

    title = _("overdue")
    parameter_name = "late"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        late = Q(state__in=OWED, due__lt=clock.today())
        return queryset.filter(overdue_findings() if queryset.model._meta.model_name == "finding" else late)
