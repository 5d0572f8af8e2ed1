"""The lifecycle of enforcement cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.enforcement import may_answer, may_hear, may_sign
from audits.rules.parties import own_authority
from portal.core.states import Move, State, StateTable, roles

_UNDECIDED = ("opened", "notice_given", "heard")

ENFORCEMENT = StateTable(
    noun="enforcement",
    title="Enforcement case",
    states=(
        State("opened", _("Opened"), "The facts are being put together."),
        State("notice_given", _("Notice given"), "The partner knows what is proposed and why, and may answer."),
        State("heard", _("Heard"), "The partner’s side is on file; signatories decide."),
        State("decided", _("Decided"), "A warning, restriction, suspension, removal, or no action.", final=True),
    ),
    moves=(
        Move(
            "open",
            (),
            "opened",
            roles("case_officer", "system"),
            _("Open an enforcement case"),
            _("Enforcement case opened"),
            own_authority,
        ),
        Move(
            "suspend_at_once",
            _UNDECIDED,
            None,
            roles("signatory"),
            _("Stop all access at once"),
            _("Emergency suspension placed"),
        ),
        Move(
            "give_notice",
            ("opened",),
            "notice_given",
            roles("case_officer"),
            _("Give notice to the partner"),
            _("Notice given to the partner"),
            own_authority,
        ),
        Move(
            "answer",
            ("notice_given",),
            None,
            roles("applicant"),
            _("Answer the notice"),
            _("The partner answered the notice"),
            may_answer,
        ),
        Move(
            "hear",
            ("notice_given",),
            "heard",
            roles("case_officer"),
            _("Send to the signatories"),
            _("Sent to the signatories"),
            may_hear,
        ),
        Move("sign", ("heard",), None, roles("signatory"), _("Sign"), _("Decision signed"), may_sign),
        Move(
            "decide",
            ("heard",),
            "decided",
            roles("signatory"),
            _("Decide"),
            _("Enforcement case decided"),
            may_sign,
        ),
        Move(
            "drop",
            ("opened", "notice_given", "heard"),
            "decided",
            roles("signatory"),
            _("Decide on no action"),
            _("Decided: no action"),
            may_sign,
        ),
    ),
)
