"""The lifecycle of a version of the rulebook."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused

OVERSIGHT = roles("oversight_member")


def not_own_proposal(version: Any, actor: Actor) -> Verdict:
    """Whoever proposed a version does not also declare it adopted or rejected."""
    if actor.user_id is not None and actor.user_id == version.proposed_by_id:
        return refused(
            _("You proposed this version, so another member has to record its outcome."),
            code="own_proposal",
            rule="rulebook_version.outcome",
        )
    return ALLOWED


RULEBOOK_VERSION = StateTable(
    noun="rulebook_version",
    title="Rulebook version",
    states=(
        State("draft", _("Draft"), "Being written; the document can still change."),
        State("consultation", _("In consultation"), "Open for comments; the document is fixed."),
        State("voting", _("Being voted on"), "The oversight body decides."),
        State("adopted", _("Adopted"), "Decided, and not yet in force."),
        State("in_force", _("In force"), "The rules that new decisions are made under. There is one such version."),
        State("superseded", _("Superseded"), "A later version is in force. Old decisions still cite it.", final=True),
        State("rejected", _("Rejected"), "Voted down or withdrawn.", final=True),
    ),
    moves=(
        Move(
            "found",
            (),
            "in_force",
            roles("system"),
            _("Found"),
            _("The founding version of the rulebook was put in force"),
        ),
        Move("propose", (), "draft", OVERSIGHT, _("Propose"), _("A new version of the rulebook was proposed")),
        Move("amend", ("draft",), None, OVERSIGHT, _("Change the draft"), _("The draft was changed")),
        Move(
            "open_consultation",
            ("draft",),
            "consultation",
            OVERSIGHT,
            _("Open the consultation"),
            _("The consultation was opened"),
        ),
        Move("call_vote", ("consultation",), "voting", OVERSIGHT, _("Call the vote"), _("The vote was called")),
        Move(
            "adopt",
            ("voting",),
            "adopted",
            OVERSIGHT,
            _("Record the adoption"),
            _("The version was adopted"),
            not_own_proposal,
        ),
        Move(
            "put_in_force",
            ("adopted",),
            "in_force",
            roles("oversight_member", "system"),
            _("Put in force"),
            _("The version was put in force"),
        ),
        Move(
            "supersede",
            ("in_force",),
            "superseded",
            roles("oversight_member", "system"),
            _("Supersede"),
            _("A later version took its place"),
        ),
        Move(
            "reject",
            ("draft", "consultation", "voting"),
            "rejected",
            OVERSIGHT,
            _("Record the rejection"),
            _("The version was rejected"),
        ),
    ),
)
