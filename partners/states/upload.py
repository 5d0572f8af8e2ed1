"""Lifecycle of a large file that arrives in parts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_institution
from portal.core.states import Move, State, StateTable, roles

LARGE_UPLOAD = StateTable(
    noun="upload",
    title="Large upload",
    states=(
        State("begun", _("Not finished"), "Some parts of the file have arrived. It can be gone on with for a week."),
        State("arrived", _("Being checked"), "All parts are here. They are put together, looked into and scanned."),
        State("settled", _("Finished"), "The document says what became of the file; the parts are gone.", final=True),
        State("cancelled", _("Cancelled"), "Given up by the institution; the parts are gone.", final=True),
        State("expired", _("Expired"), "Nobody went on with it in time; the parts are gone.", final=True),
    ),
    moves=(
        Move("begin", (), "begun", roles("applicant"), _("Upload"), _("Upload of a large file begun"), own_institution),
        Move(
            "finish",
            ("begun",),
            "arrived",
            roles("applicant"),
            _("Finish"),
            _("Last part of a large file arrived"),
            own_institution,
        ),
        Move("settle", ("arrived",), "settled", roles("system"), _("Settle"), _("Large file checked")),
        Move(
            "cancel",
            ("begun",),
            "cancelled",
            roles("applicant"),
            _("Cancel the upload"),
            _("Upload of a large file cancelled"),
            own_institution,
        ),
        Move("expire", ("begun",), "expired", roles("system"), _("Expire"), _("Upload of a large file expired")),
    ),
)
