"""Reads about catalogues of statements themselves: which there are, who answers them, what an import would change."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from grants.catalogues import Read
from grants.models import AdoptedCatalogue, Attestation, Environment, Statement, StatementCatalogue


def catalogues() -> QuerySet[StatementCatalogue]:
    """Every version of every catalogue, with how many environments answer it now (`environments`)."""
    counted = _adopted().filter(catalogue=OuterRef("pk")).order_by().values("catalogue").annotate(n=Count("pk"))
    return StatementCatalogue.objects.annotate(environments=Coalesce(Subquery(counted.values("n")), 0))


def _adopted() -> QuerySet[AdoptedCatalogue]:
    """For each environment in use, the version of each catalogue that it answers now."""
    newer = AdoptedCatalogue.objects.filter(
        environment=OuterRef("environment"), key=OuterRef("key"), pk__gt=OuterRef("pk")
    )
    return AdoptedCatalogue.objects.filter(~Exists(newer)).exclude(environment__state="closed")


def environments_answering(catalogue: StatementCatalogue) -> QuerySet[Environment]:
    """The environments that answer this version, by institution, with how many statements each has `answered`."""
    statement = Statement.objects.filter(catalogue=catalogue, identifier=OuterRef("identifier"))
    answers = Attestation.objects.filter(Exists(statement), environment=OuterRef("pk"), catalogue_key=catalogue.key)
    answered = answers.order_by().values("environment").annotate(n=Count("identifier", distinct=True)).values("n")
    rows: QuerySet[Environment] = Environment.objects.filter(
        Exists(_adopted().filter(environment=OuterRef("pk"), catalogue=catalogue))
    )
    rows = rows.annotate(answered=Coalesce(Subquery(answered), 0)).select_related("institution__organisation")
    return rows.order_by("institution__organisation__name", "name", "pk")


def statements_of(catalogue: StatementCatalogue) -> QuerySet[Statement]:
    """Its statements in the order of the document."""
    return Statement.objects.filter(catalogue=catalogue).order_by("position")


@dataclass(frozen=True, slots=True)
class Group:
    """The statements under one heading of the document."""

    title: str
    statements: list[Statement]


def grouped_statements(catalogue: StatementCatalogue) -> list[Group]:
    """The statements under their headings. One query."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for row in statements_of(catalogue):
        found.setdefault((row.group, row.group_title), []).append(row)
    return [Group(title, rows) for (_group, title), rows in found.items()]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. `before` is the version that it replaces; of that, what is new, reworded and gone."""

    read: Read
    before: StatementCatalogue | None
    new: list[str]
    changed: list[str]
    gone: list[str]
    environments: int

    @property
    def is_there(self) -> bool:
        """Whether exactly this file is in use already."""
        return self.before is not None and self.before.digest == self.read.digest


def preview(key: str, read: Read) -> Preview:
    """What importing `read` under that key would change. Three queries; nothing is written."""
    before = catalogues().filter(key=key, state="in_use").first()
    texts = dict(statements_of(before).values_list("identifier", "text")) if before else {}
    now = {row.identifier: row.text for row in read.statements}
    return Preview(
        read,
        before,
        new=[name for name in now if name not in texts],
        changed=[name for name, text in now.items() if texts.get(name, text) != text],
        gone=[name for name in texts if name not in now],
        environments=getattr(before, "environments", 0),
    )
