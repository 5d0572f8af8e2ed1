"""Deeds on reports about an incident: keeping a draft, filing it as a sealed PDF, and adding to what was filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audits.actions.deadlines import note_met
from audits.letters.incident_report import digest_of, incident_report
from audits.models import IncidentDeadline, IncidentDraft, IncidentReport, IncidentUpdate
from audits.notices.incident_report import incident_report_filed
from audits.queries.incident_report import form_of
from audits.reports import checked_answers
from audits.rules.incident import complete_incident_report, may_report_on, same_draft, sent_in_time
from audits.rules.marking import readable_marking
from partners import files
from partners.rules.letter import new_code
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.rulebook.answers import tidy
from portal.rulebook.schema import ReportForm
from portal.seal.keys import fingerprint, seal_key
from portal.seal.pdf import seal_pdf
from portal.ui.documents import render_pdf
from portal.workflow import as_deed, lock, record


def save_draft(
    *, deadline: IncidentDeadline, answers: Mapping[str, Any], marking: str, seen: int, by: Actor
) -> IncidentDraft:
    """Keep what was written so far. `seen` is the version that the page showed. No deed: nothing is filed by it.

    A draft that somebody else saved meanwhile is not written over: Refused, with the code `stale`.
    """
    require(may_report_on(deadline, deadline.incident, by))
    require(readable_marking(marking, deadline.recipient))
    told = {"answers": tidy(answers), "marking": marking, "saved_by_id": by.person_id, "saved_at": clock.now()}
    rows = IncidentDraft.objects.filter(deadline=deadline, body_id=by.organisation_id)
    if seen and rows.filter(version=seen).update(version=seen + 1, **told):
        return rows.get()
    draft, made = rows.get_or_create(deadline=deadline, body_id=by.organisation_id, defaults=told)
    require(same_draft(saved=seen if made else draft.version, seen=seen))
    return draft


@as_deed
def file_incident_report(
    *,
    deadline: IncidentDeadline,
    answers: Mapping[str, Any],
    marking: str,
    by: Actor,
    sent_at: datetime | None = None,
) -> IncidentReport:
    """File what is due: sealed as a PDF, kept with the incident, and read by its recipient.

    The answers are checked against the form's questions. `sent_at` is when it was sent to a recipient that has no part
    in the portal. Where the deadline is met already, this is added to what was filed and the deadline stays as it is.
    """
    incident = deadline.incident
    lock(incident)
    lock(deadline)
    require(may_report_on(deadline, incident, by))
    moment = sent_at or clock.now()
    require(sent_in_time(moment, deadline, incident))
    require(readable_marking(marking, deadline.recipient))
    form = form_of(deadline)
    found = checked_answers(form.questions, answers)
    require(complete_incident_report(problems=list(found.problems.values())))
    number = IncidentReport.objects.filter(deadline=deadline).count() + 1
    report = prepared(deadline, form, found.answers, marking, by, number=number, sent_at=moment)
    _seal(report, form)
    record(
        incident,
        "meet_deadline",
        by=by,
        rulebook=deadline.rulebook,
        detail={
            "rule": deadline.rule,
            "step": deadline.step,
            "occurrence": deadline.occurrence,
            "report": report.pk,
            "number": number,
            "digest": report.digest,
            "marking": marking,
            "sent": moment,
            "late": report.late,
        },
        about=[incident.institution_id],
    )
    report.save(force_insert=True)
    _said(report, by)
    if deadline.is_running:
        note_met(deadline, by, moment)
    IncidentDraft.objects.filter(deadline=deadline, body_id=by.organisation_id).delete()
    incident_report_filed(report)
    return report


def prepared(
    deadline: IncidentDeadline,
    form: ReportForm,
    answers: Mapping[str, Any],
    marking: str,
    by: Actor,
    *,
    number: int,
    sent_at: datetime,
) -> IncidentReport:
    """The report with what it says, neither sealed nor saved."""
    language = get_language() or settings.LANGUAGE_CODE
    report = IncidentReport(
        incident=deadline.incident,
        deadline=deadline,
        number=number,
        form=form.key,
        answers=dict(answers),
        marking=marking,
        filed_by_id=by.person_id,
        body_id=by.organisation_id,
        filed_at=clock.now(),
        sent_at=sent_at,
        due_at=deadline.due_at,
        late=sent_at > deadline.due_at,
        language=language if language in dict(settings.LETTER_LANGUAGES) else settings.LANGUAGE_CODE,
    )
    report.digest = digest_of(report)
    return report


def working_copy(report: IncidentReport, form: ReportForm) -> bytes:
    """The report as a PDF that says on top that nothing was filed with it; without a seal."""
    said = incident_report(report, form, made=report.filed_at, code="")
    title = f"{said['title']} {said['number']}"
    return render_pdf("incident_report.typ", said, title=title, lang=report.language[:2], at=report.filed_at)


def _seal(report: IncidentReport, form: ReportForm) -> None:
    code = new_code()
    said = incident_report(report, form, made=report.filed_at, code=code)
    title = f"{said['title']} {said['number']}"
    content = render_pdf("incident_report.typ", said, title=title, lang=report.language[:2], at=report.filed_at)
    sealed = seal_pdf(content, at=report.filed_at, reason=title, tooltip=_("Seal of the Trusted Partner Portal"))
    kept = files.keep(sealed, folder="incidents")
    report.code, report.sealed_by = code, fingerprint(seal_key().chain[0])
    report.sha256, report.size, report.stored_name = kept.sha256, kept.size, kept.stored_name


def _said(report: IncidentReport, by: Actor) -> None:
    """On the incident's timeline stands that it was filed. What it says is for its recipient alone."""
    words = {"number": report.number, "marking": report.get_marking_display()}
    text = _("Filed as a sealed report, marked %(marking)s.") if report.number == 1 else _(
        "Added to as version %(number)s, marked %(marking)s."
    )  # fmt: skip
    IncidentUpdate.objects.create(
        incident=report.incident,
        deadline=report.deadline,
        text=text % words,
        written_by_id=by.person_id,
        body_id=by.organisation_id,
        written_at=clock.now(),
    )
