"""The shape of a rulebook document, checked when it is read. Import from here."""

from portal.rulebook.schema.base import (
    DISCLOSURE_TIERS,
    RISK_TIERS,
    SEVERITIES,
    BodyKind,
    ByTier,
    Disclosure,
    Duration,
    RiskTier,
    Rule,
    Severity,
    Term,
    find,
)  # fmt: skip
from portal.rulebook.schema.conditions import Condition, holds, leaves
from portal.rulebook.schema.decisions import (
    DECISIONS,
    Appealable,
    Clock,
    Declaration,
    Factor,
    QuorumRule,
)  # fmt: skip
from portal.rulebook.schema.document import Rulebook
from portal.rulebook.schema.errors import Problem, RulebookError
from portal.rulebook.schema.incidents import Applies, Deadline, DeadlineRule, ReportForm, SeverityRule, Shorter
from portal.rulebook.schema.loading import load, parse, read
from portal.rulebook.schema.oversight import (
    AuditRule,
    Escalation,
    FindingRule,
    ObligationRule,
    Step,
)  # fmt: skip
from portal.rulebook.schema.questions import Column, Option, Question, Questionnaire, Section
from portal.rulebook.schema.scope import Limits, NotAllowed, Pattern, Scope, UseCase
from portal.rulebook.schema.screening import Screening

__all__ = [
    "DECISIONS", "DISCLOSURE_TIERS", "RISK_TIERS", "SEVERITIES", "Appealable", "Applies", "AuditRule", "BodyKind",
    "ByTier", "Clock", "Column", "Condition", "Deadline", "DeadlineRule", "Declaration", "Disclosure", "Duration",
    "Escalation", "Factor", "FindingRule", "Limits", "NotAllowed", "ObligationRule", "Option", "Pattern",
    "Problem", "Question", "Questionnaire", "QuorumRule", "ReportForm", "RiskTier", "Rule", "Rulebook", "RulebookError",
    "Scope", "Screening", "Section", "Severity", "SeverityRule", "Shorter", "Step", "Term", "UseCase", "find", "holds",
    "leaves", "load", "parse", "read",
]  # fmt: skip
