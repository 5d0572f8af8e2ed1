"""Who holds the pen at the authority, by name: whom a reminder reaches."""

from __future__ import annotations

from partners.models import Application
from partners.queries.case import case_of
from portal.accounts.models import User
from portal.accounts.queries.people import members_with


def leads(application: Application) -> list[User]:
    """Who hears that a case is late: the administrators of the authority that runs it."""
    return list(members_with("administrator", application.authority_id))


def pen_holders(application: Application, stage: str, *, late: bool = False) -> list[User]:
    """The people on whom a stage waits, without those who have a conflict of interest.

    Screening waits for the case officers; the assessment for the assigned reviewers who have not recommended, then for
    the case officers; signatures for the signatories who had no part in the case and have not signed. When it is late,
    the case officers are told in any case.
    """
    case = case_of(application)
    hands = case.hands
    officers = members_with("case_officer", application.authority_id).exclude(pk__in=hands.conflicted)
    further = list(officers) if late else []
    if stage == "assessment":
        filed = {row.by_id for row in case.current_recommendations}
        if waiting := hands.assigned - filed - hands.conflicted:
            return [*User.objects.filter(pk__in=waiting, is_active=True), *further]
    if stage == "signatures":
        barred = hands.authors | hands.screeners | hands.assessors | hands.conflicted
        signed = {row.by_id for row in case.live_signatures}
        return [*members_with("signatory").exclude(pk__in=barred | signed), *further]
    return list(officers)
