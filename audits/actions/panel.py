"""Deeds on panels: drawing them by lot, leaving them, the stay that they decide on first, and reminding them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from audits import notices
from audits.actions.appeal import UNTIL_DRAWN, about, take
from audits.actions.appeal_effects import end_effect_of_stay, stay_the_effect
from audits.models import Appeal, PanelDraw, PanelSeat
from audits.queries.appeal import reminder_days, stage_of
from audits.queries.parts import candidates_for
from audits.rules.panel import Candidate, Missing, candidate_of, seat_panel, still_to_come
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.sampling import ALGORITHM, digest_of, draw
from portal.core.verdicts import Conflict, refused, require
from portal.ledger.checkpoint import ensure_checkpoint
from portal.ledger.models import Checkpoint, Tier
from portal.workflow import as_deed, can, move, record

AGAIN_AFTER = timedelta(days=1)
"""After a draw with too few candidates: people are found, and the lot is another one."""


def draw_panel(*, appeal: Appeal, by: Actor) -> Appeal:
    """Draw the panel, or who is missing in it, by the lot of the time that was fixed. Raises ValueError before it.

    The lot is the root of the first checkpoint from `draw_at` on, so it does not matter when the draw is made. Those
    who had a part are left out as the record has it now: a part taken after the time was fixed counts too.
    """
    require(can(appeal, "draw", by))
    assert appeal.draw_at is not None
    return _draw(appeal=appeal, checkpoint=ensure_checkpoint(since=appeal.draw_at), at=appeal.draw_at, by=by)


@as_deed
def _draw(*, appeal: Appeal, checkpoint: Checkpoint, at: datetime, by: Actor) -> Appeal:
    take(appeal)
    if appeal.draw_at != at:
        return appeal
    candidates = [one.key for one in candidates_for(appeal)]
    number = appeal.draws.count() + 1
    order = draw(checkpoint.root, f"{appeal.reference}/{number}", candidates, len(candidates))
    seated, missing = _seats(appeal, order)
    detail = {
        "root": checkpoint.root,
        "size": checkpoint.size,
        "candidates": digest_of(candidates),
        "order": order,
        "seated": [one.key for one in seated],
        "missing": missing.members,
    }
    changes = {"draw_at": None}
    record(
        appeal, "draw", by=by, changes=changes, detail=detail, rulebook=appeal.rulebook, about=about(appeal),
        tier=Tier.AUTHORITY,
    )  # fmt: skip
    drawn = PanelDraw.objects.create(
        appeal=appeal,
        number=number,
        checkpoint=checkpoint,
        draw_at=at,
        algorithm=ALGORITHM,
        candidates_digest=digest_of(candidates),
        drawn=order,
        drawn_at=clock.now(),
    )
    _seat(appeal, drawn, seated)
    _tell(appeal, missing, after=AGAIN_AFTER)
    return appeal


@as_deed
def decline_seat(*, appeal: Appeal, reason: str, by: Actor) -> Appeal:
    """Leave the panel for a conflict of interest, with the reason. The next in the order of the lot takes the place.

    Whoever left sees the appeal no more, and their vote counts no more. Where nobody is left in the order, a new draw
    is fixed.
    """
    take(appeal)
    require(can(appeal, "decline", by))
    seat = next(one for one in appeal.sitting if one.member_id == by.user_id)
    detail = {"reason": reason, "member": by.person_id}
    record(appeal, "decline", by=by, detail=detail, rulebook=appeal.rulebook, about=about(appeal), tier=Tier.AUTHORITY)
    seat.left_at, seat.left_why = clock.now(), reason.strip()
    seat.save(update_fields=["left_at", "left_why"])
    appeal.forget()
    last = appeal.draws.order_by("-number").first()
    assert last is not None, "whoever sits was drawn"
    still = {one.key for one in candidates_for(appeal)}
    seated, missing = _seats(appeal, [key for key in last.drawn if key in still])
    _seat(appeal, last, seated)
    _tell(appeal, missing, after=UNTIL_DRAWN)
    return appeal


def _seats(appeal: Appeal, order: list[str]) -> tuple[list[Candidate], Missing]:
    sitting = [Candidate(seat.member_id, seat.body_id) for seat in appeal.sitting]
    return seat_panel(
        [candidate_of(key) for key in order], sitting=sitting, size=appeal.rule.panel, bodies=appeal.rule.bodies
    )


def _seat(appeal: Appeal, drawn: PanelDraw, seated: list[Candidate]) -> None:
    first = appeal.seats.count() + 1
    PanelSeat.objects.bulk_create(
        PanelSeat(
            appeal=appeal, draw=drawn, position=place, member_id=one.person, body_id=one.body, seated_at=clock.now()
        )
        for place, one in enumerate(seated, start=first)
    )
    appeal.forget()
    if seated:
        notices.panel_seated(appeal, [one.person for one in seated])


def _tell(appeal: Appeal, missing: Missing, *, after: timedelta) -> None:
    """Tell loudly what is missing, and fix the time of the next draw. Nothing where the panel is complete."""
    if not missing:
        return
    changes = {"draw_at": clock.now() + after}
    detail = {"members": missing.members, "bodies": missing.bodies, "draw": {"at": changes["draw_at"].isoformat()}}
    record(
        appeal, "lack", by=SYSTEM, changes=changes, detail=detail, rulebook=appeal.rulebook, about=about(appeal),
        tier=Tier.SCHEME,
    )  # fmt: skip
    notices.panel_lacks(appeal, missing)


# --- the stay -------------------------------------------------------------------------------------
@as_deed
def grant_stay(*, appeal: Appeal, reasons: str, by: Actor, until: date | None = None) -> Appeal:
    """Let access go on until the day, or until the panel has decided. In effect when this transaction commits."""
    take(appeal)
    require(can(appeal, "grant_stay", by))
    require(still_to_come(until))
    changes = {"stay": Appeal.Stay.GRANTED, "stay_reasons": reasons.strip(), "stay_until": until}
    detail = {"reasons": reasons, "until": until}
    record(appeal, "grant_stay", by=by, changes=changes, detail=detail, rulebook=appeal.rulebook, about=about(appeal))
    stay_the_effect(appeal, reason=f"{appeal.reference}: {reasons}"[:2000], by=SYSTEM)
    notices.stay_decided(appeal)
    return appeal


@as_deed
def refuse_stay(*, appeal: Appeal, reasons: str, by: Actor) -> Appeal:
    """The decision stays in effect while the appeal is heard."""
    take(appeal)
    require(can(appeal, "refuse_stay", by))
    changes = {"stay": Appeal.Stay.REFUSED, "stay_reasons": reasons.strip()}
    record(
        appeal, "refuse_stay", by=by, changes=changes, detail={"reasons": reasons}, rulebook=appeal.rulebook,
        about=about(appeal),
    )  # fmt: skip
    notices.stay_decided(appeal)
    return appeal


@as_deed
def end_stay_of_appeal(*, appeal: Appeal, by: Actor) -> Appeal:
    """Its day has passed and nothing is decided: the decision is in effect again."""
    take(appeal)
    if appeal.stay != Appeal.Stay.GRANTED or appeal.stay_until is None or appeal.stay_until >= clock.today():
        raise Conflict(refused("The stay goes on.", code="not_due", rule="appeal.stay_of_effect"))
    record(
        appeal, "end_stay", by=by, changes={"stay": Appeal.Stay.ENDED}, rulebook=appeal.rulebook, about=about(appeal)
    )
    end_effect_of_stay(appeal, reason=appeal.reference, by=SYSTEM)
    notices.stay_decided(appeal)
    return appeal


@as_deed
def remind_panel(*, appeal: Appeal, by: Actor) -> Appeal:
    """Remind the panel of the day of its decision, or tell that it is late; once for each of the rulebook's days."""
    take(appeal)
    days = reminder_days()
    stage = stage_of(appeal, days)
    if stage <= appeal.reminders:
        raise Conflict(refused("This was announced already.", code="not_due", rule="appeal.reminder_days"))
    detail = {"decide_by": appeal.decide_by, "late": appeal.is_late}
    move(
        appeal, "remind", by=by, changes={"reminders": stage}, detail=detail, rulebook=appeal.rulebook,
        about=about(appeal),
    )  # fmt: skip
    notices.panel_reminded(appeal)
    return appeal
