"""What signals say: event types, subjects and the claims of a security event token. No queries.

Sources: OpenID Shared Signals Framework 1.0, CAEP 1.0, RISC 1.0, RFC 8417 (tokens), RFC 9493 (subjects).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

DISABLED, ENABLED = "account-disabled", "account-enabled"
STOPPED, CHANGED = "session-revoked", "token-claims-change"
VERIFICATION, UPDATED = "verification", "stream-updated"
_BASE = "https://schemas.openid.net/secevent"
EVENTS: Mapping[str, str] = {
    DISABLED: f"{_BASE}/risc/event-type/account-disabled",
    ENABLED: f"{_BASE}/risc/event-type/account-enabled",
    STOPPED: f"{_BASE}/caep/event-type/session-revoked",
    CHANGED: f"{_BASE}/caep/event-type/token-claims-change",
    VERIFICATION: f"{_BASE}/ssf/event-type/verification",
    UPDATED: f"{_BASE}/ssf/event-type/stream-updated",
}
"""Short name → event type."""
SUPPORTED = tuple(EVENTS[name] for name in (DISABLED, ENABLED, STOPPED, CHANGED))
"""What a receiver may ask for. Events about the stream itself come in any case."""
MEMBERS = ("tenant", "user", "grant", "line", "environment")
"""Members of subjects. A receiver that does not know one of them cannot act on the signal."""
TYP = "secevent+jwt"


def _opaque(key: object) -> dict[str, str]:
    return {"format": "opaque", "id": str(key)}


def subject_of(institution: UUID, **members: Mapping[str, str]) -> dict[str, Any]:
    """A complex subject: the partner as `tenant`, and what within it is meant."""
    return {"format": "complex", "tenant": _opaque(institution), **members}


def partner_subject(institution: UUID) -> dict[str, Any]:
    """The partner as a whole: everything under it."""
    return subject_of(institution)


def grant_subject(institution: UUID, grant: str) -> dict[str, Any]:
    """One grant, by its reference as a permit names it: every line of it."""
    return subject_of(institution, grant=_opaque(grant))


def line_subject(institution: UUID, grant: str, line: UUID) -> dict[str, Any]:
    """One line of a grant."""
    return subject_of(institution, grant=_opaque(grant), line=_opaque(line))


def environment_subject(institution: UUID, environment: UUID) -> dict[str, Any]:
    """One environment: whatever runs there."""
    return subject_of(institution, environment=_opaque(environment))


def person_subject(institution: UUID, account: UUID | None, email: str) -> dict[str, Any]:
    """One person at that partner: by account, or by address while there is none, as gateways ask about them."""
    user = _opaque(account) if account else {"format": "email", "email": email.lower()}
    return subject_of(institution, user=user)


def stream_subject(stream: UUID) -> dict[str, Any]:
    """A stream, for what is told about the stream itself (SSF 1.0 §8.1.4)."""
    return _opaque(stream)


def key_of(on: str, target: UUID) -> str:
    """Signals with the same key are delivered one after the other."""
    return f"{on}:{target}"


def payload_of(event: str, code: str, at: datetime, claims: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What stands under the event type. `code` is all that is said of why (docs/signals.md)."""
    payload: dict[str, Any] = {"reason_code": code}
    if event in (STOPPED, CHANGED):
        payload |= {"event_timestamp": int(at.timestamp()), "initiating_entity": "policy"}
    if event == CHANGED:
        payload["claims"] = dict(claims or {})
    return payload


def delivered(requested: Sequence[str]) -> list[str]:
    """Of what was asked for, what comes. Whoever names nothing hears everything."""
    return [event for event in SUPPORTED if event in requested] if requested else list(SUPPORTED)


def wants(requested: Collection[str], event: str) -> bool:
    """Whether a stream that asked for these event types hears of the event (a short name)."""
    return not requested or event in (VERIFICATION, UPDATED) or EVENTS[event] in requested


def audience_of(base: str, provider: UUID) -> str:
    """Who a token is for: the provider, whose machines are one receiver in the sense of SSF 1.0 §8.1.1."""
    return f"{base}/providers/{provider}"


def claims_of(
    *, issuer: str, jti: UUID, provider: UUID, transaction: UUID, issued_at: datetime, happened_at: datetime,
    subject: Mapping[str, Any], event: str, payload: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """The claims of a token (RFC 8417 §2.2; SSF 1.0 §4.1: no `sub`, no `exp`, one event)."""
    return {
        "iss": issuer,
        "aud": audience_of(issuer, provider),
        "jti": str(jti),
        "iat": int(issued_at.timestamp()),
        "toe": int(happened_at.timestamp()),
        "txn": str(transaction),
        "sub_id": dict(subject),
        "events": {EVENTS[event]: dict(payload)},
    }
