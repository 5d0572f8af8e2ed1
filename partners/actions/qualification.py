"""Deeds on qualifications: granted by a quorum, held or ended by a decision, lapsed by time."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from partners import notices
from partners.actions.letter import make_ending
from partners.models import Application, Qualification
from partners.queries.institution import live_qualification
from partners.queries.rulebook import rules_of
from portal.core import clock
from portal.core.actors import Actor
from portal.core.references import next_reference
from portal.core.verdicts import Conflict, refused, require
from portal.ledger.models import Tier
from portal.rulebook.durations import add_months
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def grant_qualification(*, application: Application, by: Actor) -> Qualification:
    """Put the qualification in force that an approved application gives. Part of the signature that met the quorum.

    A renewal or change replaces the live one; a change keeps its last day.
    """
    lock(application)
    if application.state != "approved":
        require(refused(_("Only an approved application gives a qualification."), code="wrong_state", rule="quorum"))
    earlier = live_qualification(application.institution_id)
    if earlier is not None:
        move(
            earlier,
            "replace",
            by=by,
            changes={"changed_at": clock.now()},
            about=[application.institution_id, application.pk],
            tier=Tier.SCHEME,
        )
    start = clock.today()
    months = rules_of(application).qualification.validity_months[application.tier]
    until = earlier.valid_until if earlier and application.kind == "change" else add_months(start, months)
    qualification = Qualification(
        reference=next_reference("Q"),
        institution=application.institution,
        application=application,
        rulebook=application.rulebook,
        tier=application.tier,
        valid_from=start,
        valid_until=until,
        changed_at=clock.now(),
    )
    return create(
        qualification,
        "grant",
        by=by,
        rulebook=application.rulebook,
        detail={"tier": application.tier, "from": start, "until": until, "application": application.pk},
        about=[application.institution_id, application.pk],
        tier=Tier.PUBLIC,
    )


@as_deed
def restrict_qualification(
    *, qualification: Qualification, by: Actor, reason: str, conditions: str = ""
) -> Qualification:
    """Keep it in force within limits. `by` is a signatory of the decision, or the portal for a decision made above."""
    return _hold(qualification, "restrict", by, reason, conditions)


@as_deed
def suspend_qualification(
    *, qualification: Qualification, by: Actor, reason: str, conditions: str = ""
) -> Qualification:
    """Stop all access until the conditions are met."""
    return _hold(qualification, "suspend", by, reason, conditions)


@as_deed
def reinstate_qualification(*, qualification: Qualification, by: Actor, reason: str) -> Qualification:
    """Lift a restriction or suspension."""
    return _hold(qualification, "reinstate", by, reason, "")


@as_deed
def remove_qualification(
    *, qualification: Qualification, by: Actor, reason: str, until: date | None = None
) -> Qualification:
    """End it by a decision; the institution may not apply again before `until` (None: for good)."""
    return _hold(qualification, "remove", by, reason, "", removed_until=until)


@as_deed
def restore_qualification(*, qualification: Qualification, by: Actor, reason: str) -> Qualification:
    """Undo a removal: the decision that it rested on was set aside, varied, or is stayed.

    Raises Conflict where the institution has another live qualification by now.
    """
    if live_qualification(qualification.institution_id) is not None:
        text = _("The institution has another qualification by now.")
        raise Conflict(refused(text, code="replaced", rule="qualification.restore"))
    return _hold(qualification, "restore", by, reason, "", removed_until=None)


def _hold(
    qualification: Qualification, verb: str, by: Actor, reason: str, conditions: str, **more: object
) -> Qualification:
    if not reason.strip():
        require(refused(_("Give the reason."), code="no_reason", rule=f"qualification.{verb}"))
    move(
        qualification,
        verb,
        by=by,
        rulebook=qualification.rulebook,
        changes={
            "reason": "" if verb in ("reinstate", "restore") else reason.strip(),
            "conditions": conditions.strip(),
            "changed_at": clock.now(),
            **more,
        },
        detail={"reason": reason, "conditions": conditions, **more},
        about=[qualification.institution_id, qualification.application_id],
        tier=Tier.SCHEME,
    )
    notices.tell_institution(
        notices.HELD,
        qualification,
        key=f"{verb}:{clock.now():%Y%m%d%H%M%S}",
        state=qualification.state_label,
        reason=reason,
        conditions=conditions,
    )
    return qualification


@as_deed
def lapse_qualification(*, qualification: Qualification, by: Actor) -> Qualification:
    """End it because its last day has passed. Asking for a renewal does not stop this."""
    lock(qualification)
    if qualification.valid_until >= clock.today():
        require(refused(_("Its last day has not passed yet."), code="not_due", rule="qualification.validity_months"))
    move(
        qualification,
        "lapse",
        by=by,
        rulebook=qualification.rulebook,
        changes={"changed_at": clock.now()},
        detail={"valid_until": qualification.valid_until},
        about=[qualification.institution_id, qualification.application_id],
        tier=Tier.SCHEME,
    )
    notices.tell_institution(
        notices.LAPSED, qualification, key="lapsed", until=f"{qualification.valid_until:%-d %B %Y}"
    )
    return qualification


def notice_due(qualification: Qualification, days: tuple[int, ...], today: date) -> int | None:
    """The narrowest range that today is in (90, 60, 30 or 7 days before the end), unless it was announced already."""
    left = (qualification.valid_until - today).days
    if left < 0:
        return None
    reached = [limit for limit in days if left <= limit]
    narrowest = min(reached, default=None)
    sent = qualification.notice_sent
    return narrowest if narrowest is not None and (sent is None or sent > narrowest) else None


@as_deed
def remind_of_end(*, qualification: Qualification, by: Actor) -> Qualification:
    """Tell the institution that the end is near: once for each range of the rulebook's notices."""
    lock(qualification)
    days = rules().qualification.notices_days
    due = notice_due(qualification, tuple(days), clock.today())
    if due is None:
        raise Conflict(refused(_("This was announced already."), code="not_due", rule="qualification.notices_days"))
    left = (qualification.valid_until - clock.today()).days
    record(
        qualification,
        "remind",
        by=by,
        rulebook=qualification.rulebook,
        changes={"notice_sent": due},
        detail={"days_left": left, "notice": due},
        about=[qualification.institution_id],
    )
    make_ending(qualification, notice=due)
    notices.tell_institution(
        notices.EXPIRING,
        qualification,
        key=f"expiring:{due}",
        until=f"{qualification.valid_until:%-d %B %Y}",
        days=left,
    )
    return qualification
