"""The lifecycle of findings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits import rules
from portal.core.states import Move, State, StateTable, roles

FINDING = StateTable(
    noun="finding",
    title="Finding",
    states=(
        State("open", _("Open"), "The partner owes a plan."),
        State("plan_agreed", _("Plan agreed"), "The partner carries out the plan."),
        State("remediated", _("Remediated"), "The partner says that it is put right; an auditor checks."),
        State("verified", _("Verified"), "An auditor saw that it is put right.", final=True),
        State("risk_accepted", _("Risk accepted"), "A signatory accepted the risk until a date."),
    ),
    moves=(
        Move("record", (), "open", roles("auditor"), _("Record a finding"), _("Finding recorded"), rules.assigned),
        Move(
            "propose_plan",
            ("open",),
            None,
            roles("applicant"),
            _("Propose a plan"),
            _("Plan proposed"),
            rules.own_institution,
        ),
        Move(
            "return_plan",
            ("open",),
            None,
            roles("auditor"),
            _("Ask for another plan"),
            _("Another plan asked for"),
            rules.may_agree_plan,
        ),
        Move(
            "agree_plan",
            ("open",),
            "plan_agreed",
            roles("auditor"),
            _("Agree to the plan"),
            _("Plan agreed"),
            rules.may_agree_plan,
        ),
        Move(
            "extend",
            ("open", "plan_agreed"),
            None,
            roles("case_officer"),
            _("Give more time"),
            _("More time given"),
            rules.own_authority,
        ),
        Move(
            "escalate",
            ("open", "plan_agreed"),
            None,
            roles("system"),
            _("Take the next step about an overdue finding"),
            _("Step about an overdue finding"),
        ),
        Move(
            "remediate",
            ("plan_agreed",),
            "remediated",
            roles("applicant"),
            _("Report as put right"),
            _("Remediation reported"),
            rules.own_institution,
        ),
        Move(
            "send_back",
            ("remediated",),
            "plan_agreed",
            roles("auditor"),
            _("Send back"),
            _("Remediation not sufficient"),
            rules.assigned_to_finding,
        ),
        Move(
            "verify",
            ("remediated",),
            "verified",
            roles("auditor"),
            _("Verify the remediation"),
            _("Remediation verified"),
            rules.may_verify,
        ),
        Move(
            "accept_risk",
            ("open", "plan_agreed"),
            "risk_accepted",
            roles("signatory"),
            _("Accept the risk"),
            _("Risk accepted"),
            rules.may_accept_risk,
        ),
        Move(
            "reopen",
            ("risk_accepted",),
            "open",
            roles("system"),
            _("Open again"),
            _("The acceptance of the risk ended"),
        ),
    ),
)
