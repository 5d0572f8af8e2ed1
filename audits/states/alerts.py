"""Lifecycle of alerts from reported use: the portal raises them, a person judges."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.rules.alert import may_judge_alert
from portal.core.states import Move, State, StateTable, roles

_JUDGES = roles("case_officer", "auditor")
_OPEN = ("raised", "in_question")

ALERT = StateTable(
    noun="alert",
    title="Alert",
    states=(
        State("raised", _("Raised"), "Reported use looks unusual; nobody has looked at it yet."),
        State("in_question", _("In question"), "Somebody looked and wants to know more before judging."),
        State("nothing", _("Nothing"), "Looked into: a false alarm, or use as it should be.", final=True),
        State("incident", _("Incident"), "It was something, and goes on as an incident.", final=True),
    ),
    moves=(
        Move("raise", (), "raised", roles("system"), _("Raise an alert"), _("Alert raised")),
        Move("recur", _OPEN, None, roles("system"), _("Count once more"), _("The same came again")),
        Move(
            "question",
            ("raised",),
            "in_question",
            _JUDGES,
            _("Note a question"),
            _("A question was noted"),
            may_judge_alert,
        ),
        Move("clear", _OPEN, "nothing", _JUDGES, _("It is nothing"), _("Judged as nothing"), may_judge_alert),
        Move(
            "escalate",
            _OPEN,
            "incident",
            _JUDGES,
            _("Open an incident"),
            _("Judged as an incident"),
            may_judge_alert,
        ),
    ),
)
