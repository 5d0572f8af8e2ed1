"""Deeds on appeals. A partner lodges; people and bodies without a part in the decision judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from audits import notices
from audits.models import Appeal, EnforcementCase
from audits.rules.appeal import in_time
from grants.models import Hold
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import Refused, refused, require
from portal.rulebook.queries import rules
from portal.rulebook.schema import find
from portal.workflow import as_deed, create, lock, move


@as_deed
def lodge_appeal(*, against: EnforcementCase | Hold, ground: str, statement: str, by: Actor) -> Appeal:
    """Lodge an appeal against a decision or a hold: on a ground, and within the time, that the rulebook gives."""
    lock(against)
    kind = Appeal.Against.HOLD if isinstance(against, Hold) else Appeal.Against.ENFORCEMENT
    rulebook = rules(against.rulebook)
    rule = find(rulebook.appeal.against, kind)
    require(in_time(window_ends=_began(against) + timedelta(days=rule.window_days)))
    if ground not in rule.grounds:
        raise Refused(
            refused(_("An appeal of this kind is not open on this ground."), code="no_ground", rule=f"appeal.{kind}")
        )
    if against.appeals.filter(state__in=["lodged", "admitted", "heard"]).exists():
        raise Refused(refused(_("An appeal is being heard already."), code="already_done", rule="appeal.lodge"))
    appeal = Appeal(
        reference=next_reference("P"),
        institution_id=against.institution_id,
        against=kind,
        case=against if isinstance(against, EnforcementCase) else None,
        hold=against if isinstance(against, Hold) else None,
        ground=ground,
        statement=statement,
        rulebook=rulebook.version,
        lodged_at=clock.now(),
        lodged_by_id=by.person_id,
    )
    detail = {"against": against.pk, "ground": ground, "statement": statement}
    create(appeal, "lodge", by=by, rulebook=rulebook.version, detail=detail, about=_about(appeal))
    notices.appeal_lodged(appeal)
    return appeal


@as_deed
def withdraw_appeal(*, appeal: Appeal, by: Actor) -> Appeal:
    """Take it back. The decision stands."""
    return move(appeal, "withdraw", by=by, about=_about(appeal))


def _began(against: EnforcementCase | Hold) -> Any:
    """The day from which the time to appeal runs."""
    if isinstance(against, Hold):
        return against.placed_at.date()
    if against.decided_at is None or against.measure == "no_action":
        raise Refused(
            refused(_("There is no decision yet that could be appealed."), code="not_decided", rule="appeal.lodge")
        )
    return against.decided_at.date()


def _about(appeal: Appeal) -> list[Any]:
    return [appeal.institution_id, appeal.case_id or appeal.hold_id]
