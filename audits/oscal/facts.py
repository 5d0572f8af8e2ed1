"""What an export of an audit rests on, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """A catalogue in the version that the audit keeps."""

    id: UUID
    title: str
    version: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class ControlFacts:
    """A control of the catalogue; `statement_id` is what the catalogue itself calls its statement."""

    oscal_id: str
    statement_id: str
    label: str
    title: str
    statement: str
    guidance: str
    group_id: str
    group: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """A control on the checklist with its latest result; `note` only where the reader may know it."""

    id: UUID
    control_id: str
    result: str
    result_label: str
    note: str
    recorded_at: datetime | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """A finding with the partner's plan."""

    id: UUID
    reference: str
    control_id: str
    severity: str
    title: str
    description: str
    state: str
    recorded_at: datetime
    remedy_due: date
    plan: str
    remediation: str
    remediated_at: datetime | None
    ended_at: datetime | None
    accepted_until: date | None


@dataclass(frozen=True, slots=True)
class DrawFacts:
    """How the sample of controls was drawn."""

    algorithm: str
    root: str
    size: int
    controls_digest: str
    controls_count: int


@dataclass(frozen=True)
class AuditFacts:
    """An audit, whole. `at` is when the export is made."""

    id: UUID
    reference: str
    kind: str
    mode: str
    rulebook: str
    at: datetime
    authority: Body
    institution: Body
    catalogue: CatalogueFacts
    controls: list[ControlFacts]
    planned_for: date
    planned_at: datetime
    began_at: datetime | None
    summary: str
    response: str
    moments: list[tuple[str, datetime]]
    checks: list[CheckFacts] = field(default_factory=list)
    findings: list[FindingFacts] = field(default_factory=list)
    draw: DrawFacts | None = None
