"""Lifecycles of findings, and of accepting the risk of one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.acceptance import had_no_part
from audits.rules.finding import may_agree_plan, may_verify
from audits.rules.parties import assigned, own_authority, own_institution
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
        Move("record", (), "open", roles("auditor"), _("Record a finding"), _("Finding recorded"), assigned),
        Move(
            "propose_plan",
            ("open",),
            None,
            roles("applicant"),
            _("Propose a plan"),
            _("Plan proposed"),
            own_institution,
        ),
        Move(
            "return_plan",
            ("open",),
            None,
            roles("auditor"),
            _("Ask for another plan"),
            _("Another plan asked for"),
            may_agree_plan,
        ),
        Move(
            "agree_plan",
            ("open",),
            "plan_agreed",
            roles("auditor"),
            _("Agree to the plan"),
            _("Plan agreed"),
            may_agree_plan,
        ),
        Move(
            "extend",
            ("open", "plan_agreed"),
            None,
            roles("case_officer"),
            _("Give more time"),
            _("More time given"),
            own_authority,
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
            own_institution,
        ),
        Move(
            "send_back",
            ("remediated",),
            "plan_agreed",
            roles("auditor"),
            _("Send back"),
            _("Remediation not sufficient"),
            may_verify,
        ),
        Move(
            "verify",
            ("remediated",),
            "verified",
            roles("auditor"),
            _("Verify the remediation"),
            _("Remediation verified"),
            may_verify,
        ),
        Move(
            "propose_acceptance",
            ("open", "plan_agreed"),
            None,
            roles("case_officer"),
            _("Propose to accept the risk"),
            _("Acceptance of the risk proposed"),
            own_authority,
        ),
        Move(
            "accept_risk",
            ("open", "plan_agreed"),
            "risk_accepted",
            roles("signatory"),
            _("Accept the risk"),
            _("Risk accepted"),
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

RISK_ACCEPTANCE = StateTable(
    noun="risk_acceptance",
    title="Acceptance of a risk",
    states=(
        State("proposed", _("Proposed"), "Signatories read it and decide by the rulebook’s quorum."),
        State("in_force", _("In force"), "The risk is borne until its day."),
        State("refused", _("Refused"), "A signatory refused: the finding has to be put right.", final=True),
        State("withdrawn", _("Withdrawn"), "Whoever proposed it took it back.", final=True),
        State("ended", _("Ended"), "Its day came, or a signatory ended it: the finding is open again.", final=True),
    ),
    moves=(
        Move(
            "propose",
            (),
            "proposed",
            roles("case_officer"),
            _("Propose to accept the risk"),
            _("Acceptance of the risk proposed"),
            own_authority,
        ),
        Move(
            "sign",
            ("proposed",),
            None,
            roles("signatory"),
            _("Sign the acceptance"),
            _("Acceptance signed"),
            had_no_part,
        ),
        Move(
            "take_effect",
            ("proposed",),
            "in_force",
            roles("signatory"),
            _("Put into force"),
            _("The quorum is met: the risk is accepted"),
        ),
        Move(
            "refuse",
            ("proposed",),
            "refused",
            roles("signatory"),
            _("Refuse to sign"),
            _("Acceptance refused"),
            had_no_part,
        ),
        Move(
            "withdraw",
            ("proposed",),
            "withdrawn",
            roles("case_officer"),
            _("Take it back"),
            _("Proposal taken back"),
            own_authority,
        ),
        Move(
            "revoke",
            ("in_force",),
            "ended",
            roles("signatory"),
            _("End it early"),
            _("Acceptance ended early"),
            own_authority,
        ),
        Move("end", ("in_force",), "ended", roles("system"), _("End it"), _("Its day came")),
    ),
)
