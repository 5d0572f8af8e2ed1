"""Who had a part in an institution's case, as the record tells: reads behind the rules on independence.

Nobody audits a body that they advised, assessed or belong to. *Advised* or *assessed*: they did anything on its
applications, grants or environments as a case officer, reviewer or signatory, or are assigned to do so. *Belong*: they
are or were a member, or the institution named them as one of its people. A conflict of interest that they declared
counts as well, whatever they did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from audits.rules.audit import independent
from partners.models import ConflictDeclaration, Person
from partners.models.application import ApplicationUserObjectPermission
from portal.accounts.models import Membership, User
from portal.accounts.queries.people import members_with
from portal.core.compiled import compiled
from portal.core.verdicts import Verdict
from portal.ledger.models import Entry, Event

DECIDING_ROLES = ("case_officer", "reviewer", "signatory")
"""Roles in which somebody screens, assesses, advises on or signs a case."""
OWN_NOUNS = (
    "audit", "finding", "evidence_request", "obligation", "incident", "enforcement", "appeal", "catalogue",
)  # fmt: skip
"""What auditing itself leaves in the record: planning or closing an earlier audit is no part in the case audited."""


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties a person to an institution."""

    parts: frozenset[str]
    member: bool
    conflict: bool


def ties_of(*, user_id: UUID, institution_id: UUID) -> Ties:
    """Roles in which the person had a part in the case, whether they belong or belonged, and whether they declared a
    conflict. Two queries.
    """
    parts = set(_roles(user_id, institution_id))
    [(member, conflict, reviews)] = _person(user_id, institution_id)
    return Ties(frozenset(parts | ({"reviewer"} if reviews else set())), member, conflict)


def independence_of(*, user_id: UUID, institution_id: UUID) -> Verdict:
    """Whether the person may audit the institution, or the reason why not. Two queries."""
    ties = ties_of(user_id=user_id, institution_id=institution_id)
    return independent(parts=ties.parts, member=ties.member, conflict=ties.conflict)


def independent_auditors(*, authority_id: UUID | None, institution_id: UUID) -> QuerySet[User]:
    """Auditors of the authority who have no tie to the institution. One query."""
    had_part = Exists(_deeds(institution_id).filter(event__actor_id=OuterRef("pk")))
    ties: tuple[Any, ...] = (_belonged, _named, _conflicted, _reviews)
    rows = members_with("auditor", authority_id).filter(~had_part, *(~tie(institution_id) for tie in ties))
    return rows.order_by("name", "email")


@compiled
def _roles(user_id: UUID, institution_id: UUID) -> QuerySet[Entry, str]:
    return _deeds(institution_id).filter(event__actor_id=user_id).values_list("role", flat=True).distinct()


@compiled
def _person(user_id: UUID, institution_id: UUID) -> QuerySet[User, tuple[bool, bool, bool]]:
    person = User.objects.filter(pk=user_id).annotate(
        member=_belonged(institution_id) | _named(institution_id),
        conflict=_conflicted(institution_id),
        reviews=_reviews(institution_id),
    )
    return person.values_list("member", "conflict", "reviews")


def _deeds(institution_id: UUID) -> QuerySet[Entry]:
    about = Event.objects.filter(about__contains=[institution_id]).order_by().values("entry_id")
    return Entry.objects.filter(Q(pk__in=about), role__in=DECIDING_ROLES).exclude(object_type__in=OWN_NOUNS).order_by()


def _belonged(institution_id: UUID) -> Exists:
    return Exists(Membership.objects.filter(user=OuterRef("pk"), organisation_id=institution_id))


def _named(institution_id: UUID) -> Exists:
    return Exists(Person.objects.filter(user=OuterRef("pk"), institution_id=institution_id))


def _conflicted(institution_id: UUID) -> Exists:
    rows = ConflictDeclaration.objects.filter(application__institution_id=institution_id, conflict=True)
    return Exists(rows.filter(by=OuterRef("pk")))


def _reviews(institution_id: UUID) -> Exists:
    rows = ApplicationUserObjectPermission.objects.filter(content_object__institution_id=institution_id)
    return Exists(rows.filter(user=OuterRef("pk")))
