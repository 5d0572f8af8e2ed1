"""Reading catalogues: the tree of groups, searching for controls, and what a version changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from audits.models import Catalogue, Control, ControlGroup
from audits.models.catalogue import WORDS

_SAID = re.compile(r'"[^"]+"|-?\w[\w.()-]*')
FOUND = 50
"""Controls that a search shows, the best first."""


@dataclass(slots=True)
class Node:
    """A group in the tree: `own` controls in it, `total` with those of the groups within it."""

    group: ControlGroup
    own: int
    total: int = 0
    is_open: bool = False
    children: list[Node] = field(default_factory=list)


def tree(catalogue: Catalogue, *, opened: UUID | None = None) -> list[Node]:
    """The groups of a catalogue, nested; those around `opened` are open. One query, for any number of groups."""
    rows = catalogue.groups.annotate(own=Count("controls")).defer("overview").order_by("position")
    nodes: dict[UUID, Node] = {row.pk: Node(row, row.own, row.own) for row in rows}
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.group.parent_id) if node.group.parent_id else None
        (roots if above is None else above.children).append(node)
    for node in reversed(nodes.values()):
        if node.group.parent_id in nodes:
            nodes[node.group.parent_id].total += node.total
    while opened in nodes:
        nodes[opened].is_open = True
        opened = nodes[opened].group.parent_id
    return roots


def controls_of(group: ControlGroup) -> QuerySet[Control]:
    """The controls of a group in the order of the document."""
    rows: QuerySet[Control] = group.controls.order_by("position")
    return rows


def search(text: str, *, catalogue: Catalogue | None = None) -> QuerySet[Control]:
    """Controls by identifier or by words, the best first: of one catalogue, or of all that are current.

    An identifier counts from its beginning (`ac-2` finds AC-2 and AC-2(1)); words as people write them in a search box.
    """
    text = " ".join(text.replace("\x00", "").split())[:200]
    # Of operators only what stands before a word: PostgreSQL gives up at a long row of them.
    said = " ".join(_SAID.findall(text)[:20])
    wanted = SearchQuery(said, search_type="websearch", config="english")
    rows: QuerySet[Any] = Control.objects.select_related("catalogue", "group")
    rows = rows.filter(catalogue=catalogue) if catalogue is not None else rows.filter(catalogue__state="current")
    named, exact = (Q(**{f"oscal_id__{how}": text}) | Q(**{f"label__{how}": text}) for how in ("istartswith", "iexact"))
    # Two subqueries, so that the one for words goes by its index.
    by_words = Control.objects.annotate(words=WORDS).filter(words=wanted).values("pk")
    found = (
        rows.filter(Q(pk__in=by_words) | Q(pk__in=Control.objects.filter(named).values("pk"))) if text else rows.none()
    )
    ranked: QuerySet[Control] = found.annotate(
        rank=SearchRank(WORDS, wanted), is_named=_named_first(exact, named)
    ).order_by("-is_named", "-rank", "catalogue__key", "position")
    return ranked


def _named_first(exact: Q, named: Q) -> Any:
    """2 for the very identifier, 1 for one that begins so, 0 for what has the words."""
    return Case(When(exact, then=Value(2)), When(named, then=Value(1)), default=Value(0), output_field=IntegerField())


def versions(catalogue: Catalogue) -> QuerySet[Catalogue]:
    """Every version of the catalogue, the newest first."""
    rows: QuerySet[Catalogue] = Catalogue.objects.filter(key=catalogue.key).order_by("-imported_at", "-pk")
    return rows


@dataclass(frozen=True, slots=True)
class Changes:
    """What one version has that the other has not, and whose words differ. Controls are matched by identifier."""

    added: list[Control]
    removed: list[Control]
    changed: list[Control]


def changes(old: Catalogue, new: Catalogue) -> Changes:
    """What became of the controls from one version to another. Two queries."""
    before = {row.oscal_id: row for row in old.controls.order_by("position")}
    after = {row.oscal_id: row for row in new.controls.order_by("position")}
    return Changes(
        added=[row for key, row in after.items() if key not in before],
        removed=[row for key, row in before.items() if key not in after],
        changed=[row for key, row in after.items() if key in before and _says(row) != _says(before[key])],
    )


def _says(row: Control) -> tuple[str, str, str]:
    return row.title, row.statement, row.guidance
