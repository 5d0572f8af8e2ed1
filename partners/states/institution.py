"""Lifecycle of an institution."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_institution
from portal.core.states import Move, State, StateTable, roles

INSTITUTION = StateTable(
    noun="institution",
    title="Institution",
    states=(State("described", _("Described"), "What kind of institution it is and how it is identified is known."),),
    moves=(
        Move(
            "describe",
            (),
            "described",
            roles("applicant", "administrator", "system"),
            _("Describe the institution"),
            _("Institution described"),
            own_institution,
        ),
        Move(
            "amend",
            ("described",),
            None,
            roles("applicant", "administrator", "system"),
            _("Change details"),
            _("Details of the institution changed"),
            own_institution,
        ),
    ),
)
