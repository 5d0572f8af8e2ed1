"""Lifecycle of a person who is named for access."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_institution
from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused

KEEPERS = roles("applicant", "administrator")
"""Who looks after the people of an institution."""
MEMBERS = roles("applicant", "administrator", "named_person")


def is_self(subject: Any, actor: Actor) -> bool:
    """Whether the actor is the person: by the linked account, or by the address that the account has proven to read."""
    if subject.user_id is not None:
        return bool(subject.user_id == actor.user_id)
    return actor.user is not None and actor.user.email.lower() == subject.email.lower()


def somebody_else(subject: Any, actor: Actor) -> Verdict:
    """Nobody vouches for themselves: checks are recorded and revoked by a colleague of the institution."""
    if not (own := own_institution(subject, actor)):
        return own
    if is_self(subject, actor):
        return refused(
            _("Nobody records a check of their own. Ask a colleague who looks after your institution’s people."),
            code="own_check",
            rule="people.own_check",
        )
    return ALLOWED


def themselves(subject: Any, actor: Actor) -> Verdict:
    """The rules for people with access are accepted by the person, and by nobody for them."""
    if actor.body_id == subject.institution_id and is_self(subject, actor):
        return ALLOWED
    return refused(_("Only the person can accept the rules."), code="other_person", rule="people.agreement")


PERSON = StateTable(
    noun="person",
    title="Person with access",
    states=(
        State("named", _("Named"), "May use what was granted, while every check holds and the rules are accepted."),
        State("left", _("Left"), "Has no access any more. A return is a new naming, with new checks.", final=True),
    ),
    moves=(
        Move("name", (), "named", KEEPERS, _("Name a person"), _("Person named for access"), own_institution),
        Move("amend", ("named",), None, KEEPERS, _("Change details"), _("Details changed"), own_institution),
        Move("record_check", ("named",), None, KEEPERS, _("Record a check"), _("Check recorded"), somebody_else),
        Move("revoke_check", ("named",), None, KEEPERS, _("Revoke a check"), _("Check revoked"), somebody_else),
        Move("accept", ("named",), None, MEMBERS, _("Accept the rules"), _("Rules accepted"), themselves),
        Move("remind", ("named",), None, roles("system"), _("Remind"), _("Warned of a lapse")),
        Move(
            "end",
            ("named",),
            "left",
            KEEPERS | roles("system"),
            _("End access"),
            _("Access ended"),
            own_institution,
        ),
    ),
)
