"""Measures of authorities on a live grant, without a new request: proposed, signed by a quorum, in effect at once.

In danger nobody waits for a quorum: one signatory places a hold (actions.hold), and a measure follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from grants import notices
from grants.actions.addendum import make_addendum
from grants.actions.agreement import renew_agreement
from grants.actions.grant import revoke_grant
from grants.actions.signing import REFUSE, SIGN, require_read, require_why, write_signature
from grants.models import Grant, GrantLine, GrantMeasure, LineVersion, MeasureSignature
from grants.queries.effective import NARROWED, as_narrowed
from grants.queries.measure import MeasureCase, digest_of, measure_case, narrowed_line
from grants.rules.measure import may_sign_measure, narrows
from grants.states import GRANT_LIVE
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record

RULE = "quorum.grant_narrowing"
AUTHORITY = Tier.AUTHORITY
"""What is only proposed, and who signed, is the authorities' own; what takes effect is told to everybody concerned."""


@as_deed
def propose_narrowing(
    *,
    line: GrantLine,
    by: Actor,
    reason: str,
    requests_per_day: int | None = None,
    tokens_per_day: int | None = None,
    seats: int | None = None,
    ends_on: date | None = None,
    conditions: Sequence[str] = (),
    obligations: Sequence[str] = (),
) -> GrantMeasure:
    """Propose lower limits, an earlier last day, or further conditions for a line of a live grant.

    What is not named stays as it is now. Raises Refused where it would widen anything, or change nothing.
    """
    grant = line.grant
    lock(grant)
    now_in_force = narrowed_line(line.pk)
    limits = {
        "requests_per_day": requests_per_day or now_in_force.requests_per_day,
        "tokens_per_day": tokens_per_day or now_in_force.tokens_per_day,
        "seats": seats or now_in_force.seats,
        "ends_on": ends_on or now_in_force.ends_on,
    }
    added = [text.strip() for text in conditions if text.strip()]
    applied = sorted(set(obligations) - set(now_in_force.obligations))
    known = {item.key for item in rules(grant.rulebook).scope.safeguards}
    require(narrows(now_in_force, limits, added, applied, known=known, today=clock.today()))
    return _propose(
        GrantMeasure(kind=GrantMeasure.Kind.NARROWING, line=line, conditions=added, obligations=applied, **limits),
        grant,
        reason,
        by,
    )


@as_deed
def propose_revocation(*, grant: Grant, by: Actor, reason: str) -> GrantMeasure:
    """Propose to end the grant."""
    lock(grant)
    return _propose(GrantMeasure(kind=GrantMeasure.Kind.REVOCATION), grant, reason, by)


def _propose(measure: GrantMeasure, grant: Grant, reason: str, by: Actor) -> GrantMeasure:
    if not reason.strip():
        require(refused(_("Say why: the institution reads it."), code="no_reason", rule=RULE))
    if grant.state not in GRANT_LIVE:
        require(refused(_("This grant has ended: there is nothing to take away."), code="ended", rule=RULE))
    same = GrantMeasure.objects.filter(grant=grant, state="proposed", kind=measure.kind, line=measure.line)
    if same.exists():
        text = _("This is proposed already. Sign that, or refuse it first.")
        require(refused(text, code="proposed", rule=RULE))
    measure.grant, measure.institution_id, measure.rulebook = grant, grant.institution_id, rules().version
    measure.reason, measure.risk_tier = reason.strip()[:2000], grant.request.risk_tier
    measure.proposed_at, measure.proposed_by, measure.proposed_body_id = clock.now(), by.user, by.organisation_id
    measure.digest = digest_of(measure)
    measure.clean_fields(exclude=["state", "digest"])
    create(
        measure,
        "propose",
        by=by,
        rulebook=measure.rulebook,
        detail={
            "kind": measure.kind,
            "line": measure.line.number if measure.line else None,
            "reason": measure.reason,
            "digest": measure.digest,
        },
        about=[grant.pk, grant.institution_id],
        tier=AUTHORITY,
    )
    notices.tell_about_measure(notices.MEASURE_TO_SIGN, measure, to=_signatories(measure), key="to_sign")
    return measure


def _signatories(measure: GrantMeasure) -> list[object]:
    return list(members_with("signatory").exclude(pk=measure.proposed_by_id))


@as_deed
def sign_measure(
    *, measure: GrantMeasure, seen: str, by: Actor, note: str = "", no_conflict: bool = True
) -> MeasureSignature:
    """Sign what one read. The last signature of the quorum puts it into effect, at once.

    Raises Conflict where it is not what was read, or the line has changed since; Refused for who has an interest in it.
    """
    case = _require_may(measure, seen, by)
    if not no_conflict:
        text = _("Only someone without a conflict of interest signs. Leave it to another signatory.")
        require(refused(text, code="conflict_of_interest", rule="conflict"))
    signature = _write(measure, SIGN, note, by)
    case.signatures.append(signature)
    if case.quorum_state.met:
        _take_effect(measure, by)
    return signature


