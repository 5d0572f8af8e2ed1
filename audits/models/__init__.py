"""Models of audits, incidents and enforcement. Import from here."""

from audits.models.acceptance import AcceptanceSignature, RiskAcceptance
from audits.models.alert import Alert, AlertKind, AlertRecurrence, AlertVerdict, KnownPlace, UseWatch, WatchedSeries
from audits.models.appeal import Appeal
from audits.models.audit import (
    AUDIT_PERMISSION,
    Audit,
    AuditUserObjectPermission,
    Check,
    CheckResult,
    Result,
)
from audits.models.calendar import CalendarFeed
from audits.models.catalogue import Catalogue, Control, ControlGroup
from audits.models.catalogue_import import CatalogueImport
from audits.models.crosswalk import ControlLink, Crosswalk, Relation
from audits.models.enforcement import EFFECTIVE, DecisionSignature, End, EnforcementCase, Measure
from audits.models.enforcement_parts import CaseFact, CaseScope, LiftCondition, MeasureEvent
from audits.models.escalation import Escalation
from audits.models.evidence_request import EvidenceReply, EvidenceRequest, ReplyDocument
from audits.models.fieldwork import AuditReport, WorkingNote
from audits.models.finding import Finding, FindingDocument, FindingNote, Retest, Severity
from audits.models.incident import FollowUp, Incident, IncidentDeadline, IncidentUpdate, Marking
from audits.models.incident_look import IncidentLook
from audits.models.incident_report import IncidentDraft, IncidentReport
from audits.models.obligation import Obligation, Report
from audits.models.panel import (
    AppealDraft,
    AppealStatement,
    HearingNote,
    Outcome,
    PanelDraw,
    PanelSeat,
    PanelVote,
    PublishedDecision,
)
from audits.models.public_report import PublicMessage, PublicReport
from audits.models.sample import SampleDraw
from audits.models.statement_file import StatementFile
from audits.models.usage_sample import SampledWindow, UsageSample

__all__ = [
    "AUDIT_PERMISSION",
    "EFFECTIVE",
    "AcceptanceSignature",
    "Alert",
    "AlertKind",
    "AlertRecurrence",
    "AlertVerdict",
    "Appeal",
    "AppealDraft",
    "AppealStatement",
    "Audit",
    "AuditReport",
    "AuditUserObjectPermission",
    "CalendarFeed",
    "CaseFact",
    "CaseScope",
    "Catalogue",
    "CatalogueImport",
    "Check",
    "CheckResult",
    "Control",
    "ControlGroup",
    "ControlLink",
    "Crosswalk",
    "DecisionSignature",
    "End",
    "EnforcementCase",
    "Escalation",
    "EvidenceReply",
    "EvidenceRequest",
    "Finding",
    "FindingDocument",
    "FindingNote",
    "FollowUp",
    "HearingNote",
    "Incident",
    "IncidentDeadline",
    "IncidentDraft",
    "IncidentLook",
    "IncidentReport",
    "IncidentUpdate",
    "KnownPlace",
    "LiftCondition",
    "Marking",
    "Measure",
    "MeasureEvent",
    "Obligation",
    "Outcome",
    "PanelDraw",
    "PanelSeat",
    "PanelVote",
    "PublicMessage",
    "PublicReport",
    "PublishedDecision",
    "Relation",
    "ReplyDocument",
    "Report",
    "Result",
    "Retest",
    "RiskAcceptance",
    "SampleDraw",
    "SampledWindow",
    "Severity",
    "StatementFile",
    "UsageSample",
    "UseWatch",
    "WatchedSeries",
    "WorkingNote",
]
