"""Lifecycle of what is asked of somebody outside."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused

ASKED_OF = "referee"
"""Who holds a link and the code from its mailbox; nobody's account has this role."""


def asker(subject: Any, actor: Actor) -> Verdict:
    """The institution asks referees, the authority that runs the case asks assessors; each looks after its own."""
    if actor.has("system") or actor.body_id == subject.asked_body_id:
        return ALLOWED
    return refused(_("Only the body that asked this person may do that."), code="other_body", rule="partners.asker")


REFEREE = StateTable(
    noun="referee",
    title="Third party",
    states=(
        State("asked", _("Asked"), "Holds a link that works once, for a time."),
        State("answered", _("Answered"), "The authority has the answer; the institution does not see it.", final=True),
        State("declined", _("Will not answer"), "The person does not want to or cannot answer.", final=True),
        State("expired", _("No answer in time"), "The link's time ran out. The person can be asked anew.", final=True),
        State("withdrawn", _("Withdrawn"), "Whoever asked took the question back; the link is dead.", final=True),
    ),
    moves=(
        Move(
            "ask",
            (),
            "asked",
            roles("applicant", "case_officer"),
            _("Ask somebody outside"),
            _("Third party asked"),
            asker,
        ),
        Move(
            "resend",
            ("asked",),
            None,
            roles("applicant", "case_officer", "system"),
            _("Send a new link"),
            _("New link sent to a third party"),
            asker,
        ),
        Move("answer", ("asked",), "answered", roles(ASKED_OF), _("Send the answer"), _("Third party answered")),
        Move("decline", ("asked",), "declined", roles(ASKED_OF), _("I can’t answer"), _("Third party will not answer")),
        Move(
            "withdraw",
            ("asked",),
            "withdrawn",
            roles("applicant", "case_officer"),
            _("Take back"),
            _("Question to a third party taken back"),
            asker,
        ),
        Move("expire", ("asked",), "expired", roles("system"), _("Expire"), _("Third party did not answer in time")),
    ),
)
