"""Institutions and people whom the scheme removed, in the form in which listed ones are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from partners.models import Application, PersonRemoval, Qualification, Revision
from partners.rules.screening.names import ORGANISATION, PERSON
from partners.rules.screening.subjects import Subject
from portal.accounts.models import User
from portal.core.canonical import digest


@dataclass(frozen=True, slots=True)
class Removed:
    """One removal that still holds: who, by what names and identifiers, and what an authority may read about it."""

    ref: str
    kind: str
    names: tuple[str, ...]
    identifiers: dict[str, list[str]]
    countries: tuple[str, ...] = ()
    says: dict[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """What rules.screening.hits looks at."""
        return {"kind": self.kind, "identifiers": self.identifiers, "countries": list(self.countries)}

    @property
    def digest(self) -> str:
        """What tells whether anything about it changed."""
        return digest({**self.facts, "ref": self.ref, "names": list(self.names), "says": self.says})


def removed_parties(today: date, *, but: UUID | None = None) -> list[Removed]:
    """All removals that hold on that day, but for those of the institution `but` itself. Two queries."""
    return [*_institutions(today, but), *_people(today)]


def _still(today: date, name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": today})


def _institutions(today: date, but: UUID | None) -> Iterator[Removed]:
    answers = Revision.objects.filter(application=OuterRef("application")).order_by("-number").values("answers")[:1]
    rows = Qualification.objects.filter(_still(today, "removed_until"), state="removed").exclude(institution=but)
    for row in rows.select_related("institution__organisation").annotate(sent=Subquery(answers)).order_by("reference"):
        institution, sent = row.institution, row.sent or {}
        known = {
            "lei": institution.lei,
            "ror": institution.ror,
            "registration": str(sent.get("registration_number") or ""),
            "domain": str(sent.get("domain") or ""),
        }
        others = str(sent.get("trading_names") or "").split(";")
        names = dict.fromkeys(
            " ".join(name.split()) for name in (institution.name, sent.get("legal_name"), *others) if name
        )
        yield Removed(
            row.reference,
            ORGANISATION,
            tuple(name for name in names if name),
            {key: [value] for key, value in known.items() if value},
            (institution.organisation.jurisdiction,),
            _said(row.reason, row.removed_until),
        )


def removals_on(today: date) -> QuerySet[PersonRemoval]:
    """Removals of people that hold on that day."""
    return PersonRemoval.objects.filter(_still(today, "until"), state="in_force")


def _people(today: date) -> Iterator[Removed]:
    for row in removals_on(today).order_by("removed_at", "id"):
        identifiers = {"email": [row.email.lower()]}
        yield Removed(str(row.pk), PERSON, (row.name,), identifiers, (), _said(row.reason, row.until))


def _said(reason: str, until: date | None) -> dict[str, str]:
    return {"reason": reason[:1000], "until": until.isoformat() if until else ""}


def accounts_of(application: Application) -> Iterable[Subject]:
    """The people who wrote and sent the application, by their accounts. One query."""
    ids = [pk for pk in (application.started_by_id, application.submitted_by_id) if pk]
    for user in User.objects.filter(pk__in=ids).order_by("name", "pk"):
        yield Subject(
            str(user), PERSON, "account", "Account that wrote or sent it", identifiers={"email": user.email.lower()}
        )
