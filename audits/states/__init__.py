"""Lifecycles of audits, findings, periodic reports, incidents, enforcement and appeals. Import from here."""

from audits.states.alerts import ALERT
from audits.states.appeal import APPEAL, PUBLISHED_DECISION
from audits.states.assurance import AUDIT, CATALOGUE, OBLIGATION
from audits.states.calendar import CALENDAR_FEED
from audits.states.cases import INCIDENT
from audits.states.catalogues import CATALOGUE_IMPORT, CROSSWALK
from audits.states.enforcement import ENFORCEMENT
from audits.states.fieldwork import EVIDENCE_REQUEST
from audits.states.findings import FINDING, RISK_ACCEPTANCE
from audits.states.public_reports import PUBLIC_REPORT

__all__ = [
    "ALERT",
    "APPEAL",
    "AUDIT",
    "CATALOGUE",
    "CATALOGUE_IMPORT",
    "CROSSWALK",
    "ENFORCEMENT",
    "EVIDENCE_REQUEST",
    "FINDING",
    "INCIDENT",
    "OBLIGATION",
    "PUBLIC_REPORT",
    "PUBLISHED_DECISION",
    "RISK_ACCEPTANCE",
    "TABLES",
]

TABLES = (
    CATALOGUE,
    CATALOGUE_IMPORT,
    CROSSWALK,
    AUDIT,
    CALENDAR_FEED,
    EVIDENCE_REQUEST,
    FINDING,
    RISK_ACCEPTANCE,
    OBLIGATION,
    INCIDENT,
    PUBLIC_REPORT,
    ALERT,
    ENFORCEMENT,
    APPEAL,
    PUBLISHED_DECISION,
)
