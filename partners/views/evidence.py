"""The library of an institution: its documents, their versions, redacted copies, and where they are used."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from partners import scanning
from partners.access import NOT_YOUR_ROLE, get_own_document, own_institution
from partners.actions.evidence import describe_evidence, upload_evidence, upload_redacted, upload_version
from partners.forms.evidence import DescribeForm, RedactedForm, UploadForm, VersionForm
from partners.models import Evidence, Institution, LargeUpload
from partners.models.evidence import KEPT, NOTICE_DAYS
from partners.queries.evidence import copies_of, documents_of, ends, kinds_of, uses_of, versions_of, with_use
from partners.queries.timeline import tiers_for, timeline
from partners.queries.upload import unfinished_of, upload_of
from partners.rules.evidence import may_replace
from partners.states.evidence import UPLOAD
from partners.views.section import waiting_words
from partners.views.upload import large_box
from portal.core import clock
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused
from portal.ui import tags
from portal.ui.forms import refuse
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, LinkColumn, StateColumn, Table
from portal.ui.templatetags import ui

# --- the list -------------------------------------------------------------------------------------


class UntilColumn(DayColumn):
    """The last day, with a tag where it has passed or is near."""

    def render(self, value: Any, record: Any) -> SafeString:  # type: ignore[override]
        return format_html("{} {}", ui.short_day(value), end_tag(record))


class HashColumn(tables.Column):
    """The first characters of a hash; whole in exports and in the tooltip."""

    def render(self, value: str) -> SafeString:
        return format_html('<code class="tp-mono text-no-wrap" title="{}">{}…</code>', value, value[:8])

    def value(self, value: str | None) -> str:
        return value or ""


class CasesColumn(tables.Column):
    """References of the applications that name the document."""

    empty_values: Any = (None, [])

    def render(self, value: list[str]) -> SafeString:
        return format_html_join(", ", '<span class="text-no-wrap">{}</span>', ((item,) for item in value))

    def value(self, value: list[str] | None) -> str:
        return ", ".join(value or [])


def end_tag(document: Evidence) -> SafeString | str:
    """Whether the document has ended or ends soon, as a tag; nothing where it does not."""
    if document.valid_until is None or document.state != "stored":
        return ""
    left = (document.valid_until - clock.today()).days
    if left < 0:
        return tags.derived_tag("overdue", _("Ended"))
    return tags.derived_tag("due_soon", _("Ends soon")) if left <= max(NOTICE_DAYS) else ""


class LibraryTable(Table):
    name = LinkColumn(verbose_name=gettext_lazy("Document"))
    kind = tables.Column(verbose_name=gettext_lazy("Kind"), accessor="kind_label")
    marking = tables.Column(verbose_name=gettext_lazy("Marking"))
    version = tables.Column(verbose_name=gettext_lazy("Version"))
    until = UntilColumn(verbose_name=gettext_lazy("Valid until"), accessor="valid_until", default="–")
    state = StateColumn(verbose_name=gettext_lazy("State"))
    cases = CasesColumn(verbose_name=gettext_lazy("Used in"), default="–")
    sha256 = HashColumn(verbose_name=gettext_lazy("SHA-256"), default="–")

    def render_marking(self, record: Evidence) -> str:
        copy = _("with a redacted copy") if record.has_copy else ""  # type: ignore[attr-defined]
        return f"{record.get_marking_display()}{f', {copy}' if copy else ''}"

    def value_marking(self, record: Evidence) -> str:
        return record.get_marking_display()


class LibraryFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), empty_label=gettext_lazy("Any"))
    marking = django_filters.ChoiceFilter(
        label=gettext_lazy("Marking"), choices=Evidence.Marking.choices, empty_label=gettext_lazy("Any")
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[item for item in UPLOAD.choices if item[0] != "abandoned"],
        empty_label=gettext_lazy("Any"),
    )
    ends = django_filters.ChoiceFilter(
        label=gettext_lazy("Validity"),
        choices=[("soon", gettext_lazy("Ends within 60 days")), ("ended", gettext_lazy("Has ended"))],
        method="by_end",
        empty_label=gettext_lazy("Any"),
    )

    class Meta:
        model = Evidence
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = list(kinds_of().items())

    def by_end(self, rows: QuerySet[Evidence], name: str, value: str) -> QuerySet[Evidence]:
        return rows.filter(ends(value))


class Library(LoginRequiredMixin, ListView):
    """Every document of the institution once, by its newest version."""

    template_name = "partners/evidence_library.html"
    title = gettext_lazy("Documents")
    lead = gettext_lazy("Your institution’s library: upload a document once, and use it in every application.")
    table_class = LibraryTable
    filterset_class = LibraryFilter
    search_fields = ("name", "sha256")
    search_label = gettext_lazy("Name or SHA-256")
    sorts = {
        "name": ("name",),
        "kind": ("kind", "name"),
        "until": ("valid_until",),
        "version": ("version",),
        "uploaded": ("uploaded_at",),
    }
    default_sort = "-uploaded"
    empty_title = gettext_lazy("No documents yet")
    empty_text = gettext_lazy("What you upload here, or in an application, can be used again in every later one.")

    def get_queryset(self) -> QuerySet[Evidence]:
        own_institution(self.request.actor)
        return with_use(documents_of(self.request.actor.body_id))

    def saved_views(self) -> list[dict[str, Any]]:
        return [
            {"label": _("All"), "query": {}},
            {"label": _("Stored"), "query": {"state": "stored"}},
            {"label": _("Ends soon"), "query": {"ends": "soon"}},
            {"label": _("Ended"), "query": {"ends": "ended"}},
            {"label": _("Refused"), "query": {"state": "refused"}},
        ]

    def unfinished(self) -> list[LargeUpload]:
        """Large files that can be gone on with."""
        return list(unfinished_of(self.request.actor.body_id)) if self.request.actor.has("applicant") else []

    def page_actions(self) -> list[dict[str, Any]]:
        if not self.request.actor.has("applicant"):
            return []
        return [{"label": _("Upload a document"), "url": reverse("partners:upload")}]


# --- one document ---------------------------------------------------------------------------------


@require_safe
@login_required
def document(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A document with its versions, its redacted copies, and the applications that name it."""
    actor = request.actor
    found = get_own_document(actor=actor, pk=pk)
    versions = versions_of(found)
    newest = next((item for item in versions if item.state in KEPT), found)
    uses = uses_of(found)
    context = {
        "document": found,
        "versions": versions,
        "newest": newest if newest.pk != found.pk and newest.version > found.version else None,
        "copies": copies_of(found),
        "uses": uses,
        "end_tag": end_tag(found),
        "arriving": upload_of(found) if found.state == "received" else None,
        "scanned": scanning.is_configured(),
        "actions": _actions(found, versions) if actor.has("applicant") else [],
        "events": timeline(found.pk, tiers=tiers_for(actor, own=True), viewer=actor, nouns=("evidence",), limit=50),
    }
    response = render(request, "partners/evidence_document.html", context)
    if request.headers.get("HX-Request") and found.state != "received":
        response["HX-Refresh"] = "true"  # what was looked for every few seconds is there: the whole page, once
    return response


