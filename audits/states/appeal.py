"""The lifecycle of appeals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.appeal import may_judge
from audits.rules.parties import own_institution
from portal.core.states import Move, State, StateTable, roles

APPEAL = StateTable(
    noun="appeal",
    title="Appeal",
    states=(
        State(
            "lodged", _("Lodged"), "It is checked whether the appeal is open to this partner, on this ground, in time."
        ),
        State("admitted", _("Admitted"), "A panel of people and bodies without a part in the decision is drawn."),
        State("heard", _("Heard"), "The panel has heard both sides."),
        State("upheld", _("Upheld"), "The decision is set aside.", final=True),
        State("varied", _("Varied"), "The decision is changed.", final=True),
        State("dismissed", _("Dismissed"), "The decision stands.", final=True),
        State("withdrawn", _("Withdrawn"), "Taken back by the partner.", final=True),
    ),
    moves=(
        Move(
            "lodge",
            (),
            "lodged",
            roles("applicant"),
            _("Lodge an appeal"),
            _("Appeal lodged"),
            own_institution,
        ),
        Move(
            "admit",
            ("lodged",),
            "admitted",
            roles("signatory", "oversight_member"),
            _("Admit"),
            _("Appeal admitted"),
            may_judge,
        ),
        Move(
            "reject",
            ("lodged",),
            "dismissed",
            roles("signatory", "oversight_member"),
            _("Reject as not open"),
            _("Appeal rejected as not open"),
            may_judge,
        ),
        Move(
            "hear",
            ("admitted",),
            "heard",
            roles("signatory", "oversight_member"),
            _("Record the hearing"),
            _("Appeal heard"),
            may_judge,
        ),
        Move(
            "uphold",
            ("heard",),
            "upheld",
            roles("signatory", "oversight_member"),
            _("Uphold"),
            _("Appeal upheld"),
            may_judge,
        ),
        Move(
            "vary",
            ("heard",),
            "varied",
            roles("signatory", "oversight_member"),
            _("Vary the decision"),
            _("Decision varied on appeal"),
            may_judge,
        ),
        Move(
            "dismiss",
            ("heard",),
            "dismissed",
            roles("signatory", "oversight_member"),
            _("Dismiss"),
            _("Appeal dismissed"),
            may_judge,
        ),
        Move(
            "withdraw",
            ("lodged", "admitted", "heard"),
            "withdrawn",
            roles("applicant"),
            _("Withdraw the appeal"),
            _("Appeal withdrawn"),
            own_institution,
        ),
    ),
)
