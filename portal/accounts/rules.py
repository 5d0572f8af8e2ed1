"""Rules on people and organisations: verdicts on objects passed in; no queries, no writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.accounts.roles import roles_of_kind
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def may_register(kind: str, actor: Actor) -> Verdict:
    """People register institutions; authorities, providers and oversight bodies take a system administrator."""
    if kind == Organisation.Kind.INSTITUTION or actor.has("system", "system_administrator"):
        return ALLOWED
    return refused(
        _(
            "Authorities, providers and oversight bodies are registered by the system administrator. Ask them to invite you."
        ),
        code="kind_not_open",
        rule="organisation.register",
    )


def fits_kind(roles: Iterable[str], organisation: Organisation) -> Verdict:
    """Every role must be one that a body of this kind gives, and at least one must be named."""
    wanted = set(roles)
    allowed = {role.slug for role in roles_of_kind(organisation.kind)}
    if wanted and wanted <= allowed:
        return ALLOWED
    return refused(
        _("Choose at least one role, and only roles of this kind of organisation."),
        code="wrong_roles",
        rule="membership.roles",
    )


def leaves_an_administrator(*, others: int, organisation: Organisation) -> Verdict:
    """An active organisation keeps at least one administrator; `others` are those who would remain."""
    if others > 0 or organisation.state != "active":
        return ALLOWED
    return refused(
        _("This is the last administrator. Make someone else administrator first."),
        code="last_administrator",
        rule="membership.last_administrator",
    )


def accepts(email: str, actor: Actor) -> Verdict:
    """An invitation is for the mailbox that it was sent to: the account's verified address must be the same."""
    if actor.user is not None and actor.user.email.lower() == email.lower():
        return ALLOWED
    return refused(
        _("This invitation was sent to another address. Sign in with that address, or ask for a new invitation."),
        code="other_address",
        rule="invitation.address",
    )
