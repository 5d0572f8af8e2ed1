"""Deeds on covers for absence. Each is in the record, with who it is for and until when."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Delegation, Membership, User
from portal.accounts.notices import COVERING, COVERING_ENDED
from portal.accounts.rules import may_cover
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.notifications.notify import notify
from portal.workflow import as_deed, create, lock, move


@as_deed
def give_delegation(
    *, membership: Membership, deputy: User, starts_on: date, ends_on: date, reason: str, by: Actor
) -> Delegation:
    """Name the deputy of a signatory, for these days. The deputy is told, and signs as such, never as themselves."""
    lock(membership)
    if not reason.strip():
        require(refused(_("Say why cover is needed."), code="no_reason", rule="delegation.give"))
    delegation = Delegation(
        membership=membership,
        organisation=membership.organisation,
        deputy=deputy,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip()[:300],
        given_by=by.user,
        given_at=clock.now(),
    )
    require(Delegation.TABLE.verdict("give", delegation, by))
    colleague = Membership.objects.filter(user=deputy, organisation=membership.organisation, state="active").first()
    others = Delegation.objects.filter(membership=membership, state="given")
    overlaps = others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists()
    require(may_cover(delegation, colleague, overlaps=overlaps))
    create(
        delegation,
        "give",
        by=by,
        detail={
            "signatory": membership.user_id,
            "deputy": deputy.pk,
            "from": starts_on,
            "until": ends_on,
            "reason": delegation.reason,
        },
        about=[membership.organisation_id, membership.user_id, deputy.pk],
    )
    notify(
        COVERING,
        to=[deputy],
        context={"name": membership.user, "start": f"{starts_on:%-d %B %Y}", "end": f"{ends_on:%-d %B %Y}"},
        url=reverse("delegations", args=[membership.organisation_id]),
        key=f"cover:{delegation.pk}",
        about=delegation.pk,
    )
    return delegation


@as_deed
def withdraw_delegation(*, delegation: Delegation, by: Actor) -> Delegation:
    """End a cover before its last day. What the deputy signed until now stays."""
    move(
        delegation,
        "withdraw",
        by=by,
        changes={"withdrawn_at": clock.now()},
        about=[delegation.organisation_id, delegation.membership.user_id, delegation.deputy_id],
    )
    notify(
        COVERING_ENDED,
        to=[user for user in (delegation.deputy, delegation.membership.user) if user.pk != by.user_id],
        context={"name": delegation.membership.user, "deputy": delegation.deputy},
        url=reverse("delegations", args=[delegation.organisation_id]),
        key=f"cover-ended:{delegation.pk}",
        about=delegation.pk,
    )
    return delegation
