"""Lifecycles of a case's file: one that is made for somebody, and one that came from another authority."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_authority
from portal.core.states import Move, State, StateTable, roles

CASE_FILE = StateTable(
    noun="case_file",
    title="Case file",
    states=(
        State("asked", _("Being made"), "Its parts are put together; the page says how far it is."),
        State("ready", _("Ready"), "It is sealed and can be taken, each time with an entry in the record."),
        State("failed", _("Not made"), "A part of it could not be read. It can be asked for again.", final=True),
    ),
    moves=(
        Move(
            "ask", (), "asked", roles("case_officer"), _("Make the case file"), _("Case file asked for"), own_authority
        ),
        Move("finish", ("asked",), "ready", roles("system"), _("Finish"), _("Case file made and sealed")),
        Move("fail", ("asked",), "failed", roles("system"), _("Give up"), _("Case file could not be made")),
        Move(
            "take",
            ("ready",),
            None,
            roles("case_officer"),
            _("Take the case file"),
            _("Case file taken"),
            own_authority,
        ),
    ),
)

IMPORTED_CASE = StateTable(
    noun="imported_case",
    title="Imported case file",
    states=(State("kept", _("Kept"), "A case file of another authority, checked and kept as it came."),),
    moves=(
        Move(
            "take_in",
            (),
            "kept",
            roles("case_officer"),
            _("Take in a case file"),
            _("Case file of another authority taken in"),
            own_authority,
        ),
        Move(
            "take", ("kept",), None, roles("case_officer"), _("Take the file"), _("Imported file taken"), own_authority
        ),
    ),
)
