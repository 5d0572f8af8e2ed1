"""Lifecycle of a person's removal from the scheme."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused

SIGNATORY = roles("signatory")


def for_an_authority(subject: Any, actor: Actor) -> Verdict:
    """Removals are decided for an authority, and never about oneself."""
    if actor.body_kind != "authority":
        return refused(_("Only an authority decides this."), code="wrong_body", rule="removal")
    if subject.user_id is not None and subject.user_id == actor.user_id:
        return refused(_("Nobody decides about themselves."), code="own_case", rule="removal")
    return ALLOWED


def the_same_authority(subject: Any, actor: Actor) -> Verdict:
    """Whoever removed somebody takes them back."""
    if actor.body_id != subject.authority_id:
        return refused(
            _("Only the authority that removed this person may take the removal back."),
            code="other_body",
            rule="removal",
        )
    return for_an_authority(subject, actor)


PERSON_REMOVAL = StateTable(
    noun="person_removal",
    title="Removal of a person",
    states=(
        State("in_force", _("Removed"), "Has no access by any institution, until its last day or for good."),
        State("lifted", _("Taken back"), "The authority took the removal back, with a reason.", final=True),
    ),
    moves=(
        Move(
            "remove",
            (),
            "in_force",
            SIGNATORY,
            _("Remove from the scheme"),
            _("Person removed from the scheme"),
            for_an_authority,
        ),
        Move(
            "lift",
            ("in_force",),
            "lifted",
            SIGNATORY,
            _("Take the removal back"),
            _("Removal of a person taken back"),
            the_same_authority,
        ),
    ),
)
"""The last day passes by itself: whatever asks whether somebody is removed looks at the day."""
