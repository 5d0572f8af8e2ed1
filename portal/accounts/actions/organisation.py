"""Deeds on organisations."""

from __future__ import annotations

from portal.accounts.actions.gateway import revoke_gateway
from portal.accounts.actions.invitation import withdraw_invitation
from portal.accounts.actions.membership import end_membership, join_organisation
from portal.accounts.models import Organisation
from portal.accounts.rules import may_register
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, move, record


@as_deed
def register_organisation(*, kind: str, name: str, jurisdiction: str, by: Actor, website: str = "") -> Organisation:
    """Register a body. A person may register an institution only, and becomes its first administrator, applicant
    and authorised representative.

    Raises Refused for anyone else; ValidationError where a field is wrong or the name is taken.
    """
    organisation = Organisation(kind=kind, name=" ".join(name.split()), jurisdiction=jurisdiction, website=website)
    organisation.clean_fields(exclude=["state"])
    require(may_register(kind, by))
    organisation.validate_constraints()
    create(
        organisation,
        "register",
        by=by,
        detail={"kind": kind, "name": organisation.name, "jurisdiction": jurisdiction},
        tier="scheme",
    )
    if by.kind == "person" and kind == Organisation.Kind.INSTITUTION and by.user is not None:
        first = ["administrator", "applicant", "representative"]
        join_organisation(user=by.user, organisation=organisation, roles=first, by=by)
    return organisation


@as_deed
def amend_organisation(*, organisation: Organisation, name: str, website: str, by: Actor) -> Organisation:
    """Change name and website. The jurisdiction never changes: that takes a new registration."""
    changes = {"name": " ".join(name.split()), "website": website}
    detail = {key: {"was": getattr(organisation, key), "is": value} for key, value in changes.items()}
    return record(organisation, "amend", by=by, changes=changes, detail=detail, tier="scheme")


@as_deed
def close_organisation(*, organisation: Organisation, reason: str, by: Actor) -> Organisation:
    """Close the body, and in the same deed withdraw its invitations, revoke its gateways and end every membership."""
    move(organisation, "close", by=by, detail={"reason": reason}, tier="scheme")
    for invitation in organisation.invitations.filter(state="sent"):
        withdraw_invitation(invitation=invitation, by=by)
    for gateway in organisation.gateways.filter(state="active"):
        revoke_gateway(gateway=gateway, by=by, reason="organisation closed")
    for membership in organisation.memberships.filter(state="active"):
        end_membership(membership=membership, by=by, reason="organisation closed")
    return organisation
