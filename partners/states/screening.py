"""Lifecycles of loaded lists of names, and of what resembles a name on one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_authority
from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import Verdict


def _own_or_system(subject: Any, actor: Actor) -> Verdict:
    if actor.has("system"):
        return Verdict(True)
    return own_authority(subject, actor)


OFFICER = roles("case_officer")
SYSTEM = roles("system")

NAME_LIST = StateTable(
    noun="name_list",
    title="List of names",
    states=(
        State("loading", _("Loading"), "It is being read. Nothing is compared with it before it is there as a whole."),
        State("current", _("In use"), "Names are compared with it."),
        State("superseded", _("Replaced"), "A newer load of the same list is in use. It is kept.", final=True),
        State("retired", _("No longer used"), "Taken out of use with a reason. It is kept.", final=True),
        State("failed", _("Not loaded"), "It could not be read, and nothing of it was taken over.", final=True),
    ),
    moves=(
        Move(
            "load",
            (),
            "loading",
            OFFICER | SYSTEM,
            _("Load a list"),
            _("List of names received"),
            _own_or_system,
        ),
        Move("finish", ("loading",), "current", SYSTEM, _("Put in use"), _("List of names in use")),
        Move("fail", ("loading",), "failed", SYSTEM, _("Give up"), _("List of names could not be read")),
        Move("supersede", ("current",), "superseded", SYSTEM, _("Replace"), _("List of names replaced")),
        Move(
            "retire",
            ("current",),
            "retired",
            OFFICER,
            _("Take out of use"),
            _("List of names taken out of use"),
            own_authority,
        ),
    ),
)

HIT = StateTable(
    noun="hit",
    title="Resemblance",
    states=(
        State(
            "open", _("To be looked at"), "A name resembles one on a list. Nothing follows until a person has looked."
        ),
        State("cleared", _("Cleared"), "Somebody else is meant, for the reason given."),
        State("confirmed", _("Confirmed"), "The same is meant. It is part of what signatories read."),
    ),
    moves=(
        Move("find", (), "open", SYSTEM, _("Find"), _("A name resembles one on a list")),
        Move("clear", ("open", "confirmed"), "cleared", OFFICER, _("Clear"), _("Resemblance cleared"), own_authority),
        Move(
            "confirm",
            ("open", "cleared"),
            "confirmed",
            OFFICER,
            _("Confirm"),
            _("Resemblance confirmed"),
            own_authority,
        ),
    ),
)
"""A person may correct what was decided; the record keeps both. Nothing is ever refused by a resemblance alone."""
