"""The lifecycle of a signing key: published before its use, and while anything that it signed may be valid."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.keys.purposes import PUBLISHED_AHEAD

PUBLISHED = ("upcoming", "active", "retired")
"""States of a key in which others are told of it."""


def published_long_enough(key: Any, actor: Actor) -> Verdict:
    """Nobody meets a signature whose key their cache does not have yet. The first key of a purpose has no caches."""
    if key.replaces_none or key.replaces_withdrawn or key.created_at + PUBLISHED_AHEAD <= clock.now():
        return ALLOWED
    return refused(
        _("The next key was published less than a day ago: caches may not have it yet."),
        code="too_soon",
        rule="signing_key.activate",
    )


def time_is_over(key: Any, actor: Actor) -> Verdict:
    """A retired key stays published while anything that it signed may be valid."""
    if key.published_until is not None and key.published_until <= clock.now():
        return ALLOWED
    return refused(_("What this key signed may still be valid."), code="too_soon", rule="signing_key.end")


_KEEPERS = roles("system", "system_administrator")

SIGNING_KEY = StateTable(
    noun="signing_key",
    title="Signing key",
    states=(
        State("upcoming", _("Published, not in use"), "Others can fetch it. It signs when its turn comes."),
        State("active", _("In use"), "The one key of its purpose that signs."),
        State("retired", _("No longer signs"), "Published still, because what it signed may be valid."),
        State("ended", _("Ended"), "Nothing that it signed is valid any more. No longer published.", final=True),
        State("withdrawn", _("Withdrawn"), "Nobody is to trust it: no longer published from that moment.", final=True),
    ),
    moves=(
        Move("prepare", (), "upcoming", _KEEPERS, _("Make the next key"), _("Signing key made and published")),
        Move(
            "activate", ("upcoming",), "active", _KEEPERS, _("Take into use"), _("Signing key taken into use"),
            published_long_enough,
        ),
        Move("retire", ("active",), "retired", _KEEPERS, _("Replace by the next"), _("Signing key replaced")),
        Move(
            "end", ("retired",), "ended", roles("system"), _("End"), _("Signing key no longer published"), time_is_over,
        ),
        Move(
            "withdraw", PUBLISHED, "withdrawn", roles("system_administrator"), _("Withdraw, because it leaked"),
            _("Signing key withdrawn"),
        ),
        Move(
            "wrap_anew", PUBLISHED, None, roles("system"), _("Encrypt by the present key"),
            _("Signing key encrypted anew"),
        ),
    ),
)  # fmt: skip
