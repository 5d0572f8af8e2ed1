"""Deeds on grants: issuing, accepting the agreement, and every way in which a grant ends."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from grants import notices
from grants.actions.agreement import locked_agreement, make_agreement, make_signed_pack
from grants.models import Grant, GrantLine, GrantLinePerson, GrantMeasure
from grants.queries.grant import is_over
from grants.queries.hold import is_stopped
from grants.queries.request import CaseLine, RequestCase
from grants.rules.amendment import nothing_rests_on
from grants.states import GRANT_LIVE
from partners.actions.declaration import make_declarations
from partners.queries.standing import standing
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.references import next_reference
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record, require_deed


def issue_grant(*, case: RequestCase, by: Actor) -> Grant:
    """Make the grant of the lines that were granted, with its agreement. Inside the deed of the last signature."""
    request, granted = case.request, case.granted
    grant = Grant(
        reference=next_reference("G"),
        request=request,
        institution=request.institution,
        authority=request.authority,
        supersedes=request.amends,
        rulebook=request.rulebook,
        starts_on=min(item.line.starts_on for item in granted),
        ends_on=max(item.review.ends_on for item in granted if item.review),
        issued_at=clock.now(),
    )
    create(
        grant,
        "issue",
        by=by,
        rulebook=request.rulebook,
        detail={"request": request.reference, "digest": request.digest, "lines": [item.terms() for item in granted]},
        about=[request.institution_id, request.pk, *{item.line.release.provider_id for item in granted}],
    )
    lines = GrantLine.objects.bulk_create([_line(grant, number, item) for number, item in enumerate(granted, start=1)])
    GrantLinePerson.objects.bulk_create(
        GrantLinePerson(line=line, person=person)
        for line, item in zip(lines, granted, strict=True)
        for person in item.people
    )
    make_agreement(grant, lines, case.rules)
    return grant


def _line(grant: Grant, number: int, item: CaseLine) -> GrantLine:
    line, review, answer = item.line, item.review, item.answer
    assert review  # without a review and an answer, no line is granted
    assert answer
    return GrantLine(
        grant=grant,
        request_line=line,
        number=number,
        institution_id=grant.institution_id,
        provider_id=line.release.provider_id,
        release=line.release,
        environment=line.environment,
        use_case=line.use_case,
        data_class=line.data_class,
        access_route=line.access_route,
        requests_per_day=review.requests_per_day,
        tokens_per_day=review.tokens_per_day,
        seats=review.seats,
        starts_on=line.starts_on,
        ends_on=review.ends_on,
        conditions=review.conditions,
        provider_conditions=answer.conditions,
        obligations=review.obligations,
        stops_at_limit=review.stops_at_limit,
    )


@as_deed
def accept_agreement(*, grant: Grant, seen: str, capacity: str, declared: set[str], by: Actor) -> Grant:
    """Accept the agreement that was read: the grant is in force, and what it replaces is superseded.

    Refused while what it replaces is stopped or capped: a new grant is no way out of that.
    `seen` is the digest of the text shown, `capacity` the function in which the person binds the institution.
    """
    agreement = locked_agreement(grant, seen)
    if grant.ends_on < clock.today():
        require(refused(_("The last day of this grant has passed."), code="ended", rule="grant.accept"))
    make_declarations(
        wanted=rules(grant.rulebook).declarations_on("agreement"),
        declared=declared,
        capacity=capacity,
        institution_id=grant.institution_id,
        noun="grant",
        about=grant.pk,
        content=agreement.digest,
        rulebook=grant.rulebook,
        by=by,
    )
    move(
        grant,
        "accept",
        by=by,
        rulebook=grant.rulebook,
        changes={"in_force_since": clock.now()},
        detail={"agreement": agreement.digest, "capacity": capacity.strip(), "declarations": sorted(declared)},
        about=[grant.institution_id, grant.request_id, *_providers(grant)],
    )
    agreement.accepted_at, agreement.accepted_by, agreement.capacity = clock.now(), by.user, capacity.strip()[:150]
    agreement.save(update_fields=["accepted_at", "accepted_by", "capacity"])
    make_signed_pack(agreement)
    if grant.supersedes_id:
        _supersede(grant.supersedes_id, grant, by)
    told = [*notices.provider_staff_of(grant), *members_with("case_officer", grant.authority_id)]
    notices.tell_about_grant(notices.IN_FORCE, grant, to=told, key="in_force")
    return grant


def _supersede(old_id: UUID, grant: Grant, by: Actor) -> None:
    """End what the grant replaces: also what that one was to replace itself, where its agreement was never accepted."""
    old = Grant.objects.get(pk=old_id)
    lock(old)
    if old.state == "revoked":
        reason = _("Grant %(old)s, which this one was to replace, was revoked. Ask the authority what is to be done.")
        require(refused(reason % {"old": old.reference}, code="original_revoked", rule="grant.accept"))
    require(nothing_rests_on(old, is_stopped(old)))
    if old.state == "awaiting_agreement" and old.supersedes_id:
        _supersede(old.supersedes_id, grant, by)
    if old.state not in GRANT_LIVE:
        return
    move(
        old,
        "supersede",
        by=by,
        changes={"ended_at": clock.now(), "end_reason": _("Superseded by %(new)s.") % {"new": grant.reference}},
        detail={"by": grant.reference},
        about=[grant.institution_id, grant.pk, *_providers(old)],
    )


def _providers(grant: Grant) -> list[UUID]:
    return sorted(set(GrantLine.objects.filter(grant=grant).values_list("provider_id", flat=True)))


def _end(grant: Grant, verb: str, reason: str, by: Actor) -> Grant:
    move(
        grant,
        verb,
        by=by,
        rulebook=grant.rulebook,
        changes={"ended_at": clock.now(), "end_reason": reason.strip()[:2000]},
        detail={"reason": reason},
        about=[grant.institution_id, *_providers(grant)],
    )
    people, staff = notices.people_of(grant.institution_id), notices.provider_staff_of(grant)
    key, state = f"ended:{grant.state}", grant.TABLE.state(grant.state).label
    notices.tell_about_grant(notices.ENDED, grant, to=people, key=key, state=state, reason=reason)
    notices.tell_about_grant(notices.ENDED_PROVIDER, grant, to=staff, key=key, state=state)
    return grant


@as_deed
def surrender_grant(*, grant: Grant, by: Actor, reason: str) -> Grant:
    """Give the grant back. It permits nothing from now on."""
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule="grant.surrender"))
    return _end(grant, "surrender", reason, by)


@as_deed
def revoke_grant(*, grant: Grant, by: Actor, reason: str) -> Grant:
    """End the grant, once a quorum has decided so: on this grant (actions.measure), or on removing the partner.

    The portal itself does so only for such a quorum (audits.actions.measure).
    """
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule="grant.revoke"))
    measures = GrantMeasure.objects.filter(grant=grant, kind="revocation", state="in_effect")
    decided = by.has("system") or measures.exists()
    if not decided and standing(institution_id=grant.institution_id).state != "removed":
        text = _("A grant is revoked by a quorum: propose it, and signatories decide.")
        require(refused(text, code="quorum", rule="quorum.grant_revocation"))
    return _end(grant, "revoke", reason, by)


@as_deed
def restore_grant(*, grant: Grant, by: Actor, reason: str) -> Grant:
    """Put a grant back in force that was revoked with the removal of its partner, when that does not stand.

    Its credentials were withdrawn for good: the partner has new ones issued. Raises Refused where it was never in
    force, its last day has passed, or the partner is still removed.
    """
    lock(grant)
    if grant.in_force_since is None or grant.ends_on < clock.today():
        text = _("Nothing of this grant is left that could be restored.")
        require(refused(text, code="ended", rule="grant.restore"))
    if standing(institution_id=grant.institution_id).state == "removed":
        require(refused(_("The partner is removed."), code="not_qualified", rule="grant.restore"))
    move(
        grant,
        "restore",
        by=by,
        rulebook=grant.rulebook,
        changes={"ended_at": None, "end_reason": ""},
        detail={"reason": reason},
        about=[grant.institution_id, *_providers(grant)],
    )
    told = [*notices.people_of(grant.institution_id), *notices.provider_staff_of(grant)]
    notices.tell_about_grant(notices.RESTORED, grant, to=told, key=f"restored:{clock.now():%Y%m%d%H%M%S}")
    return grant


@as_deed
def expire_grant(*, grant: Grant, by: Actor) -> Grant:
    """Its last day has passed, or no line of it is left. Raises Refused before that, whoever asks."""
    lock(grant)
    if grant.ends_on < clock.today():
        return _end(grant, "expire", _("Its last day was %(day)s.") % {"day": notices.day(grant.ends_on)}, by)
    if not is_over(grant, clock.today()):
        require(refused(_("The last day of this grant has not passed."), code="not_due", rule="grant.expire"))
    return _end(grant, "expire", _("No line of it is left."), by)


def end_if_over(grant: Grant) -> bool:
    """End the grant where no line of it is left. Inside the deed that ended a line, with the grant locked."""
    require_deed()
    if grant.state not in GRANT_LIVE or not is_over(grant, clock.today()):
        return False
    expire_grant(grant=grant, by=SYSTEM)
    return True


def notice_due(ends_on: date, days: tuple[int, ...], sent: int | None, today: date) -> int | None:
    """The narrowest range that today is in (90, 60, 30 or 7 days before the end), unless it was announced already."""
    left = (ends_on - today).days
    reached = [limit for limit in days if 0 <= left <= limit]
    narrowest = min(reached, default=None)
    return narrowest if narrowest is not None and (sent is None or sent > narrowest) else None


def soonest_notice(today: date, days: tuple[int, ...]) -> date:
    """The last day of a grant for which a notice can be due today."""
    return today + timedelta(days=max(days))


@as_deed
def remind_of_end(*, grant: Grant, by: Actor) -> Grant:
    """Tell the institution that the end is near: once for each range of the rulebook's notices."""
    lock(grant)
    days = tuple(rules().qualification.notices_days)
    due = notice_due(grant.ends_on, days, grant.notice_sent, clock.today())
    if due is None:
        raise Conflict(refused(_("This was announced already."), code="not_due", rule="qualification.notices_days"))
    left = (grant.ends_on - clock.today()).days
    record(
        grant, "remind", by=by, rulebook=grant.rulebook, changes={"notice_sent": due},
        detail={"days_left": left, "notice": due}, about=[grant.institution_id],
    )  # fmt: skip
    people = notices.people_of(grant.institution_id)
    notices.tell_about_grant(notices.EXPIRING, grant, to=people, key=f"expiring:{due}", days=left)
    return grant
