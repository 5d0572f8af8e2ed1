"""Deeds on appeals up to the panel. A partner lodges; somebody without a part admits; a panel is drawn after that."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from audits import notices
from audits.actions.appeal_effects import end_effect_of_stay
from audits.actions.papers import as_detail, keep_papers, to_send
from audits.models import Appeal
from audits.queries.appeal import OPEN, last_day_of
from audits.queries.appealed import FIELD, Subject, judged, kind_of, office_of
from audits.rules.appeal import may_lodge
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.references import next_reference
from portal.core.verdicts import require
from portal.ledger.models import Tier
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.rulebook.schema import find
from portal.workflow import as_deed, create, lock, move

UNTIL_DRAWN = timedelta(hours=1)
"""Between the deed that fixes the time of a draw and that time: nobody can know the lot when they fix it."""


@as_deed
def lodge_appeal(
    *,
    against: Subject,
    ground: str,
    statement: str,
    by: Actor,
    stay_asked: bool = False,
    documents: Collection[UUID] = (),
) -> Appeal:
    """Lodge an appeal against a decision: on a ground, and within the time, that the rulebook gives.

    `stay_asked` counts only where there is an effect to stay.
    """
    lock(against)
    kind = kind_of(against)
    rulebook = rules(against.rulebook)
    rule = find(rulebook.appeal.against, kind)
    authority_id, country = office_of(against)
    now = clock.now()
    require(
        may_lodge(
            last=last_day_of(against, country),
            moment=now,
            ground=ground,
            rule=rule,
            is_open=against.appeals.filter(state__in=OPEN).exists(),
            judged=judged(against, against.appeals.all()),
        )
    )
    papers = to_send(institution_id=against.institution_id, about=against.pk, documents=documents, by=by)
    appeal = Appeal(
        reference=next_reference("P"),
        institution_id=against.institution_id,
        authority_id=authority_id,
        against=kind,
        ground=ground,
        statement=statement,
        rulebook=rulebook.version,
        lodged_at=now,
        lodged_by_id=by.person_id,
        **{FIELD[type(against)]: against},
    )
    appeal.stay_asked = stay_asked and appeal.can_be_stayed
    detail = {"against": against.pk, "ground": ground, "statement": statement, "stay_asked": appeal.stay_asked}
    detail |= as_detail(papers)
    concerns = [*about(appeal), *(paper.pk for paper in papers)]
    create(appeal, "lodge", by=by, rulebook=rulebook.version, detail=detail, about=concerns)
    keep_papers(papers, appeal=appeal)
    notices.appeal_lodged(appeal)
    return appeal


@as_deed
def withdraw_appeal(*, appeal: Appeal, by: Actor) -> Appeal:
    """Take it back. The decision stands, and what was stayed is in effect again."""
    take(appeal)
    stayed = appeal.stay == Appeal.Stay.GRANTED
    changes = {"draw_at": None, **({"stay": Appeal.Stay.ENDED} if stayed else {})}
    move(appeal, "withdraw", by=by, changes=changes, about=about(appeal))
    if stayed:
        end_effect_of_stay(appeal, reason=appeal.reference, by=SYSTEM)
    notices.appeal_withdrawn(appeal)
    return appeal


@as_deed
def admit_appeal(*, appeal: Appeal, reason: str, by: Actor) -> Appeal:
    """Admit it, by somebody without a part. The panel's time begins, and the time of the draw is fixed."""
    take(appeal)
    now = clock.now()
    _authority, country = office_of(appeal.subject)
    changes = {
        "admission": reason.strip(),
        "admitted_at": now,
        "decide_by": add_working_days(clock.today(), appeal.rule.decide_working_days, country),
        "draw_at": now + UNTIL_DRAWN,
    }
    detail = {
        "reason": reason,
        "decide_by": changes["decide_by"],
        "draw": {"at": (now + UNTIL_DRAWN).isoformat(), "members": appeal.rule.panel, "bodies": appeal.rule.bodies},
    }
    move(appeal, "admit", by=by, changes=changes, detail=detail, rulebook=appeal.rulebook, about=about(appeal))
    notices.appeal_admitted(appeal)
    return appeal


@as_deed
def reject_appeal(*, appeal: Appeal, reason: str, by: Actor) -> Appeal:
    """Reject it as not open, with the reason. What it is about was not looked at."""
    take(appeal)
    changes = {"admission": reason.strip(), "outcome": reason.strip(), "decided_at": clock.now()}
    move(
        appeal, "reject", by=by, changes=changes, detail={"reason": reason}, rulebook=appeal.rulebook,
        about=about(appeal), tier=Tier.CASE,
    )  # fmt: skip
    notices.appeal_rejected(appeal)
    return appeal


def take(appeal: Appeal) -> None:
    """Lock the appeal, and have seats and parts read anew: what a page saw of them may be over."""
    lock(appeal)
    appeal.forget()


def about(appeal: Appeal) -> list[Any]:
    """On whose timelines its deeds belong."""
    return [appeal.institution_id, appeal.subject_id]
