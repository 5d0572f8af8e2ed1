"""Deeds on an audit's report: drafted, sent, responded to by the partner, and closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from audits import notices
from audits.letters.audit_report import audit_report
from audits.models import Audit, AuditReport
from audits.queries.audit_report import reported_of
from audits.queries.evidence_request import still_open
from audits.queries.independence import independence_of
from audits.rules.audit import report_ready
from audits.rules.fieldwork import nothing_asked
from partners import files
from partners.rules.letter import new_code
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.seal.keys import fingerprint, seal_key
from portal.seal.pdf import seal_pdf
from portal.ui.documents import render_pdf
from portal.workflow import as_deed, lock, move, record, require_deed


@as_deed
def draft_report(*, audit: Audit, summary: str, by: Actor) -> Audit:
    """Write the report. By then every control on the checklist has a result, and no request for evidence is open."""
    lock(audit)
    require(report_ready(untested=audit.checks.filter(result="").count()))
    require(nothing_asked(waiting=still_open(audit)))
    changes = {"summary": summary, "drafted_at": clock.now(), "drafted_by_id": by.user_id}
    move(audit, "draft", by=by, changes=changes, detail={"summary": summary}, about=_about(audit))
    require(independence_of(user_id=by.person_id, institution_id=audit.institution_id))
    return audit


@as_deed
def resume_fieldwork(*, audit: Audit, reason: str, by: Actor) -> Audit:
    """Go back from the draft to the checklist."""
    return move(audit, "resume", by=by, detail={"reason": reason}, about=_about(audit))


@as_deed
def send_report(*, audit: Audit, by: Actor) -> Audit:
    """Send the report to the partner, who may respond within the rulebook's audits.response_working_days."""
    rulebook = rules()
    due = add_working_days(clock.today(), rulebook.audits.response_working_days, _country(audit))
    changes = {"sent_at": clock.now(), "response_due": due}
    move(audit, "send_report", by=by, changes=changes, rulebook=rulebook.version, about=_about(audit))
    require(independence_of(user_id=by.person_id, institution_id=audit.institution_id))
    make_report(audit, AuditReport.Kind.SENT)
    notices.report_sent(audit)
    return audit


@as_deed
def respond_to_report(*, audit: Audit, response: str, by: Actor) -> Audit:
    """The partner's side of it, kept with the report."""
    changes = {"response": response, "responded_at": clock.now()}
    record(audit, "respond", by=by, changes=changes, detail={"response": response}, about=_about(audit))
    notices.partner_responded(audit)
    return audit


@as_deed
def close_audit(*, audit: Audit, by: Actor) -> Audit:
    """Close it. Findings that are open live on by themselves."""
    changes = {"closed_at": clock.now(), "closed_by_id": by.user_id}
    move(audit, "close", by=by, changes=changes, rulebook=audit.rulebook, about=_about(audit))
    make_report(audit, AuditReport.Kind.FINAL)
    notices.audit_closed(audit)
    return audit


def make_report(audit: Audit, kind: str) -> AuditReport:
    """The report as it is, as a sealed PDF in the institution's language, kept for good. Inside a deed."""
    require_deed()
    made, code, language = clock.now(), new_code(), _language(audit)
    with translation.override(language):
        reported = reported_of(audit)
        version = AuditReport.objects.filter(audit=audit).count() + 1
        report = AuditReport(audit=audit, kind=kind, version=version, digest=reported.digest, language=language)
        content = _sealed(audit_report(reported, report, made=made, code=code), language, made)
    kept = files.keep(content, folder="audits")
    report.code, report.made_at, report.sealed_by = code, made, fingerprint(seal_key().chain[0])
    report.sha256, report.size, report.stored_name = kept.sha256, kept.size, kept.stored_name
    report.save(force_insert=True)
    return report


def _sealed(said: dict[str, Any], language: str, made: datetime) -> bytes:
    title = f"{said['title']} {said['number']}"
    content = render_pdf("audit_report.typ", said, title=title, lang=language[:2], at=made)
    return seal_pdf(content, at=made, reason=title, tooltip=_("Seal of the Trusted Partner Portal"))


def _language(audit: Audit) -> str:
    wanted = audit.institution.language
    return wanted if wanted in dict(settings.LETTER_LANGUAGES) else settings.LANGUAGE_CODE


def _about(audit: Audit) -> list[UUID]:
    return [audit.institution_id]


def _country(audit: Audit) -> str:
    country: str = audit.institution.organisation.jurisdiction
    return country
