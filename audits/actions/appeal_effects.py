"""What an appeal does to what it is against: always by the portal, in the transaction of the deed that decided it."""

from __future__ import annotations

from audits.actions.measure import end_stay, set_aside, stay_effect, vary_measure
from audits.models import Appeal, AppealDraft
from grants.actions.hold import lift_hold, resume_hold, stay_hold
from grants.actions.remit import remit_request
from partners.actions.remit import remit_application
from portal.core.actors import Actor


def stay_the_effect(appeal: Appeal, *, reason: str, by: Actor) -> None:
    """Access goes on meanwhile."""
    if appeal.hold is not None:
        stay_hold(hold=appeal.hold, reason=reason, by=by)
    elif appeal.case is not None:
        stay_effect(case=appeal.case, reason=reason, by=by)


def end_effect_of_stay(appeal: Appeal, *, reason: str, by: Actor) -> None:
    """The decision is in effect again. A hold that was lifted, or a measure that ended meanwhile, stays so."""
    if appeal.hold is not None:
        appeal.hold.refresh_from_db()
        if appeal.hold.state == "stayed":
            resume_hold(hold=appeal.hold, reason=reason, by=by)
    elif appeal.case is not None:
        appeal.case.refresh_from_db()
        if appeal.case.stayed_at is not None:
            end_stay(case=appeal.case, by=by, reason=reason)


def take_effect(appeal: Appeal, draft: AppealDraft, *, by: Actor) -> None:
    """The outcome: set aside, varied, or standing, with the end of a stay where there was one.

    A refusal that is set aside is no approval: the application, or what was refused of a grant request, is decided
    anew, by others.
    """
    reason = f"{appeal.reference}: {draft.reasons}"[:2000]
    if draft.outcome == "dismiss":
        if appeal.stay == Appeal.Stay.GRANTED:
            end_effect_of_stay(appeal, reason=reason, by=by)
    elif appeal.hold is not None:
        _lift(appeal, reason, by)
    elif appeal.case is not None and draft.outcome == "vary":
        end_effect_of_stay(appeal, reason=reason, by=by)
        vary_measure(
            case=appeal.case, measure=draft.measure, until=draft.until, lifted_when=draft.lifted_when, reason=reason,
            by=by,
        )  # fmt: skip
    elif appeal.case is not None:
        set_aside(case=appeal.case, by=by, reason=reason)
    elif appeal.application is not None:
        remit_application(application=appeal.application, reason=reason, by=by)
    elif appeal.grant_request is not None:
        remit_request(request=appeal.grant_request, reason=reason, by=by)


def _lift(appeal: Appeal, reason: str, by: Actor) -> None:
    """Lift the hold, unless it ended by itself before the panel decided."""
    assert appeal.hold is not None
    appeal.hold.refresh_from_db()
    if not appeal.hold.TABLE.state(appeal.hold.state).final:
        lift_hold(hold=appeal.hold, reason=reason, by=by)
