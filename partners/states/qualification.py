"""Lifecycle of a qualification."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.states import Move, State, StateTable, roles

QUALIFICATION = StateTable(
    noun="qualification",
    title="Qualification",
    states=(
        State("in_force", _("In force"), "The institution is a trusted partner and may hold grants."),
        State("restricted", _("Restricted"), "In force within the limits that a decision named."),
        State("suspended", _("Suspended"), "All access has stopped until the conditions are met."),
        State("lapsed", _("Lapsed"), "Its time ran out, or a new one replaced it.", final=True),
        State("removed", _("Removed"), "Ended by a decision, until a date or for good.", final=True),
    ),
    moves=(
        Move("grant", (), "in_force", roles("signatory"), _("Qualify"), _("Qualification in force")),
        Move(
            "restrict",
            ("in_force", "suspended"),
            "restricted",
            roles("signatory", "system"),
            _("Restrict"),
            _("Qualification restricted"),
        ),
        Move(
            "suspend",
            ("in_force", "restricted"),
            "suspended",
            roles("signatory", "system"),
            _("Suspend"),
            _("Qualification suspended"),
        ),
        Move(
            "reinstate",
            ("restricted", "suspended"),
            "in_force",
            roles("signatory", "system"),
            _("Reinstate"),
            _("Qualification reinstated"),
        ),
        Move(
            "remove",
            ("in_force", "restricted", "suspended"),
            "removed",
            roles("signatory", "system"),
            _("Remove"),
            _("Qualification removed"),
        ),
        Move(
            "restore",
            ("removed",),
            "in_force",
            roles("system"),
            _("Restore"),
            _("Qualification restored: the decision that removed it does not stand"),
        ),
        Move(
            "replace",
            ("in_force",),
            "lapsed",
            roles("signatory"),
            _("Replace"),
            _("Replaced by a new qualification"),
        ),
        Move(
            "lapse",
            ("in_force", "restricted", "suspended"),
            "lapsed",
            roles("system"),
            _("Lapse"),
            _("Qualification lapsed"),
        ),
        Move(
            "remind",
            ("in_force", "restricted", "suspended"),
            None,
            roles("system"),
            _("Remind"),
            _("Reminder of the end of the qualification"),
        ),
    ),
)