def _actions(found: Evidence, versions: list[Evidence]) -> list[dict[str, Any]]:
    """What an applicant can do with it, each with the reason when not."""
    if found.state != "stored":
        return []
    succeeded = any(item.replaces_id == found.pk and item.state in ("received", *KEPT) for item in versions)
    version = may_replace(stored=True, is_copy=False, has_successor=succeeded)
    items: list[dict[str, Any]] = [
        {
            "label": _("Upload a new version"),
            "url": reverse("partners:version", args=[found.pk]),
            "reason": version.reason,
            "primary": True,
        },
        {"label": _("Change kind, marking or validity"), "url": reverse("partners:describe", args=[found.pk])},
    ]
    if found.marking != Evidence.Marking.CLEAR:
        redacted = reverse("partners:redacted", args=[found.pk])
        items.insert(1, {"label": _("Add a redacted copy"), "url": redacted})
    return items


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload(request: PortalRequest) -> HttpResponse:
    """Upload a new document."""
    institution = _writable(request)
    if institution is None:
        return redirect("partners:institution")
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds_of())
    if request.method == "POST" and form.is_valid():
        made = upload_evidence(institution=institution, by=request.actor, **form.cleaned_data)
        if _taken(request, form, made):
            return redirect(made)
    words = {"heading": _("Upload a document"), "button": _("Upload the document"), "back": None}
    return _ask(request, form, words)


