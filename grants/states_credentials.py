"""Lifecycles of holders' keys and of the credentials that are issued to them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.states_places import own_institution
from portal.accounts.rules import freshly_confirmed
from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import Verdict, first_refusal

_KEEPERS = roles("applicant", "representative", "administrator")


def own_and_confirmed(subject: Any, actor: Actor) -> Verdict:
    """Whoever says which key stands for the institution belongs to it, and has just shown a second factor."""
    return first_refusal(own_institution(subject, actor), lambda: freshly_confirmed(actor))


HOLDER_KEY = StateTable(
    noun="holder_key",
    title="Key of a holder",
    states=(
        State(
            "registered", _("Registered"), "Credentials are bound to it: only who has its private half presents them.",
        ),
        State("withdrawn", _("Withdrawn"), "No credential bound to it is valid any more.", final=True),
    ),
    moves=(
        Move("register", (), "registered", _KEEPERS, _("Register a key"), _("Key registered"), own_and_confirmed),
        Move(
            "withdraw", ("registered",), "withdrawn", _KEEPERS | roles("system"), _("Withdraw the key"),
            _("Key withdrawn"), own_institution,
        ),
    ),
)  # fmt: skip

CREDENTIAL = StateTable(
    noun="credential",
    title="Credential",
    states=(
        State(
            "issued", _("Issued"),
            "Counts, unless its status list says suspended: whatever holds the grant is told there, and lifted there.",
        ),
        State("superseded", _("Replaced"), "A later one for the same grant and key took its place.", final=True),
        State("revoked", _("Revoked"), "Its key was withdrawn.", final=True),
        State("ended", _("Ended"), "Its grant has ended.", final=True),
    ),
    moves=(
        Move("issue", (), "issued", _KEEPERS | roles("system"), _("Issue"), _("Credential issued"), own_institution),
        Move(
            "supersede", ("issued",), "superseded", _KEEPERS | roles("system"), _("Replace"), _("Credential replaced"),
        ),
        Move("revoke", ("issued",), "revoked", _KEEPERS | roles("system"), _("Revoke"), _("Credential revoked")),
        Move("end", ("issued",), "ended", roles("system"), _("End"), _("Credential ended with its grant")),
        Move(
            "download", ("issued",), None, _KEEPERS | roles("system"), _("Download"), _("Credential handed out"),
            own_institution,
        ),
    ),
)  # fmt: skip
