"""Findings as risks, and the plan of action and milestones that they make."""

from __future__ import annotations

from typing import Any

from audits.oscal.facts import AuditFacts, FindingFacts
from audits.oscal.parts import line, metadata, midnight, moment, origin, prop, prose, subject, token, uuid

STATUS = {
    "open": "open",
    "plan_agreed": "remediating",
    "remediated": "remediating",
    "verified": "closed",
    "risk_accepted": "deviation-approved",
}
"""State of a finding → status of an OSCAL risk."""
RFC4122 = "http://ietf.org/rfc/rfc4122"


def plan_of_action(facts: AuditFacts) -> dict[str, Any]:
    """The findings of the audit with what is done about each, by when. There must be one."""
    return {
        "plan-of-action-and-milestones": {
            "uuid": uuid("poam", f"{facts.id}:{moment(facts.at)}"),
            "metadata": metadata(facts, f"Audit {facts.reference}: plan of action and milestones"),
            "system-id": {"identifier-type": RFC4122, "id": uuid("system", facts.institution.id)},
            "observations": [_observation(facts, finding) for finding in facts.findings],
            "risks": [risk(facts, finding) for finding in facts.findings],
            "poam-items": [
                {
                    "uuid": uuid("poam-item", finding.id),
                    "title": line(f"{finding.reference} {finding.title}"),
                    "description": prose(finding.description),
                    "props": _props(finding),
                    "origins": origin(facts),
                    "related-observations": [{"observation-uuid": uuid("found", finding.id)}],
                    "related-risks": [{"risk-uuid": uuid("risk", finding.id)}],
                }
                for finding in facts.findings
            ],
        }
    }


def risk(facts: AuditFacts, finding: FindingFacts) -> dict[str, Any]:
    """A finding as a risk: its severity, its day, and what is done about it."""
    made: dict[str, Any] = {
        "uuid": uuid("risk", finding.id),
        "title": line(f"{finding.reference} {finding.title}"),
        "description": prose(finding.description),
        "statement": prose(finding.description),
        "props": _props(finding),
        "status": STATUS[finding.state],
        "origins": origin(facts),
        "deadline": midnight(finding.remedy_due),
    }
    remediations = [*_planned(finding), *_done(finding)]
    if remediations:
        made["remediations"] = remediations
    return made


def _props(finding: FindingFacts) -> list[dict[str, Any]]:
    found = [prop("finding", finding.reference), prop("severity", finding.severity), prop("state", finding.state)]
    if finding.control_id:
        found.append(prop("control", token(finding.control_id)))
    if finding.accepted_until is not None:
        found.append(prop("accepted-until", finding.accepted_until.isoformat()))
    return found


def _planned(finding: FindingFacts) -> list[dict[str, Any]]:
    """The institution's plan; agreed or not, it is what was planned."""
    if not finding.plan.strip():
        return []
    milestone = {
        "uuid": uuid("milestone", finding.id),
        "type": "milestone",
        "title": "Put right",
        "timing": {"on-date": {"date": midnight(finding.remedy_due)}},
    }
    lifecycle = "recommendation" if finding.state == "open" else "planned"
    return [
        {
            "uuid": uuid("plan", finding.id),
            "lifecycle": lifecycle,
            "title": "Corrective plan",
            "description": prose(finding.plan),
            "tasks": [milestone],
        }
    ]


def _done(finding: FindingFacts) -> list[dict[str, Any]]:
    if not finding.remediation.strip():
        return []
    return [
        {
            "uuid": uuid("remediation", finding.id),
            "lifecycle": "completed",
            "title": "What was done",
            "description": prose(finding.remediation),
        }
    ]


def _observation(facts: AuditFacts, finding: FindingFacts) -> dict[str, Any]:
    return {
        "uuid": uuid("found", finding.id),
        "title": line(f"{finding.reference} {finding.title}"),
        "description": prose(finding.description),
        "methods": ["UNKNOWN"],
        "types": ["finding"],
        "origins": origin(facts),
        "subjects": [subject(facts)],
        "collected": moment(finding.recorded_at),
    }
