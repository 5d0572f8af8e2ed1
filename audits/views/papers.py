"""Documents with statements, on pages: what a form offers, files that come with it, and the file of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.urls import reverse

from audits.queries.papers import file_of, offered
from partners import files
from partners.actions.evidence import upload_evidence
from partners.models import Evidence, Institution
from partners.views.section import waiting_words
from portal.core.actors import Actor
from portal.core.requests import PortalRequest

Bind = Callable[[Any, Any], Form]
"""From what was posted and the files to the form."""


def papers_for(subject: Any, actor: Actor) -> dict[str, Any]:
    """The documents that a form about the subject offers."""
    own = actor.body_id == subject.institution_id
    return {"papers": offered(subject.institution_id, subject.pk, actor), "library": own}


def ids(said: dict[str, Any]) -> list[UUID]:
    """The documents ticked in a valid form."""
    return [row.pk for row in said.get("documents") or ()]


def received(request: PortalRequest, form: Form, bind: Bind, *, institution: Institution, about: UUID) -> Form:
    """Keep the files that came with a form, also where something else in it is wrong: no browser sends them again.

    The form once more, with all that are kept ticked, and with an error for each file that was refused, or has to wait
    for the scan. Words and ticks stay. Where the files are too many, none is kept.
    """
    form.is_valid()
    uploads = form.cleaned_data.get("uploads")
    if not uploads:
        return form
    kept, problems = request.POST.getlist("documents"), []
    for upload in uploads:
        document = upload_evidence(
            institution=institution,
            upload=upload,
            marking=Evidence.Marking.AMBER,
            kind="statement",
            about=about,
            by=request.actor,
        )
        if document.state == "stored":
            kept.append(str(document.pk))
        elif document.state == "refused":
            problems.append(f"{document.name}: {document.reason}")
        else:
            problems.append(waiting_words(document))
    data = request.POST.copy()
    data.setlist("documents", kept)
    again = bind(data, None)
    again.is_valid()
    for problem in problems:
        again.add_error("uploads", problem)
    return again


def address_of(noun: str, pk: UUID, document: UUID) -> str:
    """Where a page of the portal gets the document: of a case, an appeal, or an appeal before its panel."""
    return reverse(f"audits:{noun}_document", args=[pk, document])


def handed_out(subject: Any, document: UUID) -> HttpResponse:
    """The document of a case or an appeal as an attachment. The caller has checked who asks."""
    found = file_of(subject, document)
    if found is None:
        raise Http404("No such document.")
    return cast(HttpResponse, files.attachment(found.stored_name, name=found.name, content_type=found.content_type))
