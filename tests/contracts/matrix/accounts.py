"""People, organisations, invitations and gateways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.accounts.actions.delegation import give_delegation
from portal.accounts.actions.gateway import register_gateway
from portal.accounts.actions.invitation import send_invitation
from portal.accounts.models import Delegation, Gateway, Invitation, Membership
from portal.accounts.models.invitation import token_hash
from portal.core import clock
from tests.contracts.matrix import desk_model, object_of, public, roles, row, signed_in
from tests.world import World

INSIDE = ("applicant.body", "representative.body", "named_person.body", "administrator@institution.body")
KEEPERS = ("provider_staff", "administrator@provider")
OWN_KEEPERS = ("provider_staff.body", "administrator@provider.body")
KEEPERS_OF_IT = (*OWN_KEEPERS, "system_administrator")
ADMINS = ("administrator@institution.body", "system_administrator")
TOKEN = "a-token-that-only-the-mailbox-knows"


def organisation(world: World) -> dict[str, Any]:
    return {"pk": world.institution.pk}


def invited(world: World) -> Invitation:
    by = world.actor("administrator@institution")
    sent = send_invitation(organisation=world.institution, email="invited@example.org", roles=["applicant"], by=by)
    Invitation.objects.filter(pk=sent.pk).update(token_hash=token_hash(TOKEN))
    return sent


def invitation(world: World) -> dict[str, Any]:
    return {"pk": world.once(invited).pk}


def link(world: World) -> dict[str, Any]:
    world.once(invited)
    return {"token": TOKEN}


def membership(world: World) -> dict[str, Any]:
    """The applicant's own membership."""
    applicant = world.actor("applicant")
    return {"pk": Membership.objects.get(user=applicant.user, organisation=world.institution, state="active").pk}


def registered(world: World) -> Gateway:
    made, _ = register_gateway(organisation=world.provider, name="Ours", by=world.actor("provider_staff"))
    return made


def gateway(world: World) -> dict[str, Any]:
    return {"pk": world.once(registered).pk}


def reason(world: World) -> dict[str, Any]:
    return {"reason": "No longer needed."}


def member_row(world: World) -> dict[str, Any]:
    return {"object_id": membership(world)["pk"]}


def appointment(world: World) -> dict[str, Any]:
    return {"pk": world.actor("system_administrator").user.appointments.get().pk}


BODY = {"kind": "provider", "name": "New provider", "jurisdiction": "US", "email": "first@example.org"}
SYSTEM = roles("system_administrator")

AUTHORITY = tuple(
    f"{role}.body"
    for role in ("case_officer", "reviewer", "signatory", "auditor", "administrator@authority", "dormant")
)


def covering(world: World) -> Delegation:
    """The signatory of the authority is away, and a colleague signs."""
    by = world.actor("signatory")
    today = clock.today()
    return give_delegation(
        membership=Membership.objects.select_related("organisation").get(user=by.user_id, state="active"),
        deputy=world.actor("auditor").user,
        starts_on=today + timedelta(days=30),
        ends_on=today + timedelta(days=40),
        reason="Leave.",
        by=by,
    )


def authority(world: World) -> dict[str, Any]:
    return {"pk": world.authority.pk}


