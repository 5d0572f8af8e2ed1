"""What needs an administrator now: invitations without an answer, and colleagues whose roles sleep."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from portal.accounts import needs
from portal.accounts.models import Invitation, Membership
from portal.accounts.needs import Waiting
from portal.accounts.roles import NEEDS_SECOND_FACTOR
from portal.accounts.second_factor import POSSESSED
from portal.core.actors import Actor


def register_needs() -> None:
    """Called once, when the app is ready."""
    needs.register("administrator", "accounts.people", for_administrator)


def for_administrator(actor: Actor) -> list[Waiting]:
    """Invitations that nobody has answered, and people who cannot act without a second factor."""
    own = actor.organisation_id
    url = reverse("organisation", args=[own])
    able = Authenticator.objects.filter(user=OuterRef("user"), type__in=POSSESSED)
    asleep = Membership.objects.filter(
        ~Exists(able), organisation_id=own, state="active", roles__overlap=sorted(NEEDS_SECOND_FACTOR)
    )
    return [
        Waiting(
            Invitation.objects.filter(organisation_id=own, state="sent"),
            ngettext_lazy("invitation without an answer", "invitations without an answer"),
            url,
            oldest="sent_at",
        ),
        Waiting(
            asleep,
            ngettext_lazy("person whose roles wait for a second factor", "people whose roles wait for a second factor"),
            url,
            tone="amber",
        ),
    ]
