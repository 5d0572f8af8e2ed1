"""Who may bind an institution, and on what proof of who they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.schema import Declaration

STALE = "stale_factor"
"""Code of the refusal that a new confirmation with the second factor heals."""


def is_fresh(confirmed_at: datetime | None, now: datetime, fresh_minutes: int) -> Verdict:
    """A signature needs a second factor shown within the rulebook's minutes (second_factor.fresh_minutes)."""
    if confirmed_at is not None and now - confirmed_at <= timedelta(minutes=fresh_minutes):
        return ALLOWED
    reason = ngettext(
        "Confirm that it is you first: a signature needs your second factor, shown within the last minute.",
        "Confirm that it is you first: a signature needs your second factor, shown within the last %(n)s minutes.",
        fresh_minutes,
    )
    return refused(reason % {"n": fresh_minutes}, code=STALE, rule="second_factor.fresh_minutes")


def may_declare(wanted: Iterable[Declaration], declared: Collection[str], capacity: str) -> Verdict:
    """Every declaration of the rulebook is made, and in what capacity is said."""
    if not {item.key for item in wanted} <= set(declared):
        return refused(
            _("Make every declaration, or ask someone who is entitled to bind your institution."),
            code="not_declared",
            rule="declarations",
        )
    if not capacity.strip():
        return refused(
            _("Say in what capacity you bind the institution, such as “Director”."),
            code="no_capacity",
            rule="declarations",
        )
    return ALLOWED
