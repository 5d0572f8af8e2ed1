"""Who had a part in a decision, as the record tells. `audits.queries.parts` is the door for others.

*A part in the decision*: any deed on the case or hold itself, or on what it rests on (incident, finding, audit, interim
hold). That counts for people and for their bodies; so does running the institution's case. *A part in the
institution's case*: any deed about it at all, being or having been of it, assessing it, or a declared conflict of
interest; that counts for people alone, else no body would be left that ever signed anything about a partner.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from grants.models import GrantRequest
from partners.models import Application, ConflictDeclaration, Person
from partners.models.application import ApplicationUserObjectPermission
from portal.accounts.models import Membership
from portal.ledger.models import Entry, Event

OWN_NOUNS = ("appeal", "appeal_decision")
"""What appeals themselves leave in the record: hearing one is no part in the decision that is appealed against."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Accounts and organisations that had a part."""

    people: frozenset[UUID]
    bodies: frozenset[UUID]


def parts_in(subject: Any) -> Parts:
    """Who had a part in an enforcement case, a hold, an application or a grant request. A fixed number of queries."""
    roots = [*_roots(subject)]
    deciding = set(_about(roots).values_list("body_id", "event__actor_id").distinct())
    about_it = set(_about([subject.institution_id]).values_list("event__actor_id").distinct())
    bodies = {subject.institution_id, _home(subject), *(body for body, _person in deciding)}
    people = {*(person for _body, person in deciding), *(person for (person,) in about_it)}
    people |= _tied(subject.institution_id)
    return Parts(
        frozenset(one for one in people if one is not None), frozenset(one for one in bodies if one is not None)
    )


def _about(ids: Collection[UUID]) -> QuerySet[Entry]:
    """Entries on these objects, or whose events name them."""
    named = Event.objects.filter(about__overlap=[*ids]).order_by().values("entry_id")
    return Entry.objects.filter(Q(object_id__in=ids) | Q(pk__in=named)).exclude(object_type__in=OWN_NOUNS).order_by()


def _home(subject: Any) -> UUID | None:
    """The authority that runs the case, or placed the hold."""
    found: UUID | None = getattr(subject, "authority_id", None) or getattr(subject, "placed_body_id", None)
    return found


def _roots(subject: Any) -> set[UUID]:
    """The decision, and what it rests on."""
    if isinstance(subject, Application):
        return {one for one in (subject.pk, subject.follows_id) if one is not None}
    if isinstance(subject, GrantRequest):
        return {one for one in (subject.pk, subject.follows_id) if one is not None}
    if hasattr(subject, "enforcement_cases"):
        cases = list(subject.enforcement_cases.select_related("finding"))
        incidents = subject.incidents.values_list("pk", flat=True)
        return {subject.pk, *incidents, *(one for case in cases for one in _of_case(case))}
    return _of_case(subject)


def _of_case(case: Any) -> set[UUID]:
    audit = case.finding.audit_id if case.finding_id else None
    found = {case.pk, case.hold_id, case.incident_id, case.finding_id, audit}
    return {one for one in found if one is not None}


def _tied(institution_id: UUID) -> set[UUID]:
    """People of the institution, those who assess it, and those with a conflict of interest that they declared."""
    members = Membership.objects.filter(organisation_id=institution_id).values_list("user_id")
    named = Person.objects.filter(institution_id=institution_id, user__isnull=False).values_list("user_id")
    conflicts = ConflictDeclaration.objects.filter(application__institution_id=institution_id, conflict=True)
    assigned = ApplicationUserObjectPermission.objects.filter(content_object__institution_id=institution_id)
    rows = members.union(named, conflicts.values_list("by_id"), assigned.values_list("user_id"))
    return {user for (user,) in rows}
