"""A report on an incident as a document: whom it is for, by when, and the answers. Its marking is on each page."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from django.utils.translation import gettext as _

from audits.models import IncidentReport, Marking
from audits.queries.incident_report import moment_in, recipient_name
from audits.rules.marking import recipient_sees
from partners.letters.words import facts, frame, of_the_rules
from portal.core.canonical import digest
from portal.rulebook.display import display
from portal.rulebook.schema import ReportForm


def incident_report(report: IncidentReport, form: ReportForm, *, made: datetime, code: str) -> dict[str, Any]:
    """The data of templates/documents/incident_report.typ. Without a `code` it is a working copy. No queries.

    `report` may be one that is not saved: what it says is the same.
    """
    deadline = report.deadline
    said = frame(cast(Any, _addressed(report)), made=made, code=code)
    return {
        **said,
        "title": of_the_rules(form.title),
        "draft": not code,
        "tone": "red" if report.late else "green",
        "verdict": _verdict(report) if code else _("Working copy. Nothing was filed with it."),
        "marking": {"label": str(Marking(report.marking).label), "colour": report.marking},
        "facts": facts(_facts(report)),
        "answers": [
            {
                "question": of_the_rules(question.label),
                "lines": list(display(question, report.answers[question.key]).lines),
            }
            for question in form.questions
            if report.answers.get(question.key) is not None
        ],
        "source": f"{_('Questions by')}: {form.source or deadline.source}",
        "digest_text": _("Precisely this was reported, by the SHA-256 of its content:"),
        "digest": report.digest,
        "check": {**said["check"], "title": _("Is this document genuine?")},
    }


def digest_of(report: IncidentReport) -> str:
    """SHA-256 over what is reported, whatever the language of the document."""
    deadline = report.deadline
    return digest(
        {
            "incident": deadline.incident.reference,
            "for": [deadline.rule, deadline.step, deadline.occurrence, report.number],
            "to": deadline.recipient,
            "marking": report.marking,
            "form": report.form,
            "answers": report.answers,
            "sent": report.sent_at.isoformat(),
        }
    )


def _addressed(report: IncidentReport) -> SimpleNamespace:
    """What the frame of a letter asks: whom it goes to stands in the place of the institution."""
    return SimpleNamespace(
        reference=report.deadline.incident.reference,
        institution=SimpleNamespace(name=recipient_name(report.deadline)),
        authority=report.body,
    )


def _verdict(report: IncidentReport) -> str:
    zone = report.deadline.zone
    words = {"sent": moment_in(report.sent_at, zone), "due": moment_in(report.due_at, zone)}
    if report.number > 1:
        return _("Added on %(sent)s to what was filed before.") % words
    if report.late:
        return _("Sent on %(sent)s, after it was due on %(due)s.") % words
    return _("Sent on %(sent)s, in time: it was due on %(due)s.") % words


def _facts(report: IncidentReport) -> list[tuple[str, str]]:
    """What the frame has not. Of the incident no more than its recipient may see there."""
    deadline, incident = report.deadline, report.deadline.incident
    seen = recipient_sees(incident.marking, deadline.recipient)
    return [
        (_("Report"), of_the_rules(deadline.label)),
        (_("Required by"), deadline.source),
        (_("Incident"), f"{incident.reference} · {incident.title}" if seen else incident.reference),
        (_("Model"), str(incident.release or "") if seen else ""),
        (_("Filed by"), f"{report.filed_by}, {report.body.name}"),
        (_("Time ran from"), moment_in(deadline.starts_at, deadline.zone)),
        (_("Due"), moment_in(report.due_at, deadline.zone)),
        (_("Version"), str(report.number)),
        (_("Rulebook"), _("Version %(v)s") % {"v": deadline.rulebook}),
    ]
