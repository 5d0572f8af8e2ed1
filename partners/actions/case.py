"""Deeds of an authority on a case: screening, reviewers, conflicts of interest, and the way to the signatories."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partners import notices
from partners.actions.clock import keep_clock
from partners.actions.signature import void_signatures
from partners.models import Application, ConflictDeclaration
from partners.models.application import REVIEW
from partners.notices_screening import tell_to_sign_again
from partners.queries.answers import latest_revision
from partners.queries.case import case_of
from partners.queries.people import hands_of
from partners.queries.rulebook import scored
from partners.queries.verdicts import screening_verdict
from partners.rules.case import may_send
from partners.rules.hands import Hands, body_of, hands_with, may_be_assigned, may_screen
from portal.accounts import assign
from portal.accounts.models import User
from portal.accounts.queries.people import members_with, people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.rulebook.risk import Score
from portal.rulebook.schema import RISK_TIERS
from portal.workflow import as_deed, lock, move, record


def suggested_tier(application: Application) -> Score:
    """The tier that the rulebook's scoring gives to what was sent last, with its reasons. One query."""
    return scored(application, latest_revision(application))


@as_deed
def declare_conflict(*, application: Application, conflict: bool, by: Actor, detail: str = "") -> ConflictDeclaration:
    """Say whether one has a conflict of interest. With one, the person is taken off and no longer sees the case.

    A conflict may still be declared later; it can't be taken back. Raises Refused where nothing new is said.
    """
    lock(application)
    hands = hands_of(application)
    if by.user_id in hands.conflicted or (not conflict and by.user_id in hands.clear):
        require(refused(_("You have declared this already."), code="declared", rule="conflict"))
    if conflict and not detail.strip():
        require(refused(_("Say in a few words what the conflict is."), code="no_detail", rule="conflict"))
    record(
        application,
        "declare",
        by=by,
        says=_("Conflict of interest declared; recused") if conflict else _("No conflict of interest declared"),
        detail={"conflict": conflict, "detail": detail[:2000]},
        about=[application.institution_id],
        tier=Tier.AUTHORITY,
    )
    declared = ConflictDeclaration.objects.create(
        application=application,
        by=by.user,
        body_id=body_of(by),
        at=clock.now(),
        conflict=conflict,
        detail=detail.strip()[:2000] if conflict else "",
    )
    if conflict and by.user_id in hands.assigned:
        assign.unassign(REVIEW, by.user, application)
        officers = people_with("case_officer", organisation_id=application.authority_id)
        notices.tell(notices.RECUSED, application, to=officers, key=f"recused:{by.user_id}", person=by.name)
    if conflict and application.state == "awaiting_signatures":
        _void_after_recusal(application, hands, by)
    return declared


def _void_after_recusal(application: Application, hands: Hands, by: Actor) -> None:
    """Their own signature counts no more; of whoever assessed the case, no signature that rests on that does."""
    whose = None if by.user_id in hands.assessors else by.person_id
    people = void_signatures(application, _("A conflict of interest was declared"), by, of=whose)
    if again := [user for user in people if user.pk != by.user_id]:
        tell_to_sign_again(application, again)


@as_deed
def screen_application(*, application: Application, tier: str, by: Actor, reason: str = "") -> Application:
    """Accept the case for review and set its tier. Another tier than the rulebook suggests needs a reason."""
    lock(application)
    _require_own_hands(application, "screen", by)
    suggestion = suggested_tier(application)
    _require_tier(tier, reason, suggestion)
    move(
        application,
        "screen",
        by=by,
        rulebook=application.rulebook,
        changes={
            "tier": tier,
            "tier_reason": reason.strip(),
            "screened_by": by.user,
            "screened_at": clock.now(),
            "handled_by": hands_with(application, by),
        },
        detail={"tier": tier, "suggested": suggestion.tier, "because": list(suggestion.citations), "reason": reason},
        about=[application.institution_id],
    )
    keep_clock(application)
    return application


@as_deed
def set_tier(*, application: Application, tier: str, by: Actor, reason: str) -> Application:
    """Change the tier during review. Another tier than the rulebook suggests needs a reason."""
    lock(application)
    _require_own_hands(application, "set_tier", by)
    suggestion = suggested_tier(application)
    _require_tier(tier, reason, suggestion)
    return record(
        application,
        "set_tier",
        by=by,
        rulebook=application.rulebook,
        changes={"tier": tier, "tier_reason": reason.strip(), "handled_by": hands_with(application, by)},
        detail={"was": application.tier, "is": tier, "suggested": suggestion.tier, "reason": reason},
        about=[application.institution_id],
        tier=Tier.AUTHORITY,
    )


def _require_own_hands(application: Application, verb: str, by: Actor) -> None:
    require(application.TABLE.verdict(verb, application, by))
    require(may_screen(hands_of(application), by))


