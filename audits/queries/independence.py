"""Who had a part in an institution's case, as the record tells: reads behind the rules on independence."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.models import Membership, User
from portal.accounts.queries.people import members_with
from portal.ledger.models import Entry, Event

DECIDING_ROLES = ("case_officer", "reviewer", "signatory")
"""Roles in which somebody screens, assesses, advises on or signs a case."""
OWN_NOUNS = ("audit", "finding", "obligation", "incident", "enforcement", "appeal", "catalogue")
"""What auditing itself leaves in the record: planning or closing an earlier audit is no part in the case audited."""


def parts_in_case(*, user_id: UUID, institution_id: UUID) -> frozenset[str]:
    """Roles in which the person did anything on the institution's applications and grants. One query."""
    return frozenset(_deeds(institution_id).filter(event__actor_id=user_id).values_list("role", flat=True).distinct())


def ever_member(*, user_id: UUID, institution_id: UUID) -> bool:
    """Whether the person belongs or belonged to the institution. One query."""
    return Membership.objects.filter(user_id=user_id, organisation_id=institution_id).exists()


def independent_auditors(*, authority_id: UUID | None, institution_id: UUID) -> QuerySet[User]:
    """Auditors of the authority who had no part in the institution's case. One query."""
    had_part = _deeds(institution_id).filter(event__actor_id=OuterRef("pk"))
    belonged = Membership.objects.filter(user=OuterRef("pk"), organisation_id=institution_id)
    return members_with("auditor", authority_id).filter(~Exists(had_part), ~Exists(belonged)).order_by("name", "email")


def _deeds(institution_id: UUID) -> QuerySet[Entry]:
    about = Event.objects.filter(about__contains=[institution_id]).order_by().values("entry_id")
    return Entry.objects.filter(Q(pk__in=about), role__in=DECIDING_ROLES).exclude(object_type__in=OWN_NOUNS).order_by()