@as_deed
def refuse_measure(*, measure: GrantMeasure, seen: str, reason: str, by: Actor) -> MeasureSignature:
    """Refuse, with the reason: the measure is off, and the grant stays as it is."""
    _require_may(measure, seen, by)
    require_why(reason, RULE)
    signature = _write(measure, REFUSE, reason, by)
    _end(measure, "reject", reason, by)
    return signature


@as_deed
def drop_measure(*, measure: GrantMeasure, reason: str, by: Actor) -> GrantMeasure:
    """Take back what one proposed."""
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule=RULE))
    return _end(measure, "drop", reason, by)


def _end(measure: GrantMeasure, verb: str, reason: str, by: Actor) -> GrantMeasure:
    return move(
        measure,
        verb,
        by=by,
        rulebook=measure.rulebook,
        changes={"decided_at": clock.now(), "end_reason": reason.strip()[:2000]},
        detail={"reason": reason.strip()},
        about=[measure.grant_id, measure.institution_id],
        tier=AUTHORITY,
    )


def _require_may(measure: GrantMeasure, seen: str, by: Actor) -> MeasureCase:
    lock(measure.grant)
    lock(measure)
    case = measure_case(measure)
    require(measure.TABLE.verdict("sign", measure, by))
    require(may_sign_measure(case, by))
    if measure.grant.state not in GRANT_LIVE:
        require(refused(_("This grant has ended: there is nothing to take away."), code="ended", rule=RULE))
    changed = _("This is not the measure that you read. Read it again.")
    require_read(measure, seen=seen, stands=digest_of(measure), by=by, changed=changed)
    return case


def _write(measure: GrantMeasure, decision: str, note: str, by: Actor) -> MeasureSignature:
    row, about = MeasureSignature(measure=measure), [measure.grant_id, measure.institution_id]
    return write_signature(row, measure, decision=decision, note=note, by=by, about=about, tier=AUTHORITY)


def _take_effect(measure: GrantMeasure, by: Actor) -> None:
    grant = measure.grant
    move(
        measure,
        "take_effect",
        by=by,
        rulebook=measure.rulebook,
        changes={"decided_at": clock.now()},
        detail={"digest": measure.digest},
        about=[grant.pk, grant.institution_id],
        tier=AUTHORITY,
    )
    if measure.line is None:
        revoke_grant(grant=grant, reason=measure.reason, by=by)
        return
    _narrow(measure, measure.line, by)


def _last_day(grant: Grant, line: GrantLine, measure: GrantMeasure) -> date:
    """The last day of the last line, with the one that is narrowed now: from the day after on the grant is over."""
    assert measure.ends_on
    others = as_narrowed(GrantLine.objects.filter(grant=grant).exclude(pk=line.pk))
    return max([measure.ends_on, *(line.ends_on for line in others)])


def _narrow(measure: GrantMeasure, line: GrantLine, by: Actor) -> None:
    """Write the next version of the line, and tell who works under it. What held before stays as it was written."""
    grant, held = measure.grant, narrowed_line(line.pk)
    added = {
        "conditions": [*held.conditions, *(text for text in measure.conditions if text not in held.conditions)],
        "obligations": sorted({*held.obligations, *measure.obligations}),
    }
    version = LineVersion(
        line=line,
        number=(held.held_version.number if held.held_version else 1) + 1,
        measure=measure,
        since=clock.now(),
        **{name: added.get(name, getattr(measure, name)) for name in NARROWED},
    )
    version.save(force_insert=True)
    addendum = make_addendum(measure=measure, before=held, after=narrowed_line(line.pk))
    record(
        grant,
        "narrow",
        by=by,
        rulebook=measure.rulebook,
        changes={"ends_on": _last_day(grant, line, measure)},
        says=_("Line %(number)s was narrowed") % {"number": line.number},
        detail={
            "line": line.number,
            "version": version.number,
            "digest": measure.digest,
            **({"addendum": addendum.sha256} if addendum else {}),
        },
        about=[grant.institution_id, grant.request_id, line.pk, line.provider_id],
    )
    people = notices.people_of(grant.institution_id)
    notices.tell_about_grant(
        notices.NARROWED, grant, to=people, key=f"narrowed:{measure.pk}", line=line.number, reason=measure.reason
    )
    staff = members_with("provider_staff", line.provider_id)
    notices.tell_about_grant(
        notices.NARROWED_PROVIDER, grant, to=staff, key=f"narrowed_provider:{measure.pk}", line=line.number
    )
    why = _("Authorities narrowed line %(number)s: %(reason)s") % {"number": line.number, "reason": measure.reason}
    renew_agreement(grant, by=by, why=why)
