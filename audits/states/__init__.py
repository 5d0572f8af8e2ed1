"""Lifecycles of audits, findings, periodic reports, incidents, enforcement and appeals. Import from here."""

from audits.states.assurance import AUDIT, CATALOGUE, OBLIGATION
from audits.states.cases import APPEAL, ENFORCEMENT, INCIDENT
from audits.states.findings import FINDING

__all__ = ["APPEAL", "AUDIT", "CATALOGUE", "ENFORCEMENT", "FINDING", "INCIDENT", "OBLIGATION", "TABLES"]

TABLES = (CATALOGUE, AUDIT, FINDING, OBLIGATION, INCIDENT, ENFORCEMENT, APPEAL)
