"""Large files: begun, sent in parts, gone on with another day, and cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_http_methods, require_POST

from partners.access import NOT_YOUR_ROLE, get_large_upload, get_own_application, get_own_document, own_institution
from partners.actions.upload import Purpose, add_part, begin_upload, cancel_upload, require_next
from partners.forms.upload import described, first_error
from partners.inspection import ACCEPT
from partners.models import LargeUpload
from partners.queries.rulebook import rules_of
from partners.queries.sections import open_sections
from partners.rules.upload import LARGEST_PART, MB
from partners.views import tus
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused

FROM = 4 * MB
"""Files of more bytes than this go in parts wherever there is JavaScript."""
GONE = 410
"""HTTP's status of what was there and is not any more."""


@require_http_methods(["POST", "OPTIONS"])
@login_required
@tus.answers
def begin(request: PortalRequest) -> HttpResponse:
    """Begin a large file, and say where its parts go."""
    institution = own_institution(request.actor)
    if not request.actor.has("applicant"):
        raise Refused(NOT_YOUR_ROLE)
    if request.method == "OPTIONS":
        return tus.options(most=settings.MAX_LARGE_UPLOAD_BYTES)
    tus.require_version(request)
    size, said = tus.number(request, "Upload-Length"), tus.metadata(request)
    if institution is None:
        raise tus.ProtocolError(409, "no_institution", _("Describe your institution first."))
    upload = begin_upload(
        institution=institution,
        name=said.get("filename", ""),
        size=size,
        fingerprint=said.get("fingerprint", ""),
        purpose=_purpose(request, said),
        by=request.actor,
    )
    response = tus.state(201, offset=0, size=size, expires=upload.expires_at)
    response["Location"] = upload.get_absolute_url()
    return response


def _purpose(request: PortalRequest, said: dict[str, str]) -> Purpose:
    """What the file is to become. Raises Http404 for a document or an application of somebody else."""
    if application := said.get("application"):
        return _answer(request, _id(application), said)
    document = said.get("document")
    found = get_own_document(actor=request.actor, pk=_id(document), write=True) if document else None
    is_copy = said.get("purpose") == "redacted"
    replaces, redacts = (None, found) if is_copy else (found, None)
    form = described(said.get("fields", ""), replaces=replaces, redacts=redacts)
    if not form.is_valid():
        raise tus.ProtocolError(400, "fields", first_error(form))
    return Purpose(replaces=replaces, redacts=redacts, **form.cleaned_data)


def _answer(request: PortalRequest, application_id: UUID, said: dict[str, str]) -> Purpose:
    """A file that answers a question of an application which is open."""
    application = get_own_application(actor=request.actor, pk=application_id, write=True)
    asked = said.get("question", "")
    for section in rules_of(application).questionnaire.sections:
        question = next((item for item in section.questions if item.key == asked and item.type == "evidence"), None)
        if question is not None and section.key in open_sections(application):
            form = described(said.get("fields", ""))
            marking = form.data.get("marking", "amber")
            kind = next(iter(question.evidence_kinds), "")
            return Purpose(application=application, question=asked, kind=kind, marking=marking)
    raise tus.ProtocolError(409, "question", _("This question takes no documents now."))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("No such object.") from error


@method_decorator(login_required, name="dispatch")
class LargeUploadView(View):
    """One large file: its page, and what a client asks and sends."""

    http_method_names = ["get", "head", "patch", "delete", "options"]

    def get(self, request: PortalRequest, pk: UUID) -> HttpResponse:
        """How much is here, and how to go on."""
        upload = get_large_upload(actor=request.actor, pk=pk)
        if upload.evidence is not None:
            return redirect(upload.evidence)
        context = {"upload": upload, "large": large_box(url=upload.get_absolute_url()), "accept": ACCEPT}
        return render(request, "partners/large_upload.html", context)

    @method_decorator(tus.answers)
    def head(self, request: PortalRequest, pk: UUID) -> HttpResponse:
        """How many bytes are here."""
        upload = get_large_upload(actor=request.actor, pk=pk)
        tus.require_version(request)
        _require_there(upload)
        return _state(200, upload)

    @method_decorator(tus.answers)
    def patch(self, request: PortalRequest, pk: UUID) -> HttpResponse:
        """Take the next part. The place is looked at before its bytes are read, and again when they are here."""
        upload = get_large_upload(actor=request.actor, pk=pk)
        tus.require_version(request)
        _require_there(upload)
        offset = tus.number(request, "Upload-Offset")
        require_next(upload, offset=offset, length=tus.number(request, "Content-Length"))
        content = tus.part(request, most=LARGEST_PART)
        add_part(upload=upload, offset=offset, content=content, by=request.actor)
        return _state(204, upload)

    @method_decorator(tus.answers)
    def delete(self, request: PortalRequest, pk: UUID) -> HttpResponse:
        """Give it up."""
        upload = get_large_upload(actor=request.actor, pk=pk)
        tus.require_version(request)
        _require_there(upload)
        cancel_upload(upload=upload, by=request.actor)
        return HttpResponse(status=204)

    @method_decorator(tus.answers)
    def options(self, request: PortalRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        """What this server can do."""
        get_large_upload(actor=request.actor, pk=pk)
        return tus.options(most=settings.MAX_LARGE_UPLOAD_BYTES)


def _require_there(upload: LargeUpload) -> None:
    if upload.is_overdue:
        raise tus.ProtocolError(GONE, "expired", _("Nobody went on with this upload in time. Begin it again."))
    if upload.state == "cancelled":
        raise tus.ProtocolError(GONE, "cancelled", _("This upload was cancelled. Begin it again."))


def _state(status: int, upload: LargeUpload) -> HttpResponse:
    response = tus.state(status, offset=upload.offset, size=upload.size, expires=upload.expires_at)
    if upload.evidence_id:
        response["Upload-Document"] = reverse("partners:document", args=[upload.evidence_id])
    return response


@require_POST
@login_required
def cancel(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Give an unfinished upload up, from the page."""
    upload = get_large_upload(actor=request.actor, pk=pk)
    cancel_upload(upload=upload, by=request.actor)
    messages.success(request, _("The upload of “%(name)s” is cancelled.") % {"name": upload.name})
    return redirect("partners:documents")


def large_box(*, purpose: str = "", document: Any = None, application: Any = None, url: str = "") -> dict[str, Any]:
    """What partners/_large.html needs: limits, what the file is to become, or the upload that is gone on with."""
    return {
        "from": min(FROM, settings.MAX_UPLOAD_BYTES),
        "most": settings.MAX_LARGE_UPLOAD_BYTES,
        "most_mb": f"{settings.MAX_LARGE_UPLOAD_BYTES // MB:,}",
        "purpose": purpose,
        "document": document.pk if document else "",
        "application": application.pk if application else "",
        "url": url,
    }
