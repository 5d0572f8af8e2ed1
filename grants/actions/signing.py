"""What signing is, whatever is signed: bound to what was read, with a second factor shown just now, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from grants.models import GrantMeasure, GrantRequest, GrantSignature, MeasureSignature
from partners.rules.binding import is_fresh
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, Text, refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import record

S = TypeVar("S", GrantSignature, MeasureSignature)
SIGN, REFUSE = "sign", "refuse"


def require_read(subject: GrantRequest | GrantMeasure, *, seen: str, stands: str, by: Actor, changed: Text) -> None:
    """Raise Refused for a second factor that was shown too long ago, and Conflict where something else was read.

    `seen` is the digest that the page showed, `stands` that of what is in the database now; both have to be the one
    that the subject was put before signatories with. `changed` says so to the person.
    """
    require(is_fresh(by.confirmed_at, clock.now(), rules().second_factor.fresh_minutes))
    if not seen == stands == subject.digest:
        raise Conflict(refused(changed, code="changed", rule="quorum"))


def require_why(reason: str, rule: str) -> None:
    """Raise Refused for a refusal without a reason."""
    if not reason.strip():
        require(refused(_("Say why you refuse."), code="no_reason", rule=rule))


def write_signature(
    signature: S,
    subject: GrantRequest | GrantMeasure,
    *,
    decision: str,
    note: str,
    by: Actor,
    about: Iterable[UUID | None],
    tier: str = Tier.CASE,
) -> S:
    """Fill in who decided what, for whom and in whose place, on which digest; record it and save it.

    `signature` names its subject and nothing else. Inside the deed, with the subject locked.
    """
    signature.digest = subject.digest
    signature.decision, signature.reason = decision, note.strip()[:2000]
    signature.signatory, signature.body_id = by.user, by.organisation_id
    signature.stands_for_id = by.stands_for
    signature.confirmed_at, signature.signed_at = by.confirmed_at, clock.now()
    record(
        subject,
        "sign",
        by=by,
        rulebook=subject.rulebook,
        says=_("Signed") if decision == SIGN else _("Refused to sign"),
        detail={
            "digest": subject.digest,
            "decision": decision,
            "note": signature.reason,
            "stands_for": by.stands_for,
        },
        about=about,
        tier=tier,
    )
    signature.save(force_insert=True)
    return signature
