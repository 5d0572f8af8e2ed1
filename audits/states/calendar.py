"""The lifecycle of a calendar feed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.programme import own_feed
from portal.core.states import Move, State, StateTable, roles

CALENDAR_FEED = StateTable(
    noun="calendar_feed",
    title="Calendar feed",
    states=(
        State("active", _("Active"), "Whoever has the address reads the person's audits."),
        State("revoked", _("Revoked"), "The address answers nothing any more.", final=True),
    ),
    moves=(
        Move(
            "issue",
            (),
            "active",
            roles("auditor"),
            _("Make a calendar address"),
            _("Calendar address made"),
            own_feed,
        ),
        Move(
            "revoke",
            ("active",),
            "revoked",
            roles("auditor", "system"),
            _("Revoke the address"),
            _("Calendar address revoked"),
            own_feed,
        ),
    ),
)