def _writable(request: PortalRequest) -> Institution | None:
    """The actor's institution. Refused for whoever may read its documents and not upload any."""
    institution = own_institution(request.actor)
    if not request.actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    return institution


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def version(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Upload a new version of a document."""
    found = get_own_document(actor=request.actor, pk=pk, write=True)
    form = VersionForm(request.POST or None, request.FILES or None, initial={"marking": found.marking})
    words = {
        "heading": _("Upload a new version"),
        "purpose": "version",
        "lead": _("The earlier version stays readable, and applications that were sent with it keep it."),
        "button": _("Upload the new version"),
        "back": found,
    }
    return _add(request, form, words, found, upload_version)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def redacted(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Add a redacted copy to a document."""
    found = get_own_document(actor=request.actor, pk=pk, write=True)
    form = RedactedForm(request.POST or None, request.FILES or None, document=found)
    words = {
        "heading": _("Add a redacted copy"),
        "purpose": "redacted",
        "lead": _("Whoever works on your case but may not read the document itself gets this copy in its place."),
        "button": _("Add the redacted copy"),
        "back": found,
    }
    return _add(request, form, words, found, upload_redacted)


def _add(request: PortalRequest, form: forms.Form, words: dict[str, Any], found: Evidence, act: Any) -> HttpResponse:
    """Ask for a file that belongs to the document, and upload it by that deed."""
    if request.method == "POST" and form.is_valid():
        try:
            made = act(evidence=found, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            if _taken(request, form, made):
                return redirect(made)
    return _ask(request, form, words)


def _taken(request: PortalRequest, form: forms.Form, made: Evidence) -> bool:
    """Whether the file is kept; says what became of it either way."""
    if made.state == "refused":
        form.add_error("upload", f"{made.name}: {made.reason}")
        return False
    if made.state == "quarantined":
        messages.warning(request, waiting_words(made))
    else:
        messages.success(request, _("“%(name)s” is stored.") % {"name": made.name})
    return True


def _ask(request: PortalRequest, form: forms.Form, words: dict[str, Any]) -> HttpResponse:
    file: UploadedFile | None = request.FILES.get("upload") if request.method == "POST" else None
    context = {
        "form": form,
        "scanned": scanning.is_configured(),
        "again": file.name if file else "",
        "large": large_box(purpose=words.get("purpose", ""), document=words.get("back")),
        "unfinished": list(unfinished_of(request.actor.body_id)) if words.get("is_file") is not False else [],
        **words,
    }
    return render(request, "partners/evidence_upload.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def describe(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Change what a document is, who may read it, and until when it is valid."""
    found = get_own_document(actor=request.actor, pk=pk, write=True)
    initial = {"kind": found.kind, "marking": found.marking, "valid_until": found.valid_until}
    form = DescribeForm(request.POST or None, initial=initial, kinds=kinds_of())
    if request.method == "POST" and form.is_valid():
        try:
            describe_evidence(evidence=found, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("The details of “%(name)s” are saved.") % {"name": found.name})
            return redirect(found)
    words = {"heading": _("Change kind, marking or validity"), "button": _("Save the details"), "back": found}
    return _ask(request, form, {**words, "is_file": False})
