"""The lifecycle of incidents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.incident import may_close_incident, may_report, party_to
from audits.rules.parties import own_authority
from portal.core.states import Move, State, StateTable, roles

_RUNNING = ("reported", "triaged", "contained", "resolved")
_OWING = (*_RUNNING, "duplicate")
"""A law that bound a duplicate alone goes on binding, so that its reports are filed there."""

INCIDENT = StateTable(
    noun="incident",
    title="Incident",
    states=(
        State("reported", _("Reported"), "A case officer looks at it and sets its severity."),
        State("triaged", _("Triaged"), "Its severity is set and the deadlines run; it is being contained."),
        State("contained", _("Contained"), "It does no further harm; the cause is being removed."),
        State("resolved", _("Resolved"), "Cause and lessons are written down; somebody else checks."),
        State("closed", _("Closed"), "Somebody who did not resolve it closed it.", final=True),
        State("duplicate", _("Duplicate"), "The same as another incident, where work goes on."),
        State("unfounded", _("Unfounded"), "Looked into; nothing of the kind happened.", final=True),
    ),
    moves=(
        Move(
            "report",
            (),
            "reported",
            roles("applicant", "provider_staff", "case_officer", "auditor"),
            _("Report an incident"),
            _("Incident reported"),
            may_report,
        ),
        Move(
            "add_update",
            _RUNNING,
            None,
            roles("applicant", "provider_staff", "case_officer"),
            _("Add an update"),
            _("Update added"),
            party_to,
        ),
        Move(
            "triage",
            ("reported",),
            "triaged",
            roles("case_officer"),
            _("Triage"),
            _("Incident triaged"),
            own_authority,
        ),
        Move(
            "reclassify",
            ("triaged", "contained"),
            None,
            roles("case_officer"),
            _("Change the severity"),
            _("Severity changed"),
            own_authority,
        ),
        Move(
            "hold",
            ("reported", "triaged", "contained"),
            None,
            roles("signatory"),
            _("Stop access"),
            _("Access stopped because of this incident"),
        ),
        Move(
            "contain",
            ("triaged",),
            "contained",
            roles("case_officer"),
            _("Record as contained"),
            _("Incident contained"),
            own_authority,
        ),
        Move(
            "resolve",
            ("contained",),
            "resolved",
            roles("case_officer"),
            _("Record as resolved"),
            _("Incident resolved"),
            own_authority,
        ),
        Move(
            "reopen",
            ("resolved",),
            "contained",
            roles("case_officer"),
            _("Work on it again"),
            _("Incident taken up again"),
            own_authority,
        ),
        Move(
            "close",
            ("resolved",),
            "closed",
            roles("case_officer"),
            _("Close the incident"),
            _("Incident closed"),
            may_close_incident,
        ),
        Move(
            "mark_duplicate",
            ("reported", "triaged", "contained"),
            "duplicate",
            roles("case_officer"),
            _("Mark as a duplicate"),
            _("Marked as a duplicate"),
            own_authority,
        ),
        Move(
            "take_back",
            ("duplicate",),
            "reported",
            roles("case_officer"),
            _("It is no duplicate after all"),
            _("Is no duplicate after all"),
            own_authority,
        ),
        Move(
            "dismiss",
            ("reported", "triaged"),
            "unfounded",
            roles("case_officer"),
            _("Record as unfounded"),
            _("Recorded as unfounded"),
            own_authority,
        ),
        Move(
            "meet_deadline",
            _OWING,
            None,
            roles("applicant", "provider_staff", "case_officer"),
            _("File what is due"),
            _("Filed what was due"),
            party_to,
        ),
        Move(
            "mark",
            _RUNNING,
            None,
            roles("case_officer"),
            _("Set the marking"),
            _("Marking and techniques set"),
            own_authority,
        ),
        Move(
            "set_aside_deadline",
            _OWING,
            None,
            roles("case_officer"),
            _("Set a duty aside"),
            _("A duty to report was found not to apply"),
            own_authority,
        ),
        Move("warn", _OWING, None, roles("system"), _("Warn"), _("A deadline is near")),
        Move("miss_deadline", _OWING, None, roles("system"), _("Note a missed deadline"), _("A deadline was missed")),
    ),
)
