"""What may be used: the catalogue, environments, requests, grants and holds."""

from grants.models.access import AccessTally
from grants.models.catalogue import Model, Release
from grants.models.consent import Consent, GrantSignature
from grants.models.credential import Credential, HolderKey, StatusChange, StatusEntry, StatusList
from grants.models.environment import (
    Accreditation,
    AdoptedCatalogue,
    Attestation,
    AttestedDocument,
    DocumentReminder,
    Environment,
)
from grants.models.grant import Agreement, Grant, GrantLine
from grants.models.hold import Hold
from grants.models.line_cap import LineCap
from grants.models.line_end import LineEnd
from grants.models.measure import GrantMeasure, LineVersion, MeasureSignature
from grants.models.pack import AgreementPack
from grants.models.people import GrantLinePerson, LinePerson
from grants.models.plan import EvaluationPlan
from grants.models.re_review import ReReview
from grants.models.request import (
    ConflictDeclaration,
    GrantQuestion,
    GrantRequest,
    GrantRequestUserPermission,
    LineReview,
    RequestLine,
)
from grants.models.signal import Delivery, Signal
from grants.models.statement import Statement, StatementCatalogue
from grants.models.stream import Stream
from grants.models.surrender import LineSurrender
from grants.models.usage import LineDay, UsageAlert, UsageBucket, UsageDay, UsageHour, UsageIntake, UsageWindow
from grants.models.withdrawal import ConsentWithdrawal

__all__ = [
    "AccessTally",
    "Accreditation",
    "AdoptedCatalogue",
    "Agreement",
    "AgreementPack",
    "Attestation",
    "AttestedDocument",
    "ConflictDeclaration",
    "Consent",
    "ConsentWithdrawal",
    "Credential",
    "Delivery",
    "DocumentReminder",
    "Environment",
    "EvaluationPlan",
    "Grant",
    "GrantLine",
    "GrantLinePerson",
    "GrantMeasure",
    "GrantQuestion",
    "GrantRequest",
    "GrantRequestUserPermission",
    "GrantSignature",
    "Hold",
    "HolderKey",
    "LineCap",
    "LineDay",
    "LineEnd",
    "LinePerson",
    "LineReview",
    "LineSurrender",
    "LineVersion",
    "MeasureSignature",
    "Model",
    "ReReview",
    "Release",
    "RequestLine",
    "Signal",
    "Statement",
    "StatementCatalogue",
    "StatusChange",
    "StatusEntry",
    "StatusList",
    "Stream",
    "UsageAlert",
    "UsageBucket",
    "UsageDay",
    "UsageHour",
    "UsageIntake",
    "UsageWindow",
]
