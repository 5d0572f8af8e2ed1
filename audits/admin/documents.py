"""Documents that partners named, handed out on the desk as their marking allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from audits.admin.base import CaseAdmin
from audits.views.papers import handed_out
from partners import files
from partners.models import Evidence
from portal.core.actors import Actor
from portal.core.requests import PortalRequest


class HandsOut(CaseAdmin):
    """Cases that have documents."""

    def given(self, subject: Any, document: UUID, actor: Actor) -> HttpResponseBase:
        """The document as an attachment. The actor may open the page of the subject."""
        raise NotImplementedError

    @property
    def _place(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_document"

    def address_of_id(self, subject: Any, document: UUID) -> str:
        """Where the document with that id is handed out."""
        return reverse(f"admin:{self._place}", args=[subject.pk, document])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.document_view))
        return [path("<uuid:pk>/documents/<uuid:document>/", view, name=self._place), *super().get_urls()]

    def document_view(self, request: PortalRequest, pk: UUID, document: UUID) -> HttpResponseBase:
        """One document of the subject, for whoever may open its page."""
        return self.given(self.subject(request, pk), document, request.actor)


class WithDocuments(HandsOut):
    """Cases of an audit that have documents, which are handed out as their marking says."""

    def file_for(self, subject: Any, document: UUID, reader: Mapping[str, bool]) -> Evidence | None:
        """What the reader gets under that id: the document, its redacted copy, or nothing."""
        raise NotImplementedError

    def address_of(self, subject: Any, file: Evidence) -> str:
        """Where the document is handed out."""
        return self.address_of_id(subject, file.pk)

    def given(self, subject: Any, document: UUID, actor: Actor) -> HttpResponseBase:
        """The document, or the copy that its marking lets the reader have."""
        found = self.file_for(subject, document, reader_of(subject, actor))
        if found is None:
            raise Http404("No such document.")
        return files.attachment(found.stored_name, name=found.name, content_type=found.content_type)


class WithPapers(HandsOut):
    """Cases in which sides sent documents with what they said: whoever may open the page reads them."""

    def given(self, subject: Any, document: UUID, actor: Actor) -> HttpResponseBase:
        """The document that was sent, in full."""
        return handed_out(subject, document)


def reader_of(subject: Any, actor: Actor) -> dict[str, bool]:
    """What partners.rules.evidence.may_read_in_full asks of somebody who may open the page on the desk."""
    return {
        "own": False,
        "home": actor.body_id == subject.audit.authority_id,
        "named": actor.user_id in subject.assigned_ids,
    }
