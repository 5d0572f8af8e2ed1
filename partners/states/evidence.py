"""Lifecycle of a document."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_institution
from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict

UPLOADERS = roles("applicant", "auditor", "case_officer", "system")
CHECKERS = roles("person", "applicant", "system")


def uploader(subject: Any, actor: Actor) -> Verdict:
    """Applicants upload for their own institution; people of an authority to what they work on."""
    return ALLOWED if actor.has("auditor", "case_officer") else own_institution(subject, actor)


UPLOAD = StateTable(
    noun="evidence",
    title="Document",
    states=(
        State("received", _("Being checked"), "Has arrived and is being checked. Nobody can open it."),
        State(
            "quarantined",
            _("Waiting for scan"),
            "Passed the other checks, but the scanner did not answer. Nobody can open it, and it answers nothing.",
        ),
        State("stored", _("Stored"), "Passed the checks. Those who may see it can download it."),
        State("refused", _("Refused"), "Did not pass the checks; only its name and the reason are kept.", final=True),
        State("abandoned", _("Abandoned"), "The upload was never finished.", final=True),
    ),
    moves=(
        Move(
            "receive",
            (),
            "received",
            UPLOADERS,
            _("Upload"),
            _("Document received"),
            uploader,
        ),
        Move(
            "quarantine",
            ("received",),
            "quarantined",
            CHECKERS,
            _("Quarantine"),
            _("Document waits for the malware scan"),
        ),
        Move(
            "recall",
            ("stored",),
            "quarantined",
            roles("system"),
            _("Recall"),
            _("Malware found in a document that was stored before there was a scanner"),
        ),
        Move("store", ("received", "quarantined"), "stored", CHECKERS, _("Store"), _("Document stored")),
        Move("refuse", ("received", "quarantined"), "refused", CHECKERS, _("Refuse"), _("Document refused")),
        Move("abandon", ("received",), "abandoned", roles("system"), _("Abandon"), _("Upload abandoned")),
        Move(
            "describe",
            ("stored",),
            None,
            roles("applicant"),
            _("Change kind, marking or validity"),
            _("Document described anew"),
            own_institution,
        ),
        Move("remind", ("stored",), None, roles("system"), _("Remind"), _("Reminder of the end of the document")),
    ),
)
