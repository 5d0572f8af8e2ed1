"""Lifecycles of organisations, memberships, invitations, accounts with duties, and gateways."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused


def own_body(subject: Any, actor: Actor) -> Verdict:
    """Administrators act on their own organisation only; the system administrator and the portal on all."""
    if actor.has("system", "system_administrator") or actor.body_id == subject.organisation_id:
        return ALLOWED
    return refused(
        _("Only an administrator of this organisation may do this."), code="other_body", rule="accounts.own_body"
    )


def own_body_or_self(subject: Any, actor: Actor) -> Verdict:
    """People may end their own membership; for others an administrator of the organisation is needed."""
    if actor.user_id is not None and actor.user_id == subject.user_id:
        return ALLOWED
    if not actor.has("administrator", "system_administrator", "system"):
        return refused(
            _("Only an administrator may end someone else's membership."), code="wrong_role", rule="membership.end"
        )
    return own_body(subject, actor)


def own_duty(subject: Any, actor: Actor) -> Verdict:
    """Signatories name a deputy for themselves; an administrator of the authority for whoever could not."""
    mine = actor.body_id == subject.organisation_id
    if mine and (actor.has("administrator") or actor.user_id in (subject.membership.user_id, subject.deputy_id)):
        return ALLOWED
    return refused(
        _("Only the signatory, the deputy or an administrator of the authority may do this."),
        code="other_duty",
        rule="accounts.own_duty",
    )


ORGANISATION = StateTable(
    noun="organisation",
    title="Organisation",
    states=(
        State("active", _("Active"), "Takes part in the scheme, or applies to."),
        State("closed", _("Closed"), "No longer exists or has left; its people have no rights from it.", final=True),
    ),
    moves=(
        Move(
            "register",
            (),
            "active",
            roles("person", "system_administrator", "system"),
            _("Register"),
            _("Organisation registered"),
        ),
        Move(
            "amend",
            ("active",),
            None,
            roles("administrator", "system_administrator", "system"),
            _("Change details"),
            _("Details changed"),
        ),
        Move("close", ("active",), "closed", roles("system_administrator"), _("Close"), _("Organisation closed")),
    ),
)

MEMBERSHIP = StateTable(
    noun="membership",
    title="Membership",
    states=(
        State("active", _("Active"), "The person acts for the organisation in the roles listed."),
        State("ended", _("Ended"), "Every right that came from it has ended.", final=True),
    ),
    moves=(
        Move(
            "join",
            (),
            "active",
            roles("person", "system_administrator", "system"),
            _("Join"),
            _("Joined the organisation"),
        ),
        Move(
            "change_roles",
            ("active",),
            None,
            roles("administrator", "system_administrator"),
            _("Change roles"),
            _("Roles changed"),
            own_body,
        ),
        Move(
            "end",
            ("active",),
            "ended",
            roles("person", "administrator", "system_administrator", "system"),
            _("End membership"),
            _("Membership ended"),
            own_body_or_self,
        ),
    ),
)

INVITATION = StateTable(
    noun="invitation",
    title="Invitation",
    states=(
        State("sent", _("Sent"), "Waits for the person invited."),
        State("accepted", _("Accepted"), "The person joined.", final=True),
        State("withdrawn", _("Withdrawn"), "Taken back by the organisation.", final=True),
        State("lapsed", _("Lapsed"), "Not accepted in time.", final=True),
    ),
    moves=(
        Move(
            "send",
            (),
            "sent",
            roles("administrator", "system_administrator", "system"),
            _("Invite"),
            _("Invitation sent"),
            own_body,
        ),
        Move(
            "resend",
            ("sent",),
            None,
            roles("administrator", "system_administrator"),
            _("Send again"),
            _("Invitation sent again, with a new link"),
            own_body,
        ),
        Move("accept", ("sent",), "accepted", roles("person"), _("Accept"), _("Invitation accepted")),
        Move(
            "withdraw",
            ("sent",),
            "withdrawn",
            roles("administrator", "system_administrator"),
            _("Withdraw"),
            _("Invitation withdrawn"),
            own_body,
        ),
        Move("lapse", ("sent",), "lapsed", roles("system"), _("Lapse"), _("Invitation lapsed")),
    ),
)

APPOINTMENT = StateTable(
    noun="appointment",
    title="Appointment as system administrator",
    states=(
        State("active", _("Active"), "The person keeps the portal running."),
        State("ended", _("Ended"), "The duty has ended.", final=True),
    ),
    moves=(
        Move(
            "appoint",
            (),
            "active",
            roles("system", "system_administrator"),
            _("Appoint"),
            _("System administrator appointed"),
        ),
        Move(
            "dismiss", ("active",), "ended", roles("system", "system_administrator"), _("End"), _("Appointment ended")
        ),
    ),
)

GATEWAY = StateTable(
    noun="gateway",
    title="Gateway",
    states=(
        State("active", _("Active"), "Its credentials are accepted."),
        State("revoked", _("Revoked"), "Its credentials are refused.", final=True),
    ),
    moves=(
        Move(
            "register",
            (),
            "active",
            roles("provider_staff", "administrator", "system_administrator", "system"),
            _("Register a gateway"),
            _("Gateway registered"),
            own_body,
        ),
        Move(
            "rotate",
            ("active",),
            None,
            roles("provider_staff", "administrator", "system"),
            _("Replace the secret"),
            _("Gateway's secret replaced"),
            own_body,
        ),
        Move(
            "end_former",
            ("active",),
            None,
            roles("provider_staff", "administrator"),
            _("End the old secret"),
            _("Gateway's old secret ended"),
            own_body,
        ),
        Move(
            "revoke",
            ("active",),
            "revoked",
            roles("provider_staff", "administrator", "system_administrator"),
            _("Revoke"),
            _("Gateway revoked"),
            own_body,
        ),
    ),
)

DELEGATION = StateTable(
    noun="delegation",
    title="Cover for absence",
    states=(
        State("given", _("Given"), "From its first to its last day the deputy signs in the signatory's place."),
        State("withdrawn", _("Withdrawn"), "It no longer counts. What the deputy signed stays.", final=True),
    ),
    moves=(
        Move(
            "give",
            (),
            "given",
            roles("signatory", "administrator"),
            _("Name a deputy"),
            _("Deputy named to cover an absence"),
            own_duty,
        ),
        Move(
            "withdraw",
            ("given",),
            "withdrawn",
            roles("signatory", "administrator", "person"),
            _("End the cover"),
            _("Cover for absence ended"),
            own_duty,
        ),
    ),
)
