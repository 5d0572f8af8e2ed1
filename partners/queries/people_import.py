"""Reads of an import: the file between upload and confirmation, whom it is about, and what it would do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID, uuid4

from django.core.cache import cache as store
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from partners.models import Institution, Person, PersonCheck
from partners.models.person import UNTIL
from partners.queries.person import tier_of
from partners.rules.people_csv import PARTS, read_row, read_sheet
from partners.rules.people_import import KINDS, Known, OnRecord, Outcome, plan, plan_digest
from partners.rules.person import latest_end
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.queries import rules

KEPT_SECONDS = 3600
"""How long an uploaded file waits to be confirmed. After that it is uploaded again; nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the file would do, row by row, and the digest of just that."""

    outcomes: tuple[Outcome, ...]
    ignored: tuple[str, ...]
    digest: str

    def of(self, kind: str) -> list[Outcome]:
        return [item for item in self.outcomes if item.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        return {kind: sum(item.kind == kind for item in self.outcomes) for kind in KINDS}


def report_on(institution: Institution, content: bytes, by: Actor) -> Report:
    """What an import of the file would do now. Raises Unreadable. Five queries, whatever the number of rows."""
    sheet = read_sheet(content)
    now, tier = rules(), tier_of(institution.pk)

    @cache
    def longest(kind: str, day: date) -> date:
        return latest_end(now, kind, tier, day)

    outcomes = plan(
        [read_row(row) for row in sheet.rows],
        known_people(institution.pk),
        own_address=by.user.email.lower() if by.user else "",
        longest=longest,
        today=clock.today(),
    )
    return Report(outcomes, sheet.ignored, plan_digest(outcomes))


def known_people(institution_id: UUID) -> dict[str, Known]:
    """Everybody who is named, by address, with the checks that count. Two queries."""
    counting: dict[UUID, set[OnRecord]] = defaultdict(set)
    checks = PersonCheck.objects.filter(
        person__institution=institution_id, person__state="named", revocation__isnull=True
    )
    for person_id, *rest in checks.values_list("person_id", *OnRecord._fields):
        counting[person_id].add(OnRecord(*rest))
    people = Person.objects.filter(institution=institution_id, state="named")
    return {
        email.lower(): Known(pk, name, position, employer, frozenset(counting[pk]))
        for pk, email, name, position, employer in people.values_list("pk", "email", "name", "position", "employer")
    }


def with_checks(rows: QuerySet[Person]) -> QuerySet[Person]:
    """The rows with `identity_check`, `background_check` and `training_check`: the check that each last day is from."""
    for kind, field in UNTIL.items():
        deciding = PersonCheck.objects.filter(
            person=OuterRef("pk"), kind=kind, revocation__isnull=True, valid_until=OuterRef(field)
        )
        content = JSONObject(**{part: F(part) for part in PARTS})
        rows = rows.annotate(**{f"{kind}_check": Subquery(deciding.order_by("-recorded_at").values(json=content)[:1])})
    return rows


# --- the file in between --------------------------------------------------------------------------


def keep_file(content: bytes, by: Actor) -> UUID:
    """Keep an uploaded file until it is confirmed, for the person who uploaded it."""
    key = uuid4()
    store.set(_name(key, by), content, KEPT_SECONDS)
    return key


def kept_file(key: UUID, by: Actor) -> bytes | None:
    """The file that the person uploaded under that key; None where it is somebody else's, or its time is over."""
    found: bytes | None = store.get(_name(key, by))
    return found


def drop_file(key: UUID, by: Actor) -> None:
    """Forget the file."""
    store.delete(_name(key, by))


def _name(key: UUID, by: Actor) -> str:
    return f"people-import:{by.body_id}:{by.user_id}:{key}"
