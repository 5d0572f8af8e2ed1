"""Lifecycle of what anybody tells the authorities through the public form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.parties import own_authority
from portal.core.states import Move, State, StateTable, roles

PUBLIC_REPORT = StateTable(
    noun="public_report",
    title="Report from the public",
    states=(
        State("received", _("Received"), "A case officer of the authority named reads it."),
        State("taken_up", _("Taken up"), "It became an incident; its code tells how that stands.", final=True),
        State("set_aside", _("Set aside"), "Read, and nothing follows; the reason stands under its code.", final=True),
    ),
    moves=(
        Move("receive", (), "received", roles("system"), _("Send the report"), _("Report from the public received")),
        Move(
            "ask",
            ("received", "taken_up"),
            None,
            roles("case_officer"),
            _("Write to the reporter"),
            _("Written to the reporter"),
            own_authority,
        ),
        Move(
            "answer",
            ("received", "taken_up"),
            None,
            roles("system"),
            _("Send your answer"),
            _("The reporter wrote"),
        ),
        Move(
            "take_up",
            ("received",),
            "taken_up",
            roles("case_officer"),
            _("Take it up as an incident"),
            _("Taken up as an incident"),
            own_authority,
        ),
        Move(
            "set_aside",
            ("received",),
            "set_aside",
            roles("case_officer"),
            _("Set it aside"),
            _("Set aside"),
            own_authority,
        ),
    ),
)
