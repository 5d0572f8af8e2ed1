"""Caps on lines: limits that are lower while a decision has effect. Placed and ended in the deed of the decision.

Access goes on within them, and what runs is not cut off: gateways are told what the line permits now, and credentials
are issued anew with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from grants import notices
from grants.models import GrantLine, LineCap
from grants.queries.effective import CAPPED
from grants.states import GRANT_LIVE
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.notifications.notify import NoticeKind
from portal.workflow import as_deed, lock, record

RULE = "enforcement.ladder.restriction"


@as_deed
def cap_line(*, line: GrantLine, limits: Mapping[str, int | None], reason: str, by: Actor) -> LineCap:
    """Lower the limits of a line of a live grant until `uncap_line`: `limits` by name, None leaves one as it is.

    The portal does it, for a decision that had its own quorum and checked what it lowers (rules.measure.caps); what was
    narrowed further in between stays lower. Raises Refused for a grant that has ended.
    """
    lock(line.grant)
    if line.grant.state not in GRANT_LIVE:
        require(refused(_("This grant has ended: there is nothing to limit."), code="ended", rule=RULE))
    cap = LineCap(
        line=line, reason=reason.strip()[:2000], begun_at=clock.now(), **{name: limits.get(name) for name in CAPPED}
    )
    cap.save(force_insert=True)
    _record(cap, "cap_line", by, {"limits": {name: limits.get(name) for name in CAPPED}, "reason": cap.reason})
    _tell(cap, notices.CAPPED, f"capped:{cap.pk}")
    return cap


@as_deed
def uncap_line(*, cap: LineCap, reason: str, by: Actor) -> LineCap:
    """End a cap: the line permits again what was agreed, unless another one is lower. Twice is once."""
    lock(cap.line.grant)
    cap.refresh_from_db(fields=["ended_at", "end_reason"])
    if cap.ended_at is not None:
        return cap
    cap.ended_at, cap.end_reason = clock.now(), reason.strip()[:2000]
    cap.save(update_fields=["ended_at", "end_reason"])
    _record(cap, "uncap_line", by, {"reason": cap.end_reason})
    _tell(cap, notices.UNCAPPED, f"uncapped:{cap.pk}")
    return cap


def _record(cap: LineCap, verb: str, by: Actor, detail: dict[str, Any]) -> None:
    grant = cap.line.grant
    record(
        grant,
        verb,
        by=by,
        rulebook=grant.rulebook,
        detail={"line": cap.line.number, "cap": cap.pk, **detail},
        about=[grant.institution_id, cap.line_id, cap.line.provider_id],
        tier=Tier.SCHEME,
    )


def _tell(cap: LineCap, kind: NoticeKind, key: str) -> None:
    """Who works under the line; providers hear of the decision itself, and their gateways by signal."""
    people = notices.people_of(cap.line.grant.institution_id)
    words = {"line": cap.line.number, "reason": cap.end_reason or cap.reason}
    notices.tell_about_grant(kind, cap.line.grant, to=people, key=key, **words)
