"""The report of an audit as a document: what was looked at, what was found, what the partner says, who closed it."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from django.utils.translation import gettext as _

from audits.models import Audit, AuditReport
from audits.queries.audit_report import Reported
from partners.letters.words import country, day, facts, frame
from portal.core.verdicts import Text


def audit_report(reported: Reported, document: AuditReport, *, made: datetime, code: str) -> dict[str, Any]:
    """The data of templates/documents/audit_report.typ. No queries."""
    audit = reported.audit
    final = document.kind == AuditReport.Kind.FINAL
    said = frame(cast(Any, _addressed(audit)), made=made, code=code)
    return {
        **said,
        "title": _("Report of an audit"),
        "tone": "blue" if final else "amber",
        "verdict": _("Final report. The audit is closed.")
        if final
        else _("Draft for your response, until %(day)s.") % {"day": day(cast(Any, audit.response_due))},
        "facts": facts(_facts(reported, document)),
        "summary_title": _("Summary"),
        "summary": audit.summary.splitlines(),
        "results_title": _("Results"),
        "results": facts([(str(label), str(count)) for label, count in reported.counts]),
        "columns": {
            "control": _("Control"), "result": _("Result"), "before": _("Last time"), "note": _("What is missing"),
        },
        "controls": [_control(item) for item in reported.compared],
        "findings_title": _("Findings"),
        "findings": [_finding(item) for item in reported.findings],
        "no_findings": _("No findings were recorded."),
        "evidence_title": _("Evidence that was asked for"),
        "evidence": [
            [f"{row.reference} · {row.title}", f"{row.state_label} · {_('due')} {day(row.due)}"]
            for row in reported.requests
        ],
        "use_title": _("Use that was looked at"),
        "use": _use(reported),
        "response_title": _("The partner’s response"),
        "response": audit.response.splitlines() if final else [],
        "no_response": _("The partner did not respond in the time that it had.") if final else "",
        "digest_text": _("Precisely this was reported, by the SHA-256 of its content:"),
        "digest": document.digest,
        "check": {**said["check"], "title": _("Is this document genuine?")},
    }  # fmt: skip


def _addressed(audit: Audit) -> SimpleNamespace:
    """What the frame of a letter asks. An audit that no authority runs is the scheme's."""
    authority = audit.authority or SimpleNamespace(name=_("The scheme’s authorities"))
    return SimpleNamespace(reference=audit.reference, institution=audit.institution, authority=authority)


def _facts(reported: Reported, document: AuditReport) -> list[tuple[str, str]]:
    audit = reported.audit
    return [
        (_("Audit"), f"{audit.reference} · {audit.get_kind_display()} · {audit.get_mode_display()}"),
        (_("Institution"), audit.institution.name),
        (_("Jurisdiction"), country(audit.institution.organisation.jurisdiction)),
        (_("Fieldwork began"), day(audit.began_at) if audit.began_at else ""),
        (_("Held against"), str(audit.catalogue or "")),
        (_("Auditors"), ", ".join(reported.auditors)),
        (_("Version of this report"), str(document.version)),
        (_("Closed"), f"{day(audit.closed_at)}, {audit.closed_by}" if audit.closed_at else ""),
        (_("Rulebook"), _("Version %(v)s") % {"v": audit.rulebook}),
    ]


def _control(item: Any) -> dict[str, str]:
    before = item.before
    return {
        "control": str(item.check.control),
        "result": str(item.check.get_result_display()),
        "before": f"{before.label} ({before.audit})" if before else "–",
        "note": item.check.note if item.check.result in ("partly", "not_met") else "",
    }


def _finding(finding: Any) -> dict[str, Any]:
    pairs: list[tuple[Text, str]] = [
        (_("Severity"), str(finding.get_severity_display())),
        (_("Control"), str(finding.control or "")),
        (_("To be put right by"), day(finding.remedy_due)),
        (_("State"), str(finding.state_label)),
    ]
    return {
        "title": f"{finding.reference} · {finding.title}",
        "text": finding.description.splitlines(),
        "facts": facts([(str(label), value) for label, value in pairs]),
    }


def _use(reported: Reported) -> list[list[str]]:
    sample = reported.sample
    if sample is None:
        return []
    return facts(
        [
            (_("Windows reported"), str(sample.population)),
            (_("Of those, covered by no grant"), str(sample.outside)),
            (_("Period"), f"{day(sample.since)} – {day(sample.until)}"),
            (_("Windows looked at"), str(reported.windows)),
            (_("Drawn by the root"), sample.checkpoint.root),
        ]
    )
