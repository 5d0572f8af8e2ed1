"""When somebody outside may be asked about an applicant, and when their link opens."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused

ANSWERABLE = frozenset({"draft", "submitted", "under_review", "awaiting_applicant"})
"""States in which what a third party says can still be weighed."""


def may_ask_outside(state: str, *, known: bool = False, asked: int = 0, most: int = 1) -> Verdict:
    """Until the signatories have the case; nobody twice in one case, and not more people than `most`."""
    if state not in ANSWERABLE:
        return refused(
            _("This application has gone on to its decision or is closed, so nothing more is asked about it."),
            code="case_closed",
            rule="referee.answer",
        )
    if known:
        return refused(
            _("This person was asked already. Send them a new link instead."), code="asked_before", rule="referee.ask"
        )
    if asked >= most:
        return refused(
            _("%(most)s people were asked. Take one of these questions back first.") % {"most": most},
            code="too_many",
            rule="referee.ask",
        )
    return ALLOWED


def link_opens(state: str, case_state: str, *, expired: bool) -> Verdict:
    """Whether a third party's link still opens: it works once, for its time, while the case can hear it."""
    reasons = {
        "answered": _("Your answer has been received. The link has done its work."),
        "declined": _("You told us that you will not answer. If you changed your mind, ask for a new link."),
        "withdrawn": _("The question was taken back, so there is nothing to answer."),
        "expired": _("The time of this link is over. Whoever asked you can send a new one."),
    }
    if state in reasons:
        return refused(reasons[state], code=state, rule="referee.answer")
    if expired:
        return refused(reasons["expired"], code="expired", rule="referee.answer")
    return may_ask_outside(case_state)


def outside_address(*, member: bool) -> Verdict:
    """A third party is nobody of the institution itself."""
    if not member:
        return ALLOWED
    return refused(
        _("This address belongs to somebody of the institution. Ask somebody outside it."),
        code="own_member",
        rule="referee.ask",
    )
