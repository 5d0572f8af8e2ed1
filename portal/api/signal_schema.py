"""Shapes of streams of signals: OpenID Shared Signals Framework 1.0 §7 and §8, RFC 8936. Unknown names are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PUSH, POLL = "urn:ietf:rfc:8935", "urn:ietf:rfc:8936"
Line = Annotated[str, StringConstraints(max_length=300, strict=True)]
Address = Annotated[str, StringConstraints(max_length=1000, strict=True)]
EventType = Annotated[str, StringConstraints(max_length=200, strict=True)]
Status = Literal["enabled", "paused", "disabled"]
MOST_EVENTS = 100
"""Tokens in one answer to a poll, and acknowledgements in one request."""


class Sent(BaseModel):
    """What a receiver sends."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Delivery(Sent):
    """How signals reach the receiver. `authorization_header` is sent with each push, and never shown again."""

    method: Literal["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"]
    endpoint_url: Address | None = None
    authorization_header: Annotated[str, StringConstraints(max_length=4000, strict=True)] | None = None


class Chosen(Sent):
    """What a receiver chooses. Without `delivery` it polls; without `events_requested` it hears everything."""

    delivery: Delivery | None = None
    events_requested: Annotated[list[EventType], Field(max_length=50)] | None = None
    description: Line | None = None


class Changed(Chosen):
    """What is to be different, of which stream. What the transmitter supplies may be sent along, unchanged."""

    stream_id: Line
    iss: str | None = None
    aud: str | list[str] | None = None
    events_supported: list[str] | None = None
    events_delivered: list[str] | None = None
    min_verification_interval: int | None = None


class StatusChange(Sent):
    """A stream's status as it is to be."""

    stream_id: Line
    status: Status
    reason: Line | None = None


class SubjectChange(Sent):
    """A subject that is to be heard of, or not."""

    stream_id: Line
    subject: dict[str, Any]
    verified: bool | None = None


class Verify(Sent):
    """Asks for a verification event, with what it is to hold."""

    stream_id: Line
    state: Line | None = None


class SetError(Sent):
    """Why a token was refused (RFC 8935 §2.4)."""

    err: Annotated[str, StringConstraints(max_length=100)]
    description: Annotated[str, StringConstraints(max_length=1000)] = ""


class Poll(Sent):
    """One poll: what is acknowledged or refused by `jti`, and how much is wanted (RFC 8936 §2.2)."""

    maxEvents: Annotated[int, Field(ge=0, strict=True)] | None = None  # noqa: N815 the standard's name
    returnImmediately: bool = False  # noqa: N815
    ack: Annotated[list[str], Field(max_length=MOST_EVENTS)] = []
    setErrs: Annotated[dict[str, SetError], Field(max_length=MOST_EVENTS)] = {}  # noqa: N815


# --- answers --------------------------------------------------------------------------------------
class DeliveryShown(BaseModel):
    """How signals reach the receiver; for polling, where it polls."""

    method: str
    endpoint_url: str


class StreamShown(BaseModel):
    """A stream's configuration (§8.1.1)."""

    stream_id: UUID
    iss: str
    aud: str
    delivery: DeliveryShown
    events_supported: list[str]
    events_requested: list[str]
    events_delivered: list[str]
    min_verification_interval: int
    description: str | None = None


class StatusShown(BaseModel):
    """A stream's status (§8.1.2)."""

    stream_id: UUID
    status: Status
    reason: str | None = None


class Polled(BaseModel):
    """Tokens by `jti`, and whether more wait (RFC 8936 §2.3)."""

    sets: dict[str, str]
    moreAvailable: bool  # noqa: N815


class Trouble(BaseModel):
    """What is wrong: a code, and a sentence that says what to do (as RFC 8935 §2.3 has it)."""

    err: str
    description: str


class Transmitter(BaseModel):
    """What this transmitter offers (§7.1)."""

    spec_version: str
    issuer: str
    jwks_uri: str
    delivery_methods_supported: list[str]
    configuration_endpoint: str
    status_endpoint: str
    add_subject_endpoint: str
    remove_subject_endpoint: str
    verification_endpoint: str
    critical_subject_members: list[str]
    authorization_schemes: list[dict[str, str]]
    default_subjects: Literal["ALL", "NONE"]