ROWS = [
    row("delegations", object_of(may=AUTHORITY), make=authority),
    row(
        "delegation_give",
        object_of(may=["signatory.body", "administrator@authority.body"], sees=AUTHORITY),
        object_of(may=["signatory.body", "administrator@authority.body"], sees=AUTHORITY),
        make=authority,
        data=lambda world: {"reason": "Leave."},
    ),
    row(
        "delegation_withdraw",
        object_of(may=["signatory", "auditor", "administrator@authority.body"], sees=AUTHORITY),
        object_of(may=["signatory", "auditor", "administrator@authority.body"], sees=AUTHORITY),
        make=lambda world: {"pk": world.once(covering).pk},
    ),
    row("home", public()),
    row("roles", signed_in()),
    row("second_factor", signed_in().but("dormant", gets="ok")),
    row(
        "act_as",
        # Whoever names a membership that is not theirs finds nothing; test_acting covers the others.
        post=signed_in().but("signed_in", gets="404"),
        data=lambda world: {"membership": ""},
    ),
    row("organisation_register", signed_in(), signed_in()),
    row("organisation_registered", signed_in()),
    row("organisation", object_of(may=[*INSIDE, "system_administrator"]), make=organisation),
    row(
        "organisation_amend",
        object_of(may=ADMINS, sees=INSIDE),
        object_of(may=ADMINS, sees=INSIDE),
        make=organisation,
        data=lambda world: {"name": "Another name"},
    ),
    row(
        "invitation_send",
        object_of(may=ADMINS, sees=INSIDE),
        object_of(may=ADMINS, sees=INSIDE),
        make=organisation,
        data=lambda world: {"email": "someone@example.org", "roles": ["applicant"]},
    ),
    row("invitation_resend", post=object_of(may=ADMINS, sees=INSIDE), make=invitation),
    row("invitation_withdraw", post=object_of(may=ADMINS, sees=INSIDE), make=invitation),
    # Whoever has the link may read it; only the mailbox that it was sent to can accept.
    row(
        "invitation_open",
        public(),
        signed_in().but("signed_in", gets="403"),
        make=link,
    ),
    # It is for the mailbox that it was sent to, which nobody of this world reads.
    row("invitation_accept", post=signed_in().but("signed_in", gets="404"), make=invitation),
    row(
        "membership_roles",
        object_of(may=ADMINS, sees=INSIDE),
        object_of(may=ADMINS, sees=INSIDE),
        make=membership,
        data=lambda world: {"roles": ["applicant"]},
    ),
    row(
        "membership_end",
        object_of(may=["applicant", *ADMINS], sees=INSIDE),
        # Whoever leaves is signed out at once.
        object_of(may=["applicant", *ADMINS], sees=INSIDE).but("applicant", gets="sign-in"),
        make=membership,
        data=reason,
    ),
    row("gateways", roles(*KEEPERS)),
    row("gateway_register", roles(*KEEPERS), roles(*KEEPERS), data=lambda world: {"name": "New", "scopes": "access"}),
    row("gateway", object_of(may=KEEPERS_OF_IT), make=gateway),
    row(
        "gateway_rotate",
        object_of(may=OWN_KEEPERS, sees=["system_administrator"]),
        object_of(may=OWN_KEEPERS, sees=["system_administrator"]),
        make=gateway,
        data=lambda world: {"overlap": "24"},
    ),
    row("gateway_end_former", post=object_of(may=OWN_KEEPERS, sees=["system_administrator"]), make=gateway),
    row(
        "gateway_revoke",
        object_of(may=KEEPERS_OF_IT),
        object_of(may=KEEPERS_OF_IT),
        make=gateway,
        data=reason,
    ),
    *desk_model(
        "accounts_user", "system_administrator", make=lambda world: {"object_id": world.actor("applicant").user_id}
    ),
    *desk_model(
        "accounts_organisation", "system_administrator", make=lambda world: {"object_id": world.institution.pk}
    ),
    *desk_model("accounts_membership", "system_administrator", make=member_row),
    *desk_model(
        "accounts_invitation", "system_administrator", make=lambda world: {"object_id": world.once(invited).pk}
    ),
    *desk_model(
        "accounts_gateway", "system_administrator", make=lambda world: {"object_id": world.once(registered).pk}
    ),
    *desk_model(
        "accounts_appointment", "system_administrator", make=lambda world: {"object_id": appointment(world)["pk"]}
    ),
    row("admin:accounts_organisation_register", SYSTEM, SYSTEM, data=lambda world: BODY),
    row("admin:accounts_organisation_close", SYSTEM, SYSTEM, make=organisation, data=reason),
    row("admin:accounts_appointment_appoint", SYSTEM, SYSTEM, data=lambda world: {"email": "nobody@example.org"}),
    row("admin:accounts_appointment_dismiss", SYSTEM, SYSTEM, make=appointment),
]
