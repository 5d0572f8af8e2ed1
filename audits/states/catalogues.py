"""Lifecycle of an import of a control catalogue: a file is received, then read whole or not at all."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.core.states import Move, State, StateTable, roles

IMPORTERS = roles("case_officer", "system_administrator", "system")
SYSTEM = roles("system")

CATALOGUE_IMPORT = StateTable(
    noun="catalogue_import",
    title="Import of a control catalogue",
    states=(
        State("received", _("Being read"), "The file is kept. Nothing of it is in use before all of it is read."),
        State("done", _("Imported"), "The catalogue is there, beside its earlier versions.", final=True),
        State("failed", _("Not imported"), "Nothing of the file was taken over, for the reason given.", final=True),
    ),
    moves=(
        Move("receive", (), "received", IMPORTERS, _("Import a catalogue"), _("File with a catalogue received")),
        Move("finish", ("received",), "done", SYSTEM, _("Finish"), _("Catalogue imported from the file")),
        Move("fail", ("received",), "failed", SYSTEM, _("Give up"), _("File with a catalogue could not be imported")),
    ),
)

CROSSWALK = StateTable(
    noun="crosswalk",
    title="Crosswalk between catalogues",
    states=(
        State("current", _("Current"), "Answers to one catalogue count for the other by it."),
        State("retired", _("Retired"), "No answer counts by it any more. It is kept.", final=True),
    ),
    moves=(
        Move("import", (), "current", IMPORTERS, _("Import a crosswalk"), _("Crosswalk imported")),
        Move("retire", ("current",), "retired", IMPORTERS, _("Take out of use"), _("Crosswalk taken out of use")),
    ),
)
