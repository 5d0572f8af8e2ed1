"""The assessment results: what the test of each control showed, and what was found wanting."""

from __future__ import annotations

from typing import Any

from audits.oscal.facts import AuditFacts, CheckFacts, ControlFacts
from audits.oscal.parts import line, metadata, moment, origin, prop, prose, reviewed, statement_id, subject, token, uuid
from audits.oscal.poam import risk

SATISFIED = {"met": ("satisfied", "pass"), "partly": ("not-satisfied", "other"), "not_met": ("not-satisfied", "fail")}
"""Result → state and reason of an OSCAL finding. A control that does not apply is an observation only."""
METHODS = ("EXAMINE", "INTERVIEW", "TEST")


def assessment_results(facts: AuditFacts, *, plan_file: str) -> dict[str, Any]:
    """One result set: an observation for each control tested, a finding where it applies, a risk for each of ours."""
    plan = uuid("assessment-plan-file", facts.id)
    return {
        "assessment-results": {
            "uuid": uuid("assessment-results", f"{facts.id}:{moment(facts.at)}"),
            "metadata": metadata(facts, f"Audit {facts.reference}: assessment results"),
            "import-ap": {"href": f"#{plan}"},
            "results": [_result(facts)],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": f"Audit {facts.reference}: assessment plan",
                        "rlinks": [{"href": plan_file, "media-type": "application/json"}],
                    }
                ]
            },
        }
    }


def _result(facts: AuditFacts) -> dict[str, Any]:
    controls = {control.oscal_id: control for control in facts.controls}
    tested = [check for check in facts.checks if check.result]
    began = facts.began_at or facts.planned_at
    made: dict[str, Any] = {
        "uuid": uuid("result", facts.id),
        "title": f"Audit {facts.reference}",
        "description": prose(facts.summary, "The report is not written yet."),
        "start": moment(began),
        "reviewed-controls": reviewed(facts),
    }
    ended = [at for name, at in facts.moments if name in ("Report drafted", "Closed")]
    if ended:
        made["end"] = moment(max(ended))
    if facts.response.strip():
        made["remarks"] = prose(f"The institution's response: {facts.response}")
    lists = {
        "observations": [_observation(facts, check, controls[check.control_id]) for check in tested],
        "risks": [risk(facts, finding) for finding in facts.findings],
        "findings": [
            _finding(facts, check, controls[check.control_id]) for check in tested if check.result in SATISFIED
        ],
    }
    entries = [
        {"uuid": uuid("log", f"{facts.id}:{name}"), "title": name, "start": moment(at)} for name, at in facts.moments
    ]
    if entries:
        made["assessment-log"] = {"entries": entries}
    return made | {name: items for name, items in lists.items() if items}


def _observation(facts: AuditFacts, check: CheckFacts, control: ControlFacts) -> dict[str, Any]:
    label = line(f"{control.label} {control.title}")
    made: dict[str, Any] = {
        "uuid": uuid("observation", check.id),
        "title": label,
        "description": prose(check.note, f"{label}: {check.result_label}."),
        "props": [prop("result", check.result)],
        "methods": [method for method in METHODS if method in control.methods] or ["UNKNOWN"],
        "types": ["control-objective"],
        "origins": origin(facts),
        "subjects": [subject(facts)],
        "collected": moment(check.recorded_at or facts.began_at or facts.planned_at),
    }
    if check.evidence:
        made["relevant-evidence"] = [{"description": line(text)} for text in check.evidence]
    return made


def _finding(facts: AuditFacts, check: CheckFacts, control: ControlFacts) -> dict[str, Any]:
    state, reason = SATISFIED[check.result]
    risks = [
        {"risk-uuid": uuid("risk", finding.id)} for finding in facts.findings if finding.control_id == control.oscal_id
    ]
    label = line(f"{control.label} {control.title}")
    return {
        "uuid": uuid("finding", check.id),
        "title": label,
        "description": f"{label}: {check.result_label}.",
        "origins": origin(facts),
        "target": {
            "type": "statement-id",
            "target-id": statement_id(control.oscal_id, control.statement_id),
            "title": label,
            "props": [prop("control", token(control.oscal_id))],
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": uuid("observation", check.id)}],
        **({"related-risks": risks} if risks else {}),
    }
