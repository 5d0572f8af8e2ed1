"""Lifecycle of a question to the applicant."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from partners.states.owners import own_institution
from portal.core.states import Move, State, StateTable, roles

QUERY = StateTable(
    noun="query",
    title="Question",
    states=(
        State("open", _("Waiting for an answer"), "The section concerned is open for changes; nobody can sign."),
        State("answered", _("Answered"), "The institution has answered; the asker has not closed it yet."),
        State("closed", _("Closed"), "The answer was read.", final=True),
        State("withdrawn", _("Withdrawn"), "Taken back by the authority, or the application was.", final=True),
    ),
    moves=(
        Move("ask", (), "open", roles("reviewer", "case_officer", "signatory"), _("Ask"), _("Question asked")),
        Move("answer", ("open",), "answered", roles("applicant"), _("Answer"), _("Question answered"), own_institution),
        Move("remind", ("open",), None, roles("system"), _("Remind of a question"), _("Reminded of a question")),
        Move(
            "close",
            ("answered",),
            "closed",
            roles("reviewer", "case_officer", "signatory"),
            _("Close the question"),
            _("Answer read; question closed"),
        ),
        Move(
            "withdraw",
            ("open",),
            "withdrawn",
            roles("reviewer", "case_officer", "signatory", "applicant"),
            _("Withdraw the question"),
            _("Question withdrawn"),
        ),
    ),
)
