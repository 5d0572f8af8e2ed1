"""The whole rulebook as one document."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from portal.core.canonical import digest
from portal.rulebook.schema.alerts import Alerts
from portal.rulebook.schema.base import Disclosure, Line, Part, Prose, Term, find
from portal.rulebook.schema.decisions import (
    Appeal,
    Clock,
    Consent,
    Declaration,
    DisclosureTier,
    Eligibility,
    People,
    Qualification,
    Quorum,
    Risk,
    SecondFactor,
)  # fmt: skip
from portal.rulebook.schema.errors import RulebookError
from portal.rulebook.schema.incidents import Incidents
from portal.rulebook.schema.oversight import Audits, Enforcement, ObligationRule, Retention
from portal.rulebook.schema.questions import Questionnaire
from portal.rulebook.schema.scope import Scope
from portal.rulebook.schema.screening import Screening


class Meta(Part):
    """What this version is."""

    version: Annotated[str, StringConstraints(pattern=r"^\d{1,3}\.\d{1,3}$")]
    title: Line
    summary: Prose
    adopted: Line
    changes: tuple[Line, ...] = ()
    written: date | None = None


class Refusals(Part):
    """Structured reasons, from which whoever refuses has to choose."""

    application: Annotated[tuple[Term, ...], Field(min_length=1)]
    grant_line: Annotated[tuple[Term, ...], Field(min_length=1)]


class Rulebook(Part):
    """One version of all the rules. Reading it checks every reference from one part to another."""

    meta: Meta
    disclosure: Annotated[tuple[DisclosureTier, ...], Field(min_length=1)]
    eligibility: Eligibility
    questionnaire: Questionnaire
    declarations: Annotated[tuple[Declaration, ...], Field(min_length=1)]
    risk: Risk
    quorum: Quorum
    clocks: tuple[Clock, ...]
    qualification: Qualification
    people: People
    screening: Screening = Field(default_factory=Screening)
    scope: Scope
    consent: Consent
    audits: Audits
    obligations: Annotated[tuple[ObligationRule, ...], Field(min_length=1)]
    incidents: Incidents
    alerts: Alerts = Field(default_factory=Alerts)
    enforcement: Enforcement
    appeal: Appeal
    refusals: Refusals
    retention: Retention
    second_factor: SecondFactor

    @model_validator(mode="after")
    def _references(self) -> Self:
        from portal.rulebook.schema.references import reference_problems

        if problems := reference_problems(self):
            raise RulebookError(problems)
        return self

    @property
    def version(self) -> str:
        """The version that decisions cite, such as “1.0”."""
        return self.meta.version

    def dump(self) -> dict[str, Any]:
        """The document as JSON types, defaults written out, so that none is implied: what is stored and hashed."""
        return self.model_dump(mode="json", exclude_none=True)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON (RFC 8785) of the document."""
        return digest(self.dump())

    def tier(self, key: str) -> DisclosureTier:
        """The disclosure tier of that key; KeyError where there is none."""
        return find(self.disclosure, key)

    def declarations_on(self, occasion: str) -> tuple[Declaration, ...]:
        """The declarations made on that occasion: application, grant_request, agreement, person or report."""
        return tuple(item for item in self.declarations if item.on == occasion)

    def may_read(self, role: str, tier: Disclosure) -> bool:
        """Whether a role is among the readers of that tier."""
        return role in self.tier(tier).readers
