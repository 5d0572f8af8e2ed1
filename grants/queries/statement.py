"""Reads about statements: which ones an environment answers, and what it says. A fixed number of queries for any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from grants.catalogues import BASELINE_KEY
from grants.models import AdoptedCatalogue, Attestation, AttestedDocument, Environment, Statement, StatementCatalogue
from grants.rules.attestation import MET, Answer, Key
from partners.models import Evidence
from portal.core.compiled import compiled


@dataclass(slots=True)
class Stated:
    """One statement with the answer that counts, and the documents behind it.

    `is_new` and `is_changed` tell it from the version of the catalogue before; `is_stale`: it was answered when its
    text was another one.
    """

    statement: Statement
    key: Key
    attestation: Attestation | None = None
    documents: list[Evidence] = field(default_factory=list)
    is_new: bool = False
    is_changed: bool = False

    @property
    def value(self) -> str:
        return self.attestation.value if self.attestation else ""

    @property
    def is_stale(self) -> bool:
        answered = self.attestation
        return answered is not None and self.is_changed and answered.statement_id != self.statement.pk


@dataclass(slots=True)
class Group:
    """The statements of one group of one catalogue, with how far their answers are."""

    catalogue: StatementCatalogue
    key: str
    title: str
    rows: list[Stated] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """What names the group in an address."""
        return f"{self.catalogue.key}:{self.key}"

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def answered(self) -> int:
        return sum(1 for row in self.rows if row.attestation)

    @property
    def met(self) -> int:
        return sum(1 for row in self.rows if row.value in MET)

    @property
    def open_mandatory(self) -> int:
        return sum(1 for row in self.rows if row.statement.is_mandatory and not row.attestation)

    @property
    def new(self) -> int:
        return sum(1 for row in self.rows if row.is_new and not row.attestation)

    @property
    def fulfilled(self) -> bool:
        """Whether every mandatory statement is met."""
        return all(row.value in MET for row in self.rows if row.statement.is_mandatory)


def catalogues_in_use() -> list[StatementCatalogue]:
    """What environments can be attested against, by title."""
    return list(StatementCatalogue.objects.filter(state="in_use").order_by("title"))


def adopted_by(environment_ids: Collection[UUID]) -> dict[UUID, list[AdoptedCatalogue]]:
    """Environment → the version of each catalogue that it answers now. One query."""
    rows = AdoptedCatalogue.objects.filter(environment_id__in=environment_ids).select_related("catalogue")
    newest = rows.order_by("environment_id", "key", "-id").distinct("environment_id", "key")
    found: dict[UUID, list[AdoptedCatalogue]] = {pk: [] for pk in environment_ids}
    for row in newest:
        found[row.environment_id].append(row)
    return found


def answers_of(environment_id: UUID) -> dict[Key, Attestation]:
    """The answers of an environment that count, each with its documents. Two queries."""
    return {(row.catalogue_key, row.identifier): row for row in _answers(environment_id)}


@compiled
def _answers(environment: UUID) -> QuerySet[Attestation]:
    rows = Attestation.objects.filter(environment=environment).exclude(identifier="")
    documents = AttestedDocument.objects.select_related("evidence")
    newest = rows.order_by("catalogue_key", "identifier", "-id").distinct("catalogue_key", "identifier")
    return newest.select_related("attested_by").prefetch_related(Prefetch("documents", documents))


def as_answers(rows: dict[Key, Attestation]) -> dict[Key, Answer]:
    """The same as the rules take them."""
    return {
        key: Answer(row.value, row.note, frozenset(item.evidence_id for item in row.documents.all()))
        for key, row in rows.items()
    }


@dataclass(frozen=True, slots=True)
class Attested:
    """What an environment answers now: its catalogues, every answer that counts, and each statement with its own."""

    adopted: list[AdoptedCatalogue]
    answers: dict[Key, Attestation]
    rows: list[Stated]


def attested_of(environment: Environment) -> Attested:
    """Everything that the environment answers, statements in the order of the catalogues. Four queries."""
    adopted = _baseline_first(adopted_by([environment.pk])[environment.pk])
    answers = answers_of(environment.pk)
    by_id = {row.catalogue_id: (place, row) for place, row in enumerate(adopted)}
    statements = sorted(
        Statement.objects.filter(catalogue_id__in=by_id),
        key=lambda item: (by_id[item.catalogue_id][0], item.position),
    )
    return Attested(adopted, answers, [_stated(item, by_id[item.catalogue_id][1], answers) for item in statements])


def stated(environment: Environment) -> list[Stated]:
    """Every statement that the environment answers. Four queries."""
    return attested_of(environment).rows


def _stated(statement: Statement, adopted: AdoptedCatalogue, answers: Mapping[Key, Attestation]) -> Stated:
    statement.catalogue = adopted.catalogue
    key = (adopted.key, statement.identifier)
    attestation = answers.get(key)
    return Stated(
        statement,
        key,
        attestation,
        [item.evidence for item in attestation.documents.all()] if attestation else [],
        is_new=statement.identifier in adopted.new,
        is_changed=statement.identifier in adopted.changed,
    )


def _baseline_first(rows: Iterable[AdoptedCatalogue]) -> list[AdoptedCatalogue]:
    return sorted(rows, key=lambda row: (row.key != BASELINE_KEY, row.catalogue.title))


def grouped(rows: Iterable[Stated]) -> list[Group]:
    """The rows by group, in their order."""
    found: dict[tuple[UUID, str], Group] = {}
    for row in rows:
        statement = row.statement
        place = (statement.catalogue_id, statement.group)
        if place not in found:
            found[place] = Group(statement.catalogue, statement.group, statement.group_title)
        found[place].rows.append(row)
    return list(found.values())


_MET = """
SELECT adopted.environment_id, statement.safeguard, bool_and(coalesce(answer.value IN ('met', 'exceeds'), false))
FROM (SELECT DISTINCT ON (environment_id, key) environment_id, key, catalogue_id FROM grants_adoptedcatalogue
      WHERE environment_id = ANY(%s) ORDER BY environment_id, key, id DESC) adopted
