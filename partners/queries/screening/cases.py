"""What is to be compared of a case, with which lists, what was, and what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from partners.models import (
    Application,
    Hit,
    NameList,
    Person,
    PersonRemoval,
    Qualification,
    Revision,
    ScreeningRun,
)
from partners.models.qualification import LIVE
from partners.queries.rulebook import asked
from partners.rules.screening.names import ORGANISATION, PERSON
from partners.rules.screening.subjects import Subject, named_in, once
from partners.states.application import IN_HAND
from portal.core.canonical import digest
from portal.core.compiled import compiled

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def subjects_of(application: Application, revision: Revision) -> tuple[Subject, ...]:
    """Every name that is compared, each once: of the institution, in its answers, and of its people. One query."""
    answers = revision.answers
    own = itself(application, answers)
    return once([own, *named_in(asked(application, answers), answers), *_people(application)])


def itself(application: Application, answers: Mapping[str, Any]) -> Subject:
    """The institution, by its registered name and whatever identifies it. No query."""
    institution = application.institution
    known = {
        "lei": institution.lei,
        "ror": institution.ror,
        "registration": str(answers.get("registration_number") or ""),
        "domain": str(answers.get("domain") or ""),
    }
    return Subject(
        institution.name,
        ORGANISATION,
        "institution",
        "Registered name",
        (institution.organisation.jurisdiction,),
        {key: value for key, value in known.items() if value},
    )


def _people(application: Application) -> Iterator[Subject]:
    rows = Person.objects.filter(institution=application.institution_id, state="named").order_by("named_at", "id")
    for person in rows:
        says = (("Position", person.position), ("Employer", person.employer))
        yield Subject(
            person.name,
            PERSON,
            "people",
            "Person with access",
            identifiers={"email": person.email.lower()},
            says=tuple(item for item in says if item[1]),
        )


def digest_of(subjects: tuple[Subject, ...]) -> str:
    """SHA-256 of what is compared."""
    return digest([subject.as_json() for subject in subjects])


def current_lists(authority_id: UUID) -> QuerySet[NameList]:
    """The lists that the authority has in use."""
    return NameList.objects.filter(authority=authority_id, state="current").order_by("title", "id")


def waiting_lists(application: Application) -> list[NameList]:
    """Lists in use with which the case, as it stands now, was not compared yet. One query."""
    return _uncovered(application.pk, application.authority_id)


@compiled
def _uncovered(application: UUID, authority: UUID) -> QuerySet[NameList]:
    return current_lists(authority).filter(~_covered(application, OuterRef("pk")))


def _covered(application: Any, name_list: Any) -> Exists:
    """Whether a comparison of the newest revision was made, after everybody who is named now was named so."""
    runs = ScreeningRun.objects.filter(application=application, name_list=name_list)
    return Exists(_up_to_date(runs))


def _up_to_date(runs: QuerySet[ScreeningRun]) -> QuerySet[ScreeningRun]:
    newest = Revision.objects.filter(application=OuterRef("application")).order_by("-number").values("number")[:1]
    later = Person.objects.filter(institution=OuterRef("application__institution"), state="named").filter(
        Q(named_at__gt=OuterRef("at")) | Q(renamed_at__gt=OuterRef("at"))
    )
    return runs.filter(Q(revision__gte=Subquery(newest)), ~Exists(later))


def to_be_screened() -> QuerySet[Application]:
    """Cases in hand and cases behind qualifications in force of which a comparison with a list is due, oldest first.

    A comparison with the scheme's removals is due again when somebody was removed since.
    """
    cases = Application.objects.filter(submitted_at__isnull=False).filter(
        Q(state__in=IN_HAND) | Q(qualification__state__in=LIVE)
    )
    lists = NameList.objects.filter(authority=OuterRef("authority"), state="current")
    uncompared = lists.filter(~_covered(OuterRef(OuterRef("pk")), OuterRef("pk")))
    due = Q(Exists(uncompared))
    if (removed := last_removal()) > LONG_AGO:
        runs = ScreeningRun.objects.filter(application=OuterRef("pk"), name_list__isnull=True, at__gte=removed)
        due |= ~Q(Exists(_up_to_date(runs)))
    rows = cases.filter(due).select_related("institution__organisation", "authority")
    return rows.order_by("submitted_at", "id")


def last_removal() -> datetime:
    """When an institution or a person was last removed from the scheme. Two queries."""
    bodies = Qualification.objects.filter(state="removed").aggregate(at=Max("changed_at"))["at"]
    people = PersonRemoval.objects.filter(state="in_force").aggregate(at=Max("removed_at"))["at"]
    return max(bodies or LONG_AGO, people or LONG_AGO)


def hits_of(application: Application) -> list[Hit]:
    """What was found about the institution of the case by its authority, what nobody has looked at first. One query."""
    found = _hits(application.institution_id, application.authority_id)
    return sorted(found, key=lambda hit: hit.state != "open")


@compiled
def _hits(institution: UUID, authority: UUID) -> QuerySet[Hit]:
    rows = Hit.objects.filter(institution=institution, authority=authority)
    return rows.select_related("decided_by").order_by("-score", "found_at", "id")


def found_as_json(hit: Hit) -> dict[str, Any]:
    """What signatories read of a resemblance that a person has looked at, as JSON types."""
    return {
        "kind": hit.kind,
        "declared": hit.declared["name"],
        "as": hit.declared["label"],
        "listed": hit.listed["name"],
        "list": hit.listed["list"],
        "ref": hit.listed["ref"],
        "score": hit.score,
        "outcome": hit.state,
        "reason": hit.reason,
        "by": str(hit.decided_by_id),
        "at": hit.decided_at.isoformat() if hit.decided_at else "",
    }


def with_open_hits(rows: QuerySet[Application]) -> QuerySet[Application]:
    """The cases with `open_hits`: of how many resemblances nobody has looked at."""
    hits = Hit.objects.filter(institution=OuterRef("institution"), authority=OuterRef("authority"), state="open")
    counted = hits.order_by().values("institution").annotate(count=Count("pk")).values("count")
    return rows.annotate(open_hits=Subquery(counted))


def runs_of(application: Application) -> list[ScreeningRun]:
    """With what the case was compared, the newest first. One query."""
    rows = ScreeningRun.objects.filter(application=application).select_related("name_list")
    return list(rows.order_by("-at", "-id")[:50])
