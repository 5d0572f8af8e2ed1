"""Models of audits, incidents and enforcement. Import from here."""

from audits.models.appeal import Appeal
from audits.models.audit import (
    AUDIT_PERMISSION,
    Audit,
    AuditUserObjectPermission,
    Check,
    CheckResult,
    Result,
)
from audits.models.catalogue import Catalogue, Control, ControlGroup
from audits.models.enforcement import DecisionSignature, EnforcementCase, Measure
from audits.models.escalation import Escalation
from audits.models.finding import Finding, FindingNote, Severity
from audits.models.incident import Incident, IncidentDeadline, IncidentUpdate
from audits.models.obligation import Obligation, Report

__all__ = [
    "AUDIT_PERMISSION",
    "Appeal",
    "Audit",
    "AuditUserObjectPermission",
    "Catalogue",
    "Check",
    "CheckResult",
    "Control",
    "ControlGroup",
    "DecisionSignature",
    "EnforcementCase",
    "Escalation",
    "Finding",
    "FindingNote",
    "Incident",
    "IncidentDeadline",
    "IncidentUpdate",
    "Measure",
    "Obligation",
    "Report",
    "Result",
    "Severity",
]
