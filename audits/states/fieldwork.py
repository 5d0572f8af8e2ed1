"""Lifecycle of what auditors ask the partner to show."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.fieldwork import assigned, may_ask, may_give_up, own_institution
from portal.core.states import Move, State, StateTable, roles

EVIDENCE_REQUEST = StateTable(
    noun="evidence_request",
    title="Request for evidence",
    states=(
        State("asked", _("Asked"), "The partner owes an answer; past its day it is overdue."),
        State("answered", _("Answered"), "An auditor looks at the answer."),
        State("returned", _("More is needed"), "The partner adds what is missing."),
        State("settled", _("Settled"), "The answer is enough.", final=True),
        State("withdrawn", _("Withdrawn"), "The auditors need it no more, for the reason given.", final=True),
        State(
            "unanswered", _("Not answered"), "The day passed without an answer, and the auditors went on.", final=True
        ),
    ),
    moves=(
        Move("ask", (), "asked", roles("auditor"), _("Ask for evidence"), _("Evidence asked for"), may_ask),
        Move(
            "remind",
            ("asked", "returned"),
            None,
            roles("system"),
            _("Remind"),
            _("Partner reminded of a request for evidence"),
        ),
        Move(
            "answer",
            ("asked", "returned"),
            "answered",
            roles("applicant"),
            _("Answer"),
            _("Request for evidence answered"),
            own_institution,
        ),
        Move(
            "extend",
            ("asked", "returned"),
            None,
            roles("auditor"),
            _("Give more time"),
            _("More time given for evidence"),
            assigned,
        ),
        Move(
            "send_back",
            ("answered",),
            "returned",
            roles("auditor"),
            _("Ask for more"),
            _("More evidence asked for"),
            assigned,
        ),
        Move(
            "settle",
            ("answered",),
            "settled",
            roles("auditor"),
            _("Settle"),
            _("Request for evidence settled"),
            assigned,
        ),
        Move(
            "withdraw",
            ("asked", "returned", "answered"),
            "withdrawn",
            roles("auditor"),
            _("Withdraw the request"),
            _("Request for evidence withdrawn"),
            assigned,
        ),
        Move(
            "give_up",
            ("asked", "returned"),
            "unanswered",
            roles("auditor"),
            _("Go on without an answer"),
            _("Request for evidence was not answered"),
            may_give_up,
        ),
    ),
)
