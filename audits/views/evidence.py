"""The partner's pages on evidence that auditors ask for: the list, and one request with its answer."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audits import access
from audits.actions.evidence_request import answer_request
from audits.forms.evidence import EvidenceAnswerForm
from audits.models import EvidenceRequest
from audits.models.evidence_request import OWED
from audits.queries.evidence_request import answers_to, offered, waiting_for_scan
from audits.states import EVIDENCE_REQUEST
from audits.views.lists import PartnerList
from partners import scanning
from partners.actions.evidence import upload_evidence
from partners.models import Evidence
from partners.views.section import waiting_words
from portal.accounts.guards import signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Conflict, Refused, require
from portal.ui import tags
from portal.ui.filters import YesNoFilter
from portal.ui.tables import DayColumn, LinkColumn, StateColumn, Table
from portal.workflow import can

OWN = {"own": True, "home": False, "named": False}


class EvidenceRequestTable(Table):
    """What auditors ask an institution to show."""

    title = LinkColumn(verbose_name=_("Evidence"))
    reference = tables.Column(verbose_name=_("Reference"))
    audit = tables.Column(accessor="audit__reference", verbose_name=_("Audit"))
    due = DayColumn(verbose_name=_("Due"))
    state = StateColumn(verbose_name=_("State"))

    def render_state(self, record: Any) -> SafeString:
        return tags.derived_tag("overdue") if record.is_overdue else tags.tag_of(record)


class EvidenceRequestFilter(django_filters.FilterSet):
    """By state, and what is late."""

    state = django_filters.ChoiceFilter(choices=EVIDENCE_REQUEST.choices, label=_("State"), empty_label=_("Any"))
    overdue = YesNoFilter(method="only_overdue", label=_("Overdue"))

    class Meta:
        model = EvidenceRequest
        fields: ClassVar[list[str]] = []

    def only_overdue(self, rows: QuerySet[EvidenceRequest], name: str, value: bool) -> QuerySet[EvidenceRequest]:
        late = {"state__in": OWED, "due__lt": clock.today()}
        return rows.filter(**late) if value else rows.exclude(**late)


class EvidenceRequestList(PartnerList):
    """What auditors ask the actor's institution to show."""

    title = _("Evidence")
    lead = _("What auditors ask your institution to show, and by when.")
    table_class = EvidenceRequestTable
    filterset_class = EvidenceRequestFilter
    search_fields = ("reference", "title")
    sorts: ClassVar = {"due": ("due",), "title": ("title",)}
    default_sort = "-due"
    empty_title = _("Nothing was asked for")
    empty_text = _("During an audit, auditors may ask you to show something. It is listed here.")

    def get_queryset(self) -> QuerySet[EvidenceRequest]:
        return access.own(EvidenceRequest.objects.select_related("audit"), self.actor)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidencerequest(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One request: what is asked for, what was answered, and the answer while the partner has the pen."""
    actor: Actor = request.actor
    found = access.get_own_evidence_request(actor=actor, pk=pk)
    form = None
    if request.method == "POST":
        require(can(found, "answer", actor))
        answered = _posted(request, found)
        if isinstance(answered, HttpResponse):
            return answered
        form = answered
    elif can(found, "answer", actor):
        form = EvidenceAnswerForm(documents=offered(found))
    context = {
        "request_": found,
        "form": form,
        "answers": answers_to(found, OWN, lambda file: reverse("partners:evidence", args=[file.pk])),
        "waiting": waiting_for_scan(found) if form else [],
        "scanned": scanning.is_configured(),
        "may_be_large": settings.MAX_LARGE_UPLOAD_BYTES > settings.MAX_UPLOAD_BYTES,
    }
    return render(request, "audits/evidencerequest.html", context)


def _posted(request: PortalRequest, found: EvidenceRequest) -> HttpResponse | EvidenceAnswerForm:
    """Add the file, or answer. The form as it is to be shown again, or where to go."""
    adding = "add" in request.POST
    form = EvidenceAnswerForm(request.POST, request.FILES, documents=offered(found), adding=adding)
    if not form.is_valid():
        return form
    chosen = form.chosen
    if form.cleaned_data["upload"]:
        document = _kept(request, found, form)
        if document is None:
            return form
        if document.state != "stored":
            messages.warning(request, waiting_words(document))
            return _again(found, form, chosen)
        chosen.append(document.pk)
    if adding:
        messages.success(request, _("The document is added and ticked. Send the answer when it is complete."))
        return _again(found, form, chosen)
    try:
        answer_request(request=found, text=form.cleaned_data["text"], documents=chosen, by=request.actor)
    except Conflict:
        raise
    except Refused as error:
        messages.error(request, str(error.verdict.reason))
        return _again(found, form, chosen)
    messages.success(request, _("Your answer is with the auditors. You will hear whether it is enough."))
    return redirect(found.get_absolute_url())


def _kept(request: PortalRequest, found: EvidenceRequest, form: EvidenceAnswerForm) -> Evidence | None:
    """The document that came with the form, checked as any other; None where it was refused, with the reason said."""
    document = upload_evidence(
        institution=found.institution,
        upload=form.cleaned_data["upload"],
        marking=form.cleaned_data["marking"] or Evidence.Marking.AMBER,
        kind="audit_evidence",
        about=found.pk,
        by=request.actor,
    )
    if document.state == "refused":
        form.add_error("upload", f"{document.name}: {document.reason}")
        return None
    return document


def _again(found: EvidenceRequest, form: EvidenceAnswerForm, chosen: list[UUID]) -> EvidenceAnswerForm:
    """The form once more, with what was written and every document that is there by now."""
    said = {"text": form.cleaned_data["text"], "documents": chosen, "marking": form.cleaned_data["marking"]}
    return EvidenceAnswerForm(initial=said, documents=offered(found))
