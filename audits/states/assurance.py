"""Lifecycles of what checks promises: catalogues, audits and periodic reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits import rules
from portal.core.states import Move, State, StateTable, roles

CATALOGUE = StateTable(
    noun="catalogue",
    title="Control catalogue",
    states=(
        State("current", _("Current"), "New audits may use it."),
        State("retired", _("Retired"), "Kept for the audits that used it; new ones use a later version.", final=True),
    ),
    moves=(
        Move(
            "import",
            (),
            "current",
            roles("system", "case_officer", "system_administrator"),
            _("Import a catalogue"),
            _("Catalogue imported"),
        ),
        Move(
            "retire",
            ("current",),
            "retired",
            roles("system", "case_officer", "system_administrator"),
            _("Retire"),
            _("Catalogue retired"),
        ),
    ),
)

_BEFORE_REPORT = ("planned", "notified", "fieldwork")

AUDIT = StateTable(
    noun="audit",
    title="Audit",
    states=(
        State("planned", _("Planned"), "It has a day and a reason; the partner has not been told to prepare."),
        State("notified", _("Notified"), "The partner knows when it begins and what is looked at."),
        State("fieldwork", _("Fieldwork"), "Auditors test the controls on the checklist and record findings."),
        State("draft_report", _("Draft report"), "The report is written and not yet with the partner."),
        State("partner_response", _("With the partner"), "The partner may respond to the report."),
        State("closed", _("Closed"), "Somebody who did not audit closed it.", final=True),
        State("cancelled", _("Cancelled"), "It does not take place, for the reason given.", final=True),
    ),
    moves=(
        Move("plan", (), "planned", roles("system", "case_officer"), _("Plan an audit"), _("Audit planned")),
        Move(
            "assign",
            _BEFORE_REPORT,
            None,
            roles("case_officer"),
            _("Assign an auditor"),
            _("Auditor assigned"),
            rules.own_authority,
        ),
        Move(
            "unassign",
            _BEFORE_REPORT,
            None,
            roles("case_officer"),
            _("Take an auditor off"),
            _("Auditor taken off"),
            rules.own_authority,
        ),
        Move(
            "reschedule",
            ("planned", "notified"),
            None,
            roles("system", "case_officer"),
            _("Move to another day"),
            _("Audit moved to another day"),
            rules.own_authority,
        ),
        Move(
            "notify",
            ("planned",),
            "notified",
            roles("case_officer", "auditor"),
            _("Announce to the partner"),
            _("Audit announced"),
            rules.may_notify,
        ),
        Move(
            "begin",
            ("notified",),
            "fieldwork",
            roles("auditor"),
            _("Begin fieldwork"),
            _("Fieldwork began"),
            rules.assigned,
        ),
        Move(
            "test_controls",
            ("fieldwork",),
            None,
            roles("auditor"),
            _("Record results"),
            _("Results of controls recorded"),
            rules.assigned,
        ),
        Move(
            "draft",
            ("fieldwork",),
            "draft_report",
            roles("auditor"),
            _("Write the report"),
            _("Report drafted"),
            rules.assigned,
        ),
        Move(
            "resume",
            ("draft_report",),
            "fieldwork",
            roles("auditor"),
            _("Go back to fieldwork"),
            _("Fieldwork resumed"),
            rules.assigned,
        ),
        Move(
            "send_report",
            ("draft_report",),
            "partner_response",
            roles("auditor"),
            _("Send the report to the partner"),
            _("Report sent to the partner"),
            rules.assigned,
        ),
        Move(
            "respond",
            ("partner_response",),
            None,
            roles("applicant"),
            _("Respond to the report"),
            _("The partner responded to the report"),
            rules.may_respond,
        ),
        Move(
            "close",
            ("partner_response",),
            "closed",
            roles("case_officer"),
            _("Close the audit"),
            _("Audit closed"),
            rules.may_close,
        ),
        Move(
            "cancel",
            _BEFORE_REPORT,
            "cancelled",
            roles("case_officer"),
            _("Cancel the audit"),
            _("Audit cancelled"),
            rules.own_authority,
        ),
    ),
)

OBLIGATION = StateTable(
    noun="obligation",
    title="Report that is due",
    states=(
        State("due", _("Due"), "The partner owes the report; past its day it is overdue."),
        State("submitted", _("Submitted"), "A case officer reads it."),
        State("accepted", _("Accepted"), "The report is complete.", final=True),
        State("returned", _("Returned"), "The partner corrects the report and files it again."),
    ),
    moves=(
        Move("plan", (), "due", roles("system"), _("Ask for a report"), _("Report became due")),
        Move(
            "remind",
            ("due", "returned"),
            None,
            roles("system"),
            _("Remind"),
            _("Partner reminded of the report"),
        ),
        Move(
            "escalate",
            ("due", "returned"),
            None,
            roles("system"),
            _("Take the next step about an overdue report"),
            _("Step about an overdue report"),
        ),
        Move(
            "file",
            ("due", "returned"),
            "submitted",
            roles("applicant"),
            _("File the report"),
            _("Report filed"),
            rules.own_institution,
        ),
        Move(
            "accept",
            ("submitted",),
            "accepted",
            roles("case_officer"),
            _("Accept the report"),
            _("Report accepted"),
            rules.own_authority,
        ),
        Move(
            "return",
            ("submitted",),
            "returned",
            roles("case_officer"),
            _("Return for correction"),
            _("Report returned for correction"),
            rules.own_authority,
        ),
    ),
)
