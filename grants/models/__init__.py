"""What may be used: the catalogue, environments, requests, grants and holds."""

from grants.models.access import AccessTally
from grants.models.catalogue import Model, Release
from grants.models.consent import Consent, GrantSignature
from grants.models.environment import Attestation, Environment
from grants.models.grant import Agreement, Grant, GrantLine
from grants.models.hold import Hold
from grants.models.request import (
    ConflictDeclaration,
    GrantQuestion,
    GrantRequest,
    GrantRequestUserPermission,
    LineReview,
    RequestLine,
)

__all__ = [
    "AccessTally",
    "Agreement",
    "Attestation",
    "ConflictDeclaration",
    "Consent",
    "Environment",
    "Grant",
    "GrantLine",
    "GrantQuestion",
    "GrantRequest",
    "GrantRequestUserPermission",
    "GrantSignature",
    "Hold",
    "LineReview",
    "Model",
    "Release",
    "RequestLine",
]
