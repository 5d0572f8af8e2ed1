"""What needs an administrator now: invitations without an answer, and colleagues whose roles sleep."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, Min, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import needs
from portal.accounts.models import Invitation, Membership
from portal.accounts.needs import Need
from portal.accounts.roles import NEEDS_SECOND_FACTOR
from portal.accounts.second_factor import POSSESSED
from portal.core.actors import Actor


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("administrator", "accounts.people", for_administrator)


def for_administrator(actor: Actor) -> list[Need]:
    """Invitations that nobody has answered, and people who cannot act without a second factor. Two queries."""
    own = actor.organisation_id
    sent = Invitation.objects.filter(organisation_id=own, state="sent")
    asked = sent.aggregate(count=Count("pk"), oldest=Min("sent_at"))
    able = Authenticator.objects.filter(user=OuterRef("user"), type__in=POSSESSED)
    asleep = Membership.objects.filter(
        ~Exists(able), organisation_id=own, state="active", roles__overlap=sorted(NEEDS_SECOND_FACTOR)
    ).count()
    url = reverse("organisation", args=[own])
    return [
        Need(asked["count"], _("invitations without an answer"), url, asked["oldest"]),
        Need(asleep, _("people whose roles wait for a second factor"), url, tone="amber" if asleep else ""),
    ]
