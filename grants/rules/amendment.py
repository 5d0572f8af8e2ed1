"""Rules on changing a grant that is there: amendments, renewals, and what takes its place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from grants.states import GRANT_LIVE
from portal.core.verdicts import ALLOWED, Verdict, first_refusal, refused
from portal.rulebook.schema import Rulebook

KINDS = ("amendment", "renewal")


def renewal_opens(grant: Any, book: Rulebook) -> date:
    """From which day on a renewal can be asked for (rulebook: scope.renewal_lead_days)."""
    last: date = grant.ends_on
    return last - timedelta(days=book.scope.renewal_lead_days)


def may_begin(grant: Any, kind: str, *, book: Rulebook, today: date, open_change: bool, successor: str) -> Verdict:
    """Whether a change of this grant can be asked for now.

    `open_change`: another one is under way; `successor`: reference of a grant that waits to take its place, else "".
    """
    return first_refusal(
        _lives(grant, kind),
        lambda: _alone(open_change, successor),
        lambda: _in_range(grant, kind, book, today),
    )


def _lives(grant: Any, kind: str) -> Verdict:
    if grant.state in GRANT_LIVE and kind in KINDS:
        return ALLOWED
    return refused(_("This grant has ended. Start a new request."), code="grant_ended", rule="grant_request.begin")


def _alone(open_change: bool, successor: str) -> Verdict:
    if open_change:
        reason = _("A change to this grant is under way already. Finish or withdraw it first.")
        return refused(reason, code="open", rule="grant_request.begin")
    if successor:
        reason = _("Grant %(grant)s waits to take the place of this one. Accept its agreement, or give it back, first.")
        return refused(reason % {"grant": successor}, code="successor", rule="grant_request.begin")
    return ALLOWED


def _in_range(grant: Any, kind: str, book: Rulebook, today: date) -> Verdict:
    opens = renewal_opens(grant, book)
    if kind != "renewal" or today >= opens:
        return ALLOWED
    reason = _("A renewal of this grant can be asked for from %(day)s on. Until then, ask for a change.")
    return refused(
        reason % {"day": date_format(opens, "j F Y")}, code="too_early", rule="scope.renewal_lead_days"
    )  # fmt: skip


def original_stands(grant: Any | None) -> Verdict:
    """Whether what a request changes can still be changed: not where it was revoked, given back or superseded.

    A grant that only came to its last day can still be renewed: the new one then follows after a gap.
    """
    if grant is None or grant.state in (*GRANT_LIVE, "expired"):
        return ALLOWED
    reason = _("Grant %(grant)s, which this request changes, is %(state)s. Start a new request.")
    words = {"grant": grant.reference, "state": grant.state_label.lower()}
    return refused(reason % words, code="original_ended", rule="grant_request.amends")


def nothing_rests_on(old: Any, stopped: bool) -> Verdict:
    """Whether a grant can take the place of the old one: what stops or limits that one would not reach the new one."""
    if not stopped:
        return ALLOWED
    reason = _(
        "Access under grant %(old)s, which this one is to replace, is stopped or limited by an authority. You can"
        " accept this agreement when that has ended; the page of %(old)s says what has to be true."
    )
    return refused(reason % {"old": old.reference}, code="original_stopped", rule="grant.accept")
