"""Lifecycles of audits, findings, periodic reports, incidents, enforcement and appeals. Import from here."""

from audits.states.assurance import AUDIT, CATALOGUE, FINDING, OBLIGATION
from audits.states.cases import APPEAL, ENFORCEMENT, INCIDENT

__all__ = ["APPEAL", "AUDIT", "CATALOGUE", "ENFORCEMENT", "FINDING", "INCIDENT", "OBLIGATION", "TABLES"]

TABLES = (CATALOGUE, AUDIT, FINDING, OBLIGATION, INCIDENT, ENFORCEMENT, APPEAL)
