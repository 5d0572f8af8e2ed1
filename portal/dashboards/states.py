"""The lifecycle of a monthly report."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.states import Move, State, StateTable, roles

MONTHLY_REPORT = StateTable(
    noun="monthly_report",
    title="Monthly report",
    states=(State("sealed", _("Sealed"), "Made when the month was over, sealed and never changed.", final=True),),
    moves=(
        Move("seal", (), "sealed", roles("system"), _("Make the report"), _("Monthly report made and sent")),
    ),
)  # fmt: skip