def _require_tier(tier: str, reason: str, suggestion: Score) -> None:
    if tier not in RISK_TIERS:
        require(refused(_("Choose a tier from the list."), code="unknown_tier", rule="risk.tiers"))
    if tier != suggestion.tier and not reason.strip():
        require(
            refused(
                _("The rulebook suggests another tier. Give the reason why yours is right."),
                code="no_reason",
                rule="risk",
            )
        )


@as_deed
def assign_reviewer(*, application: Application, reviewer: User, by: Actor) -> Application:
    """Give a reviewer of the own authority sight of the case, by object permission."""
    lock(application)
    require(application.TABLE.verdict("assign", application, by))
    require(may_screen(hands_of(application), by))
    if not members_with("reviewer", application.authority_id).filter(pk=reviewer.pk).exists():
        require(
            refused(
                _("Choose someone who is a reviewer in your authority."),
                code="not_a_reviewer",
                rule="application.assign",
            )
        )
    require(may_be_assigned(reviewer.pk, hands_of(application)))
    record(
        application,
        "assign",
        by=by,
        detail={"reviewer": reviewer.pk, "name": str(reviewer)},
        about=[application.institution_id, reviewer.pk],
        tier=Tier.AUTHORITY,
    )
    assign.assign(REVIEW, reviewer, application)
    key = f"assigned:{reviewer.pk}:{clock.now():%Y%m%d%H%M%S}"
    notices.tell(notices.ASSIGNED, application, to=[reviewer], key=key)
    return application


@as_deed
def unassign_reviewer(*, application: Application, reviewer: User, by: Actor) -> Application:
    """Take a reviewer off the case. What they assessed stays."""
    lock(application)
    require(application.TABLE.verdict("unassign", application, by))
    hands = hands_of(application)
    require(may_screen(hands, by))
    if reviewer.pk not in hands.assigned:
        require(
            refused(_("This person is not assigned to the case."), code="not_assigned", rule="application.unassign")
        )
    record(
        application,
        "unassign",
        by=by,
        detail={"reviewer": reviewer.pk, "name": str(reviewer)},
        about=[application.institution_id, reviewer.pk],
        tier=Tier.AUTHORITY,
    )
    assign.unassign(REVIEW, reviewer, application)
    key = f"unassigned:{reviewer.pk}:{clock.now():%Y%m%d%H%M%S}"
    notices.tell(notices.UNASSIGNED, application, to=[reviewer], key=key)
    return application


@as_deed
def send_to_signatories(*, application: Application, by: Actor) -> Application:
    """Hand the case to the signatories of all authorities. Needs the recommendations and no open question."""
    lock(application)
    _require_own_hands(application, "send_to_signatories", by)
    case = case_of(application)
    require(
        may_send(
            recommendations=len(case.current_recommendations), quorum=case.quorum, open_queries=len(case.open_queries)
        )
    )
    require(screening_verdict(case))
    move(
        application,
        "send_to_signatories",
        by=by,
        rulebook=application.rulebook,
        changes={"sent_at": clock.now(), "sent_by": by.user, "handled_by": hands_with(application, by)},
        detail={"quorum": f"quorum.{application.kind}.{application.tier}", "revision": case.sent.digest},
        about=[application.institution_id],
    )
    keep_clock(application)
    hands = case.hands
    barred = hands.authors | hands.screeners | hands.assessors | hands.conflicted | {by.user_id}
    signatories = [user for user in people_with("signatory") if user.pk not in barred]
    notices.tell(notices.SENT, application, to=signatories, key=f"sent:{clock.now():%Y%m%d%H%M%S}")
    return application


@as_deed
def return_to_review(*, application: Application, reason: str, by: Actor) -> Application:
    """Take the case back from the signatories. Signatures given so far are voided; their rows stay."""
    if not reason.strip():
        require(refused(_("Say why the case goes back."), code="no_reason", rule="application.return_to_review"))
    lock(application)
    _require_own_hands(application, "return_to_review", by)
    move(
        application,
        "return_to_review",
        by=by,
        rulebook=application.rulebook,
        changes={"handled_by": hands_with(application, by)},
        detail={"reason": reason[:2000]},
        about=[application.institution_id],
        tier=Tier.AUTHORITY,
    )
    keep_clock(application)
    voided = void_signatures(application, _("Taken back for review"), by)
    reviewers = User.objects.filter(pk__in=hands_of(application).assigned)
    people = {user.pk: user for user in [*reviewers, *voided]}
    notices.tell(
        notices.RETURNED,
        application,
        to=people.values(),
        key=f"returned:{clock.now():%Y%m%d%H%M%S}",
        reason=reason,
    )
    return application