JOIN grants_statement statement ON statement.catalogue_id = adopted.catalogue_id
    AND statement.safeguard <> '' AND statement.importance = 'mandatory'
LEFT JOIN LATERAL (SELECT attestation.value FROM grants_attestation attestation
    WHERE attestation.environment_id = adopted.environment_id AND attestation.catalogue_key = adopted.key
        AND attestation.identifier = statement.identifier
    ORDER BY attestation.id DESC LIMIT 1) answer ON true
GROUP BY 1, 2
"""


def safeguards_of(environment_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Environment → the safeguards of which it meets every mandatory statement. One query."""
    found: dict[UUID, set[str]] = defaultdict(set)
    if environment_ids:
        with connection.cursor() as cursor:
            cursor.execute(_MET, [list(environment_ids)])
            for environment_id, safeguard, met in cursor.fetchall():
                if met:
                    found[environment_id].add(safeguard)
    return {pk: frozenset(found[pk]) for pk in environment_ids}


def statement_rows(environment: Environment) -> QuerySet[Statement]:
    """For lists: the statements that the environment answers, with `catalogue_key`, `value`, `note`, `attested_at`
    and the number of `documents` of the answer that counts.
    """
    adopted = AdoptedCatalogue.objects.filter(environment=environment).order_by("key", "-id").distinct("key")
    answer = Attestation.objects.filter(
        environment=environment, catalogue_key=OuterRef("catalogue__key"), identifier=OuterRef("identifier")
    ).order_by("-id")
    documents = AttestedDocument.objects.filter(attestation=OuterRef("answer")).order_by().values("attestation")
    rows: QuerySet[Statement] = Statement.objects.filter(catalogue__in=adopted.values("catalogue"))
    return rows.annotate(
        catalogue_key=F("catalogue__key"),
        answer=Subquery(answer.values("pk")[:1]),
        value=Subquery(answer.values("value")[:1]),
        note=Subquery(answer.values("note")[:1]),
        attested_at=Subquery(answer.values("attested_at")[:1]),
        documents=Coalesce(Subquery(documents.annotate(n=Count("pk")).values("n")), 0),
    )
