"""Who had a part in a case or a hold, computed from the record, and who is left to sit on a panel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from audits.models.part import Parts, parts_in
from audits.queries.appealed import Subject
from audits.rules.panel import Candidate
from portal.accounts.models import Membership

SITS = ("signatory", "oversight_member")
"""Roles from which panels are drawn."""

__all__ = ["SITS", "Parts", "bodies_with_a_part", "candidates_for", "parts_in", "people_with_a_part"]


def people_with_a_part(subject: Subject) -> frozenset[UUID]:
    """Accounts that had a part in the decision or in the institution's case at all."""
    return parts_in(subject).people


def bodies_with_a_part(subject: Subject) -> frozenset[UUID]:
    """Organisations that had a part in the decision."""
    return parts_in(subject).bodies


def candidates_for(appeal: Any) -> list[Candidate]:
    """Active signatories and oversight members without a part, of bodies without one, and not asked before. One query.

    Whoever is also of a body that had a part is left out.
    """
    parts = appeal.parts
    involved = Membership.objects.filter(organisation_id__in=parts.bodies).values("user_id")
    rows = (
        Membership.objects.filter(
            state="active", organisation__state="active", user__is_active=True, roles__overlap=list(SITS)
        )
        .exclude(organisation_id__in=parts.bodies)
        .exclude(user_id__in=parts.people)
        .exclude(user_id__in=involved)
        .exclude(user_id__in=appeal.seats.values("member_id"))
        .order_by()
        .values_list("user_id", "organisation_id")
    )
    return [Candidate(person, body) for person, body in rows]
