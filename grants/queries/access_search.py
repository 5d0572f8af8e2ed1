"""Who or what could be the answer to a search at the gate: a list to decide over, never a decision.

Only what has a line on the asking provider's own releases is named to it: partners and environments by their key,
releases by their identifier at the gateway, people by the opaque id of their account and by nothing else.
Each function gives names in a fixed order, with the place behind which the next page begins. One query each.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from grants.models import GrantLine, Release
from grants.queries.facts import text_of, uuid_of
from grants.rules.facts import Question
from partners.models import Person

SUBJECTS = ("partner", "person", "workload")
_FIRST = UUID(int=0)
Candidates = list[tuple[str, str]]


def subjects(pattern: Question, after: str, most: int) -> Candidates:
    """Subjects of the type of the question that have something to do with such a line."""
    lines = _on_release(_lines(pattern), pattern.release)
    if pattern.subject_type == "partner":
        found = lines.filter(institution_id__gt=_place(after)).order_by("institution_id")
        rows = found.values_list("institution_id", flat=True).distinct()
    elif pattern.subject_type == "workload":
        found = lines.filter(environment_id__gt=_place(after)).order_by("environment_id")
        rows = found.values_list("environment_id", flat=True).distinct()
    else:
        named = Person.objects.filter(
            state="named", user_id__gt=_place(after), institution__in=lines.values("institution")
        )
        rows = named.order_by("user_id").values_list("user_id", flat=True).distinct()
    return [(str(key), str(key)) for key in rows[:most]]


def releases(pattern: Question, after: str, most: int) -> Candidates:
    """The provider's releases with such a line."""
    covered = _lines(pattern).filter(release=OuterRef("pk"))
    rows = Release.objects.filter(Exists(covered), provider_id=pattern.provider_id, pk__gt=_place(after))
    return [(key, str(pk)) for pk, key in rows.order_by("pk").values_list("pk", "key")[:most]]


def use_cases(pattern: Question, after: str, most: int) -> Candidates:
    """Uses of the release for which there is a line."""
    lines = _on_release(_lines(pattern), pattern.release).filter(use_case__gt=text_of(after))
    return [(use, use) for use in lines.order_by("use_case").values_list("use_case", flat=True).distinct()[:most]]


def _lines(pattern: Question) -> QuerySet[GrantLine]:
    """Lines in force of the provider that fit what the question says."""
    rows = GrantLine.objects.filter(provider_id=pattern.provider_id, grant__state="in_force")
    rows = rows.filter(data_class=text_of(pattern.data_class))
    if pattern.use_case:
        rows = rows.filter(use_case=text_of(pattern.use_case))
    if pattern.environment:
        name = pattern.environment
        key = uuid_of(name)
        rows = rows.filter(environment_id=key) if key else rows.filter(environment__key=text_of(name))
    return rows


def _on_release(rows: QuerySet[GrantLine], release: str) -> QuerySet[GrantLine]:
    key = uuid_of(release)
    return rows.filter(Q(release_id=key) if key else Q(release__key=text_of(release)))


def _place(after: str) -> UUID:
    return uuid_of(after) or _FIRST
