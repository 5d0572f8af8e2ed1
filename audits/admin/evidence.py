"""Requests for evidence on the desk: the queue, the answers with their documents, and what auditors do about them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.access import requests_on_desk
from audits.actions import evidence_request as deeds
from audits.admin.base import filter_by_state
from audits.admin.documents import WithDocuments, reader_of
from audits.forms.evidence import MoreTimeForm, RemarkForm
from audits.forms.text import ReasonForm
from audits.models import EvidenceRequest
from audits.models.evidence_request import OWED
from audits.queries.evidence_request import answers_to, file_for
from audits.states import EVIDENCE_REQUEST
from audits.views.deeds import DeedPage
from partners.models import Evidence
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui import tags
from portal.ui.templatetags import ui

PAGES = (
    DeedPage("settle", "settle", lambda request, _said, by: deeds.settle_request(request=request, by=by)),
    DeedPage(
        "back",
        "send_back",
        lambda request, said, by: deeds.ask_for_more(request=request, remark=said["remark"], by=by),
        RemarkForm,
    ),
    DeedPage(
        "extend",
        "extend",
        lambda request, said, by: deeds.give_more_time(request=request, due=said["due"], reason=said["reason"], by=by),
        MoreTimeForm,
    ),
    DeedPage(
        "unanswered",
        "give_up",
        lambda request, _said, by: deeds.give_up_request(request=request, by=by),
        lead=_("The partner hears it, and the report says that there was no answer."),
    ),
    DeedPage(
        "withdraw",
        "withdraw",
        lambda request, said, by: deeds.withdraw_request(request=request, reason=said["reason"], by=by),
        ReasonForm,
        dangerous=True,
    ),
)


class LateFilter(admin.SimpleListFilter):
    """Those whose day has passed without an answer."""

    title = _("late")
    parameter_name = "late"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state__in=OWED, due__lt=clock.today()) if self.value() == "yes" else queryset


class EvidenceRequestAdmin(WithDocuments):
    """Officers see the requests of their authority's audits, auditors those of the audits assigned to them."""

    roles_view: ClassVar = frozenset({"case_officer", "auditor"})
    pages = PAGES
    primary = ("settle", "send_back", "give_up")
    page_template = "admin/audits/evidencerequest.html"
    page_related = ("audit", "institution__organisation", "tested__control", "window")
    list_display = ("link", "title", "institution_name", "audit", "day", "state_tag")
    list_filter = (filter_by_state(EVIDENCE_REQUEST.choices), LateFilter)
    list_select_related = ("institution__organisation", "audit")
    search_fields = ("reference", "title", "institution__organisation__name", "audit__reference")
    search_help_text = _("Reference, title, audit or name of the institution")
    ordering = ("due", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return requests_on_desk(rows, actor)

    @admin.display(description=_("Due"), ordering="due")
    def day(self, row: EvidenceRequest) -> SafeString | str:
        return tags.derived_tag("overdue", ui.short_day(row.due)) if row.is_overdue else ui.short_day(row.due)

    def parts(self, subject: EvidenceRequest, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        return {
            "request_": subject,
            "audit_url": reverse("admin:audits_audit_change", args=[subject.audit_id]),
            "answers": answers_to(subject, reader_of(subject, actor), partial(self.address_of, subject)),
        }

    def file_for(self, subject: EvidenceRequest, document: UUID, reader: Mapping[str, bool]) -> Evidence | None:
        return file_for(subject, document, reader)
