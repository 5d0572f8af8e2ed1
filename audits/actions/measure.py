"""What a decided measure does to the partner, and how that ends: all of it in the transaction of the deed.

Of all measures of a partner that are in effect the strictest decides what its qualification is; what a restriction
closes is on hold, and lines whose limits it lowers are capped, while it is in effect; a removal revokes every grant.
`settle` brings all that about, whatever changed, so that ending one measure never undoes another.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from audits import notices
from audits.models import CaseScope, EnforcementCase, LiftCondition, Measure, MeasureEvent
from audits.queries.measure import in_effect, live_grants, strictest
from audits.rules.enforcement import within_months
from grants.actions.grant import restore_grant, revoke_grant
from grants.actions.hold import lift_hold, place_hold
from grants.actions.line_cap import cap_line, uncap_line
from grants.models import Grant
from grants.states import GRANT_LIVE
from partners.actions.qualification import (
    reinstate_qualification,
    remove_qualification,
    restore_qualification,
    restrict_qualification,
    suspend_qualification,
)
from partners.models import Institution, Qualification
from partners.queries.institution import live_qualification
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Conflict, Refused, refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, record, require_deed

STATES = {Measure.RESTRICTION: "restricted", Measure.SUSPENSION: "suspended", Measure.REMOVAL: "removed"}
"""What each measure makes of the qualification."""


# --- seams for appeals and sweeps ------------------------------------------------------------------
@as_deed
def set_aside(*, case: EnforcementCase, by: Actor, reason: str) -> EnforcementCase:
    """Undo a decision, as if it had never been: its effects end now, and it counts for no repeat.

    What an appeal upholds. Raises Conflict where it was set aside already, Refused where nothing was decided.
    """
    _require_decided(case, reason)
    changes = {"ended_at": case.ended_at or clock.now(), "end": "set_aside", "stayed_at": None}
    _change(case, "set_aside", MeasureEvent.Kind.SET_ASIDE, reason, by, changes)
    return case


@as_deed
def vary_measure(
    *, case: EnforcementCase, measure: str, until: date | None, lifted_when: str, reason: str, by: Actor
) -> EnforcementCase:
    """Put another measure, last day or other conditions in place of what was decided. What was decided stays on record.

    Raises Refused where the measure is no rung of the ladder, or lasts longer than the rulebook allows.
    """
    _require_decided(case, reason)
    require(within_months(rules(case.rulebook).enforcement.step(measure), until, measure=measure))
    changes = {"measure": measure, "effect_until": until, "lifted_when": lifted_when.strip(), **_NO_LIFTING}
    replaced = lifted_when.strip() != case.lifted_when
    _change(case, "vary", MeasureEvent.Kind.VARIED, reason, by, changes)
    if replaced:
        replace_conditions(case)
    return case


@as_deed
def stay_effect(*, case: EnforcementCase, reason: str, by: Actor) -> EnforcementCase:
    """Suspend the effect of a decision while it is appealed against. Its time runs on. An interim hold stays."""
    _require_decided(case, reason)
    if case.stayed_at is not None:
        raise Conflict(refused(_("Its effect is stayed already."), code="already_done", rule="appeal.stay_of_effect"))
    _change(case, "stay", MeasureEvent.Kind.STAYED, reason, by, {"stayed_at": clock.now()})
    return case


@as_deed
def end_stay(*, case: EnforcementCase, by: Actor, reason: str) -> EnforcementCase:
    """Let the decision have its effect again."""
    _require_decided(case, reason)
    if case.stayed_at is None:
        raise Conflict(refused(_("Its effect is not stayed."), code="already_done", rule="appeal.stay_of_effect"))
    _change(case, "end_stay", MeasureEvent.Kind.STAY_ENDED, reason, by, {"stayed_at": None})
    return case


@as_deed
def end_measure(*, case: EnforcementCase, by: Actor) -> EnforcementCase:
    """End a restriction or suspension whose last day has passed. Raises Refused before that."""
    lock(case)
    if case.effect_until is None or case.effect_until >= clock.today():
        raise Refused(refused(_("Its last day has not passed."), code="not_due", rule="enforcement.ladder"))
    reason = _("Its last day was %(day)s.") % {"day": notices.day_of(case.effect_until)}
    changes = {"ended_at": clock.now(), "end": "ran_out", "stayed_at": None}
    _change(case, "run_out", MeasureEvent.Kind.RAN_OUT, reason, by, changes)
    return case


_NO_LIFTING: dict[str, Any] = {"lifting_proposed_at": None, "lifting_proposed_by": None, "lifting_reason": ""}


def _require_decided(case: EnforcementCase, reason: str) -> None:
    lock(case)
    rule = "appeal.enforcement"
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule=rule))
    if case.state != "decided" or case.measure == Measure.NO_ACTION:
        require(refused(_("There is no decision that could be changed."), code="not_decided", rule=rule))
    if case.end == "set_aside":
        raise Conflict(refused(_("This decision was set aside."), code="already_done", rule=rule))


def _change(case: EnforcementCase, verb: str, kind: str, reason: str, by: Actor, changes: dict[str, Any]) -> None:
    """Record what becomes of the measure, bring about what follows, and tell everybody concerned."""
    before = {name: getattr(case, name) for name in ("measure", "effect_until", "lifted_when")}
    record(
        case,
        verb,
        by=by,
        changes=changes,
        rulebook=case.rulebook,
        detail={"reason": reason, "before": before, "measure": case.measure, "until": case.effect_until},
        about=[case.institution_id],
        tier=Tier.SCHEME,
    )
    note(case, kind, reason)
    settle(case, reason)
    notices.measure_changed(case, kind, reason)


def note(case: EnforcementCase, kind: str, reason: str) -> MeasureEvent:
    """Keep what was decided, or became of the measure, as a row of its own. Inside the deed."""
    require_deed()
    row = MeasureEvent(
        case=case,
        kind=kind,
        measure=case.measure,
        until=case.effect_until,
        lifted_when=case.lifted_when,
        reason=reason.strip()[:6000],
        happened_at=clock.now(),
    )
    row.save(force_insert=True)
    return row


def replace_conditions(case: EnforcementCase) -> None:
    """One condition for each line of `lifted_when`. Inside the deed that wrote it; those before are taken off."""
    require_deed()
    case.conditions.all().delete()
    texts = [text.strip() for text in case.lifted_when.splitlines() if text.strip()]
    LiftCondition.objects.bulk_create(
        LiftCondition(case=case, number=number, text=text[:2000]) for number, text in enumerate(texts, start=1)
    )


# --- what follows ----------------------------------------------------------------------------------
def settle(case: EnforcementCase, reason: str) -> None:
    """Bring the partner's qualification, holds and grants in line with its measures that are in effect.

    Inside the deed that changed one of them. Deeds on one partner wait for one another here, and each sees what the
    one before left. The portal does it, for a quorum or a panel: nobody alone did.
    """
    require_deed()
    Institution.objects.select_for_update(no_key=True).get(pk=case.institution_id)
    why = f"{case.reference}: {reason}"[:2000]
    _settle_qualification(case, strictest(case.institution_id), why)
    _settle_grants(case, why)
    _settle_scopes(case, why)


def _settle_qualification(case: EnforcementCase, ruling: EnforcementCase | None, why: str) -> None:
    wanted = STATES[Measure(ruling.measure)] if ruling else "in_force"
    row = live_qualification(case.institution_id) or _removed_by(case)
    if row is None or row.state == wanted:
        return
    if row.state == "removed":
        try:
            restore_qualification(qualification=row, by=SYSTEM, reason=why)
        except Conflict:  # another one was granted in between; what this case did to the old one is history
            return
    if row.state == wanted:
        return
    conditions = ruling.lifted_when if ruling else ""
    if wanted == "removed":
        until = ruling.effect_until if ruling else None
        remove_qualification(qualification=row, by=SYSTEM, reason=why, until=until)
    elif wanted == "suspended":
        suspend_qualification(qualification=row, by=SYSTEM, reason=why, conditions=conditions)
    elif wanted == "restricted":
        restrict_qualification(qualification=row, by=SYSTEM, reason=why, conditions=conditions)
    else:
        reinstate_qualification(qualification=row, by=SYSTEM, reason=why)


def _removed_by(case: EnforcementCase) -> Qualification | None:
    """The qualification that a removal by this case ended, where it has no effect any more."""
    removes = case.measure_events.filter(measure=Measure.REMOVAL).exists()
    if not removes or (case.measure == Measure.REMOVAL and case.in_effect):
        return None
    rows = Qualification.objects.filter(institution_id=case.institution_id, state="removed")
    return rows.order_by("-changed_at").first()


def _settle_scopes(case: EnforcementCase, why: str) -> None:
    """What restrictions name: of this case, and of those in effect, whose grants this deed may have put back."""
    others = in_effect().filter(institution_id=case.institution_id, measure=Measure.RESTRICTION).exclude(pk=case.pk)
    for one in (case, *others.order_by("pk")):
        restricts = one.in_effect and one.measure == Measure.RESTRICTION
        rows = one.scope.filter(revoked_at=None)
        for row in rows.select_related("grant", "line__grant", "environment", "person", "hold", "cap__line__grant"):
            if row.limits:
                _settle_limits(row, restricts, why)
            else:
                _settle_hold(row, restricts, why, one)


def _settle_hold(row: CaseScope, closes: bool, why: str, case: EnforcementCase) -> None:
    """The hold on what is closed: placed while the restriction is in effect, lifted when it is not."""
    held = row.hold is not None and row.hold.stops
    if closes and not held and _is_live(row):
        until = notices.until_words(case)
        row.hold = place_hold(
            target=row.target, reason=why, lifted_when=(case.lifted_when or until)[:2000], emergency=False, by=SYSTEM
        )
        row.save(update_fields=["hold"])
    elif held and not closes and row.hold is not None:
        lift_hold(hold=row.hold, reason=why, by=SYSTEM)


def _settle_limits(row: CaseScope, lowers: bool, why: str) -> None:
    """The cap on the line whose limits are lower while the restriction is in effect."""
    capped = row.cap is not None and row.cap.ended_at is None
    if lowers and not capped and _is_live(row):
        assert row.line is not None
        row.cap = cap_line(line=row.line, limits=row.limits, reason=why, by=SYSTEM)
        row.save(update_fields=["cap"])
    elif capped and not lowers and row.cap is not None:
        uncap_line(cap=row.cap, reason=why, by=SYSTEM)


def _is_live(row: CaseScope) -> bool:
    return row.grant is None or row.grant.state in GRANT_LIVE


def _settle_grants(case: EnforcementCase, why: str) -> None:
    """Grants: revoked with a removal; those that it revoked come back when it does not stand."""
    if case.in_effect and case.measure == Measure.REMOVAL:
        for grant in live_grants(case.institution_id):
            revoke_grant(grant=grant, reason=why, by=SYSTEM)
            CaseScope.objects.update_or_create(
                case=case, grant=grant, line=None, defaults={"revoked_at": clock.now(), "hold": None}
            )
        return
    if in_effect().filter(institution_id=case.institution_id, measure=Measure.REMOVAL).exists():
        return
    for row in case.scope.exclude(revoked_at=None).select_related("grant"):
        if row.grant is not None and row.grant.state == "revoked":
            _restore(row.grant, why)


def _restore(grant: Grant, why: str) -> None:
    """Put a grant back in force where anything of it is left."""
    try:
        restore_grant(grant=grant, reason=why, by=SYSTEM)
    except Refused as error:
        if error.verdict.code not in ("ended", "not_qualified"):
            raise
