"""Deeds on holds. A hold stops access with the commit of the deed that places it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from grants import notices
from grants.models import Environment, Grant, GrantLine, Hold
from partners.models import Institution, Person
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record

Target = Institution | Grant | GrantLine | Environment | Person
TARGET_FIELD: dict[type, str] = {
    Institution: "partner",
    Grant: "grant",
    GrantLine: "line",
    Environment: "environment",
    Person: "person",
}


@as_deed
def place_hold(
    *, target: Target, reason: str, lifted_when: str, by: Actor, emergency: bool = True, incident: str = ""
) -> Hold:
    """Stop access of a partner, of a grant, of one line, in an environment, or of one person, at once.

    An emergency hold, by one signatory, must be confirmed by another body in time, or it lapses (rulebook:
    enforcement.emergency). One that is not an emergency follows a decision that had its own quorum.
    Raises Refused where the target has ended or words are missing.
    """
    book = rules()
    if not reason.strip() or not lifted_when.strip():
        require(refused(_("Say why, and what has to happen for it to be lifted."), code="no_reason", rule="hold.place"))
    if isinstance(target, GrantLine):
        _require_live(target.grant)
    elif isinstance(target, Grant):
        _require_live(target)
    now = clock.now()
    hold = Hold(
        institution_id=target.institution_id,
        emergency=emergency,
        reason=reason.strip(),
        lifted_when=lifted_when.strip(),
        incident=incident.strip(),
        rulebook=book.version,
        placed_at=now,
        placed_by=by.user,
        placed_body_id=by.body_id,
        confirm_by=now + timedelta(hours=book.enforcement.emergency.confirm_hours) if emergency else None,
        **{TARGET_FIELD[type(target)]: target},
    )
    hold.clean_fields(exclude=["state", "placed_by", "placed_body", "confirmed_by", "confirmed_body", "ended_by"])
    create(
        hold,
        "place",
        by=by,
        rulebook=book.version,
        detail={
            "on": hold.target_kind,
            "target": target.pk,
            "emergency": emergency,
            "reason": hold.reason,
            "lifted_when": hold.lifted_when,
            "incident": incident,
            "confirm_by": hold.confirm_by,
        },
        about=_about(hold),
    )
    notices.tell_concerned(notices.HELD, hold, key="placed")
    notices.tell_person(notices.HELD_PERSON, hold, key="placed")
    if emergency:
        _ask_to_confirm(hold, key="confirm")
    return hold


def _require_live(grant: Grant) -> None:
    if grant.TABLE.state(grant.state).final:
        require(refused(_("This grant has ended: there is nothing to stop."), code="ended", rule="hold.place"))


def _about(hold: Hold) -> list[UUID | None]:
    grant = hold.line.grant_id if hold.line else None
    return [hold.institution_id, hold.target.pk, grant, *notices.concerned_providers(hold)]


def _ask_to_confirm(hold: Hold, *, key: str) -> None:
    signatories = members_with("signatory")
    if hold.placed_by_id:
        signatories = signatories.exclude(pk=hold.placed_by_id)
    if hold.placed_body_id:
        own = members_with("signatory", hold.placed_body_id).values("pk")
        signatories = signatories.exclude(pk__in=own)
    notices.tell_about_hold(notices.CONFIRM, hold, to=signatories, key=key, desk=True)


@as_deed
def confirm_hold(*, hold: Hold, by: Actor) -> Hold:
    """A signatory of another body confirms: the hold stays until it is lifted."""
    move(
        hold,
        "confirm",
        by=by,
        rulebook=hold.rulebook,
        changes={"confirmed_at": clock.now(), "confirmed_by": by.user, "confirmed_body_id": by.body_id},
        about=_about(hold),
    )
    notices.tell_concerned(notices.CONFIRMED, hold, key="confirmed", body=by.body_name)
    return hold


@as_deed
def lift_hold(*, hold: Hold, reason: str, by: Actor) -> Hold:
    """Lift it: what it stopped is permitted again, unless another hold stops it."""
    if not reason.strip():
        require(refused(_("Say what has happened so that it can be lifted."), code="no_reason", rule="hold.lift"))
    move(
        hold,
        "lift",
        by=by,
        rulebook=hold.rulebook,
        changes={"ended_at": clock.now(), "ended_by": by.user, "end_reason": reason.strip()},
        detail={"reason": reason},
        about=_about(hold),
    )
    notices.tell_concerned(notices.LIFTED, hold, key="lifted", reason=reason.strip())
    notices.tell_person(notices.FREE_PERSON, hold, key="ended")
    return hold


@as_deed
def lapse_hold(*, hold: Hold, by: Actor) -> Hold:
    """Nobody confirmed an emergency hold in time: it stops nothing any more, and everybody concerned hears of it."""
    lock(hold)
    if hold.state == "placed" and (hold.confirm_by is None or hold.confirm_by > clock.now()):
        require(refused(_("Its time to be confirmed is not over."), code="not_due", rule="enforcement.emergency"))
    move(
        hold,
        "lapse",
        by=by,
        rulebook=hold.rulebook,
        changes={"ended_at": clock.now(), "end_reason": _("No second authority confirmed it in time.")},
        detail={"confirm_by": hold.confirm_by},
        about=_about(hold),
    )
    notices.tell_concerned(notices.LAPSED, hold, key="lapsed", also=members_with("signatory"))
    notices.tell_person(notices.FREE_PERSON, hold, key="ended")
    return hold


def reminder_due(confirm_by: datetime, hours: tuple[int, ...], sent: int | None, now: datetime) -> int | None:
    """The narrowest of the rulebook's reminder hours before the lapse that has come, unless it was sent already."""
    left = confirm_by - now
    reached = [limit for limit in hours if timedelta() < left <= timedelta(hours=limit)]
    narrowest = min(reached, default=None)
    return narrowest if narrowest is not None and (sent is None or sent > narrowest) else None


@as_deed
def remind_to_confirm(*, hold: Hold, by: Actor) -> Hold:
    """Remind the signatories of other bodies, once for each of the rulebook's reminder hours."""
    lock(hold)
    hours = tuple(rules().enforcement.emergency.reminder_hours)
    due = reminder_due(hold.confirm_by, hours, hold.notice_sent, clock.now()) if hold.confirm_by else None
    if due is None:
        raise Conflict(refused(_("This was announced already."), code="not_due", rule="enforcement.emergency"))
    record(hold, "remind", by=by, changes={"notice_sent": due}, detail={"hours": due}, about=[hold.institution_id])
    _ask_to_confirm(hold, key=f"confirm:{due}")
    return hold


@as_deed
def stay_hold(*, hold: Hold, reason: str, by: Actor) -> Hold:
    """An appeal panel lets access go on: the hold stops nothing until `resume_hold`, or for good if lifted."""
    move(hold, "stay", by=by, rulebook=hold.rulebook, detail={"reason": reason}, about=_about(hold))
    notices.tell_concerned(notices.STAYED, hold, key=f"stayed:{clock.now().isoformat()}", reason=reason.strip())
    return hold


@as_deed
def resume_hold(*, hold: Hold, reason: str, by: Actor) -> Hold:
    """The stay is over: the hold stops again. One that nobody had confirmed in time by then lapses by its own sweep."""
    lock(hold)
    verb = "resume" if hold.confirmed_at else "resume_unconfirmed"
    move(hold, verb, by=by, rulebook=hold.rulebook, detail={"reason": reason}, about=_about(hold))
    notices.tell_concerned(notices.HELD, hold, key=f"resumed:{clock.now().isoformat()}")
    return hold
