"""Requests for evidence and their answers for tests, made by the real actions."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audits.actions.evidence_request import answer_request, ask_for_evidence
from audits.models import Audit, EvidenceRequest
from partners.actions.evidence import upload_evidence
from partners.models import Evidence
from tests.factories.audits import Stage


def text_file(name: str = "retention.txt", text: str = "Logs are kept for a year.") -> SimpleUploadedFile:
    """A small text file, as a browser sends it."""
    return SimpleUploadedFile(name, text.encode(), content_type="text/plain")


def library_document(stage: Stage, name: str = "policy.txt", **more: Any) -> Evidence:
    """A stored document of the partner's library."""
    return upload_evidence(
        institution=stage.institution, upload=text_file(name, f"{name} says so."), by=stage.applicant, **more
    )


def evidence_asked(audit: Audit, stage: Stage, *, title: str = "The retention policy", **about: Any) -> EvidenceRequest:
    """Something that the auditor asks the partner to show."""
    return ask_for_evidence(
        audit=audit, title=title, text="The policy in force, and a record that shows it.", by=stage.auditor, **about
    )


def evidence_answered(audit: Audit, stage: Stage, *, title: str = "The retention policy") -> EvidenceRequest:
    """A request that the partner has answered with a document of its library."""
    request = evidence_asked(audit, stage, title=title)
    document = library_document(stage)
    return answer_request(request=request, text="See section 4.", documents=[document.pk], by=stage.applicant)
