"""The lifecycle of appeals, and of what is published of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.appeal import may_admit, may_state
from audits.rules.panel import may_call, may_hear, may_note, may_stay, on_panel
from audits.rules.parties import own_institution
from portal.core.states import Move, State, StateTable, roles

_PANEL = roles("signatory", "oversight_member")
_SITTING = ("admitted", "heard")

APPEAL = StateTable(
    noun="appeal",
    title="Appeal",
    states=(
        State(
            "lodged", _("Lodged"), "It is checked whether the appeal is open to this partner, on this ground, in time."
        ),
        State("admitted", _("Admitted"), "A panel of people and bodies without a part in the decision is drawn."),
        State("heard", _("Heard"), "The panel has heard both sides."),
        State(
            "upheld", _("Upheld"), "The decision is set aside; what was refused is decided anew by others.", final=True
        ),
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
        Move("admit", ("lodged",), "admitted", _PANEL, _("Admit"), _("Appeal admitted"), may_admit),
        Move(
            "reject",
            ("lodged",),
            "dismissed",
            _PANEL,
            _("Reject as not open"),
            _("Appeal rejected as not open"),
            may_admit,
        ),
        Move("draw", _SITTING, None, roles("system"), _("Draw the panel"), _("Panel drawn by lot")),
        Move(
            "lack",
            _SITTING,
            None,
            roles("system"),
            _("Tell that the panel is not complete"),
            _("There are too few people without a part for the panel"),
        ),
        Move("decline", _SITTING, None, _PANEL, _("Leave the panel"), _("A member left the panel"), on_panel),
        Move(
            "grant_stay",
            ("admitted",),
            None,
            _PANEL,
            _("Stay the effect"),
            _("The effect of the decision is stayed"),
            may_stay,
        ),
        Move(
            "refuse_stay",
            ("admitted",),
            None,
            _PANEL,
            _("Leave the effect in force"),
            _("The effect of the decision is not stayed"),
            may_stay,
        ),
        Move("end_stay", _SITTING, None, roles("system"), _("End the stay"), _("The stay has ended")),
        Move(
            "call_hearing",
            ("admitted",),
            None,
            _PANEL,
            _("Call the hearing"),
            _("Both sides were called to a hearing"),
            may_call,
        ),
        Move(
            "state",
            ("lodged", "admitted"),
            None,
            roles("applicant", "case_officer"),
            _("Add a statement"),
            _("A side added a statement"),
            may_state,
        ),
        Move("note", ("admitted",), None, _PANEL, _("Write a hearing note"), _("Hearing note written"), may_note),
        Move("hear", ("admitted",), "heard", _PANEL, _("Close the hearing"), _("Appeal heard"), may_hear),
        Move("draft", ("heard",), None, _PANEL, _("Draft the decision"), _("Decision drafted"), on_panel),
        Move("vote", ("heard",), None, _PANEL, _("Vote"), _("A member voted"), on_panel),
        Move("uphold", ("heard",), "upheld", _PANEL, _("Uphold"), _("Appeal upheld"), on_panel),
        Move("vary", ("heard",), "varied", _PANEL, _("Vary the decision"), _("Decision varied on appeal"), on_panel),
        Move("dismiss", ("heard",), "dismissed", _PANEL, _("Dismiss"), _("Appeal dismissed"), on_panel),
        Move(
            "remind",
            _SITTING,
            None,
            roles("system"),
            _("Remind the panel"),
            _("Panel reminded of the day by which it decides"),
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

PUBLISHED_DECISION = StateTable(
    noun="appeal_decision",
    title="Published decision on an appeal",
    states=(State("published", _("Published"), "Everybody can read it; it names nobody.", final=True),),
    moves=(
        Move(
            "publish",
            (),
            "published",
            roles("system"),
            _("Publish the decision"),
            _("Decision on an appeal published without names"),
        ),
    ),
)
