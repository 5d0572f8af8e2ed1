"""The file of a case at the desk: asked for, watched, taken; and files of other authorities, checked and kept."""

from __future__ import annotations

import zipfile
from contextlib import closing
from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners import files
from partners.access import require_role
from partners.actions.case_file import ask_case_file, make_case_file, take_case_file, take_imported, take_in_case
from partners.admin.actions import desk_url
from partners.admin.pages import DeclareFirst, open_case, page, to_declaration
from partners.content import in_memory
from partners.forms.case_file import CaseFileForm, ImportForm
from partners.inspection import inspect
from partners.models import Application, CaseFile, ImportedCase
from partners.queries.case import Case
from partners.queries.case_file import SMALL, documents_of, files_of, reader_for
from partners.rules.case_file import MOST_UNPACKED, Report, check
from partners.states.application import APPLICATION
from partners.states.qualification import QUALIFICATION
from partners.tasks import make_file
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, first_refusal, refused, require
from portal.desk import DeskAdmin
from portal.seal.keys import peer_roots
from portal.ui.forms import refuse
from portal.ui.paging import BoundedPaginator

OFFICER = "case_officer"
PARTS = {"zip": "application/zip", "pdf": "application/pdf"}


def _may_ask(case: Case, actor: Actor) -> None:
    """Case officers of the authority that runs the case; not while they are blind to others' assessments."""
    subject = CaseFile(application=case.application)
    blind = refused(
        _("You are assessing this case yourself, and do not see the others’ assessments before you have filed yours."),
        code="blind",
        rule="quorum.blind",
    )
    require(
        first_refusal(
            CaseFile.TABLE.verdict("ask", subject, actor),
            *([blind] if case.is_blind_for(actor.user_id) else []),
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case_file_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The files that were made of a case, and a form to make another."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    actor, application = request.actor, case.application
    _may_ask(case, actor)
    form = CaseFileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_case_file(application=application, by=actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            _make(made, case, actor)
            return redirect(desk_url("file", application.pk))
    rows = files_of(application)
    context = {
        "title": _("Case file"),
        "application": application,
        "form": form,
        "files": rows,
        "waiting": any(row.state == "asked" for row in rows),
    }
    return page(request, "admin/partners/case_file.html", context)


def _make(made: CaseFile, case: Case, actor: Actor) -> None:
    """At once where its documents are small; a job where they are not."""
    given = [given for _item, given in documents_of(case, reader_for(made, case, actor)) if given]
    if sum(row.size for row in given) <= SMALL:
        make_case_file(file=made)
    else:
        transaction.on_commit(partial(make_file.delay, str(made.pk)))


@require_POST
def take_page(request: PortalRequest, pk: UUID, file_pk: UUID, part: str) -> HttpResponseBase:
    """Take a file: a deed, so that the record says who has it."""
    try:
        case = open_case(request, pk)
    except DeclareFirst as first:
        return to_declaration(request, first.application)
    _may_ask(case, request.actor)
    found = CaseFile.objects.filter(pk=file_pk, application=case.application).select_related("application").first()
    if found is None or part not in PARTS:
        raise Http404("No such file.")
    take_case_file(file=found, part=part, by=request.actor)
    name = f"{case.application.reference}-case-file.{part}"
    stored = found.stored_name if part == "zip" else found.pdf_name
    return files.attachment(stored, name=name, content_type=PARTS[part])


# --- from other authorities -----------------------------------------------------------------------


def _url(name: str, *args: object) -> str:
    return reverse(f"admin:partners_importedcase_{name}", args=args)


def get_imported(actor: Actor, pk: object) -> ImportedCase:
    """A case file that the actor's own authority took in, for its case officers. Http404 for others."""
    require_role(actor, OFFICER)
    try:
        key = UUID(str(pk))
    except ValueError as error:
        raise Http404("No such file.") from error
    found = ImportedCase.objects.filter(pk=key, authority=actor.body_id).select_related("imported_by").first()
    if found is None:
        raise Http404("No such file.")
    return found


def _page(request: PortalRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    frame = {
        **admin.site.each_context(cast(Any, request)),
        "opts": ImportedCase._meta,
        "crumbs": [(_("Imported case files"), _url("changelist"))],
    }
    return render(request, template, {**frame, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: PortalRequest) -> HttpResponse:
    """Check a file; keep it where every point holds."""
    actor = request.actor
    require_role(actor, OFFICER)
    form = ImportForm(request.POST or None, request.FILES or None)
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        report = check(upload.file, upload.size, roots=peer_roots(), now=clock.now())
        if report.holds:
            try:
                found, new = take_in_case(content=upload.file, size=upload.size, report=report, by=actor)
            except Refused as error:
                refuse(form, error.verdict)
            else:
                said = _("The case file is checked and kept.") if new else _("This very file was taken in before.")
                messages.success(request, said)
                return redirect(_url("change", found.pk))
    context = {"title": _("Take in a case file"), "form": form, "report": report}
    return _page(request, "admin/partners/import_case.html", context)


@require_safe
def imported_page(request: PortalRequest, pk: object) -> HttpResponse:
    """An imported case, for reading."""
    found = get_imported(request.actor, pk)
    content = found.content
    titles = {item.get("key"): item.get("title", "") for item in _rows(content, "sections")}
    context = {
        "title": str(found),
        "imported": found,
        "content": content,
        "titles": titles,
        "facts": _facts(found),
        "held": _held(content.get("qualification")),
        "assessments": [row | {"title": titles.get(row.get("section"), "")} for row in _rows(content, "assessments")],
        "documents": _rows(content, "documents"),
    }
    return _page(request, "admin/partners/imported_case.html", context)


def _rows(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of the case, as far as it is one: another portal made it."""
    found = content.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _facts(found: ImportedCase) -> list[tuple[str, Any]]:
    said = found.content["application"]
    return [
        (_("Institution"), found.institution),
        (_("Authority"), found.origin),
        (_("State there"), _words(APPLICATION.choices, said.get("state"))),
        (_("Risk tier"), _words(Application.Tier.choices, said.get("tier"))),
        (_("Rulebook"), said.get("rulebook", "")),
    ]


def _held(said: Any) -> str:
    """The qualification that it speaks of, in words."""
    if not isinstance(said, dict):
        return ""
    until = " – ".join(_day(said.get(key)) for key in ("valid_from", "valid_until"))
    return " · ".join([str(said.get("reference", "")), _words(QUALIFICATION.choices, said.get("state")), until])


def _day(text: object) -> str:
    """A day in words; what is none as it came."""
    try:
        day = parse_date(str(text))
    except ValueError:
        day = None
    return date_format(day, "j F Y") if day else str(text)


def _words(choices: Any, key: object) -> str:
    """The word for a state that is known here too; else as it came."""
    return str(dict(choices).get(key, key or "–"))


@require_POST
def take_imported_page(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take the file as it came, or (`path`) one of its documents that may be kept by our own rules."""
    found = get_imported(request.actor, pk)
    wanted = request.POST.get("path", "")
    if not wanted:
        take_imported(imported=found, path="", by=request.actor)
        return files.attachment(found.stored_name, name=f"{found.reference}.zip", content_type="application/zip")
    if wanted not in {item["path"] for item in found.files}:
        raise Http404("No such part.")
    data = _part(found, wanted)
    kind = _kind(wanted, data)
    take_imported(imported=found, path=wanted, by=request.actor)
    name = f"{found.reference}-{wanted.replace('/', '-')}"
    response = FileResponse(in_memory(data).file, as_attachment=True, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _part(found: ImportedCase, wanted: str) -> bytes:
    with closing(files.stream(found.stored_name)) as source, zipfile.ZipFile(source) as archive:
        return archive.read(wanted)


def _kind(path_: str, data: bytes) -> str:
    """Its type by content. Refused where it is nothing that would be kept here: its seal says only whose it is."""
    if path_.endswith(".json"):
        return "application/json"
    if path_ == "case.pdf" or path_.startswith("letters/"):
        return "application/pdf"
    found = inspect(path_, data, most=MOST_UNPACKED)
    if not found:
        raise Refused(refused(found.reason, code="not_kept", rule="imported_case.take"))
    return found.content_type


class ImportedCaseAdmin(DeskAdmin):
    """Case files of other authorities, for the case officers of the authority that took them in."""

    roles_view: ClassVar[frozenset[str]] = frozenset({OFFICER})
    list_display = ("case", "institution", "origin", "signer", "imported_at", "imported_by")
    list_display_links = None
    search_fields = ("reference", "institution", "origin")
    search_help_text = gettext_lazy("Reference, institution or authority")
    empty_title = gettext_lazy("No case file was taken in yet")
    empty_text = gettext_lazy(
        "A case file that another authority made is checked point by point when you take it in, and kept here to read."
    )
    ordering = ("-imported_at", "-pk")
    paginator = BoundedPaginator
    list_before_template = "admin/partners/imported_above.html"

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return rows.filter(authority=actor.body_id).select_related("imported_by")

    @admin.display(description=gettext_lazy("Case"), ordering="reference")
    def case(self, row: ImportedCase) -> SafeString:
        return format_html('<a href="{}">{}</a>', _url("change", row.pk), row.reference)

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        require_role(request.actor, OFFICER)
        return super().changelist_view(request, extra_context)

    def change_view(self, request: PortalRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return imported_page(request, object_id)

    def has_view_permission(self, request: PortalRequest, obj: Model | None = None) -> bool:
        return request.actor.has(OFFICER)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(import_page), name="partners_importedcase_import"),
            path("<uuid:pk>/take/", view(take_imported_page), name="partners_importedcase_take"),
            *super().get_urls(),
        ]
