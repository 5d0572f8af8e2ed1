"""Rules on people and organisations: verdicts on objects passed in; no queries, no writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Delegation, Gateway, Invitation, Membership, Organisation
from portal.accounts.models.delegation import MOST_DAYS
from portal.accounts.roles import roles_of_kind
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def may_register(kind: str, actor: Actor) -> Verdict:
    """People register institutions; authorities, providers and oversight bodies take a system administrator."""
    if kind == Organisation.Kind.INSTITUTION or actor.has("system", "system_administrator"):
        return ALLOWED
    return refused(
        _(
            "Authorities, providers and oversight bodies are registered by the system administrator. "
            "Ask them to invite you."
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


def keeps_duties_apart(*, elsewhere: bool) -> Verdict:
    """Nobody is system administrator and a member of an organisation; `elsewhere`: they have the other already."""
    if not elsewhere:
        return ALLOWED
    return refused(
        _("A system administrator cannot be a member of an organisation. End the one before you begin the other."),
        code="duties_apart",
        rule="appointment.apart",
    )


def not_appointed_yet(*, appointed: bool) -> Verdict:
    """One appointment at a time."""
    if not appointed:
        return ALLOWED
    return refused(_("This person is a system administrator already."), code="already", rule="appointment.once")


def leaves_a_system_administrator(*, others: int) -> Verdict:
    """The portal keeps at least one system administrator; `others` are those who would remain."""
    if others > 0:
        return ALLOWED
    return refused(
        _("This is the last system administrator. Appoint someone else first."),
        code="last_administrator",
        rule="appointment.last",
    )


def not_a_member_yet(*, member: bool) -> Verdict:
    """One active membership for a person in an organisation."""
    if not member:
        return ALLOWED
    return refused(
        _("This person is a member of the organisation already. Change their roles instead."),
        code="already",
        rule="membership.once",
    )


def not_invited_yet(*, invited: bool) -> Verdict:
    """One open invitation for an address in an organisation."""
    if not invited:
        return ALLOWED
    return refused(
        _("This address has an open invitation. Send that one again, or withdraw it first."),
        code="already",
        rule="invitation.once",
    )


def takes_part(organisation: Organisation) -> Verdict:
    """Nothing begins in an organisation that is closed."""
    if organisation.state == "active":
        return ALLOWED
    return refused(_("This organisation is closed."), code="closed", rule="organisation.closed")


def waits_for_answer(invitation: Invitation) -> Verdict:
    """A link works once, and not after it was taken back."""
    if invitation.state == "sent":
        return ALLOWED
    return refused(
        _("This invitation has been used or withdrawn. Ask the organisation for a new one."),
        code="wrong_state",
        rule="invitation.accept",
    )


def still_open(invitation: Invitation) -> Verdict:
    """An invitation holds until its time is over, whether or not the sweep has been there."""
    if clock.now() < invitation.expires_at:
        return ALLOWED
    return refused(
        _("This invitation is no longer valid. Ask the organisation for a new one."),
        code="expired",
        rule="invitation.expiry",
    )


def is_provider(organisation: Organisation) -> Verdict:
    """Gateways belong to providers."""
    if organisation.kind == Organisation.Kind.PROVIDER:
        return ALLOWED
    return refused(_("Only a provider has gateways."), code="wrong_kind", rule="gateway.provider")


def name_is_free(*, taken: bool) -> Verdict:
    """Active gateways of a provider have different names."""
    if not taken:
        return ALLOWED
    return refused(
        _("Your organisation has an active gateway of this name. Choose another name."),
        code="name_taken",
        rule="gateway.name",
    )


def looks_after_gateways(actor: Actor) -> Verdict:
    """A provider's staff and administrators look after its machines; the system administrator sees and revokes them."""
    if actor.has("system_administrator") or (
        actor.body_kind == Organisation.Kind.PROVIDER and actor.has("provider_staff", "administrator")
    ):
        return ALLOWED
    return refused(
        _("Gateways are looked after by a provider's staff and administrators."),
        code="wrong_role",
        rule="gateway.staff",
    )


def known_scopes(scopes: Iterable[str]) -> Verdict:
    """A machine may do something, and only what there is to be done."""
    wanted = set(scopes)
    if wanted and wanted <= set(Gateway.Scope.values):
        return ALLOWED
    return refused(_("Choose what it may do."), code="wrong_scope", rule="gateway.scopes")


FRESH_MINUTES = 15
"""A secret is shown to whoever has shown a second factor within so many minutes."""
STALE = "stale_factor"


def freshly_confirmed(actor: Actor) -> Verdict:
    """Whoever is shown a secret has just shown a second factor. The portal itself has none."""
    if actor.kind != "person":
        return ALLOWED
    if actor.confirmed_at is not None and clock.now() - actor.confirmed_at <= timedelta(minutes=FRESH_MINUTES):
        return ALLOWED
    return refused(
        _("Confirm that it is you first: show your second factor once more."), code=STALE, rule="gateway.fresh"
    )


def only_named(actor: Actor) -> bool:
    """Whether the actor is in the organisation only as somebody with access: then they see nobody else of it."""
    return actor.roles | actor.dormant == {"person", "named_person"}


def may_cover(delegation: Delegation, deputy: Membership | None, *, overlaps: bool) -> Verdict:
    """A deputy is somebody else of the same authority, who does not sign there anyway, for a time that is not over."""
    checks = (
        (
            "signatory" in delegation.membership.roles and delegation.membership.state == "active",
            "not_a_signatory",
            _("Choose somebody who is a signatory of this authority."),
        ),
        (
            deputy is not None and deputy.user_id != delegation.membership.user_id,
            "not_a_colleague",
            _("Choose a colleague of the same authority as the deputy."),
        ),
        (
            deputy is None or "signatory" not in deputy.roles,
            "signs_anyway",
            _("This colleague is a signatory already, and signs in their own right."),
        ),
        (
            delegation.starts_on <= delegation.ends_on and delegation.ends_on >= clock.today(),
            "no_time",
            _("The last day must be today or later, and not before the first."),
        ),
        (
            (delegation.ends_on - delegation.starts_on).days < MOST_DAYS,
            "too_long",
            _("A cover lasts 92 days at most. Whoever is away for longer hands the role over."),
        ),
        (not overlaps, "covered", _("In some of these days somebody covers already. End that cover first.")),
    )
    for allowed, code, reason in checks:
        if not allowed:
            return refused(reason, code=code, rule="delegation.give")
    return ALLOWED
