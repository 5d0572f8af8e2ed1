"""The verifier: reads the whole record and says what does not fit. It trusts no trigger.

It finds entries that were changed, removed, put in, moved or cut off; events that are not what was
committed, or are gone before their time; tree nodes that are wrong; checkpoints with another root; a head that this
portal did not write; and rows of the portal whose state is not what the record says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Subquery

from portal.core import clock
from portal.core.canonical import canonical
from portal.ledger import merkle
from portal.ledger.append import commitment, head_mac
from portal.ledger.merkle import Frontier, leaf_hash
from portal.ledger.models import Checkpoint, Entry, Event, Head, Node

BATCH = 2000

EVENT_FIELDS = ("verb", "object_type", "object", "body", "role", "state", "rulebook", "time")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit. `where` names the entry, node, head or row."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def verify() -> Iterator[Problem]:
    """Every problem found in the record and in the rows that it speaks of, as they were at one moment."""
    with _one_moment():
        tree = Frontier()
        stored = _StoredNodes()
        yield from _entries(tree, stored)
        yield from stored.left_over()
        yield from _head(tree)
        yield from _states()


@contextmanager
def _one_moment() -> Iterator[None]:
    """A snapshot: what is appended while the verifier reads is not half seen. An open transaction is read as it is."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


class _StoredNodes:
    """The tree nodes as stored, read in the order in which entries finish them."""

    def __init__(self) -> None:
        self._seen = 0

    def compare(self, finished: list[merkle.Node]) -> Iterator[Problem]:
        places = {(node.level, node.index): node.hash for node in finished}
        stored = Node.objects.filter(index__in=[index for _, index in places], level__in=[level for level, _ in places])
        found = {(node.level, node.index): bytes(node.hash) for node in stored}
        for place, expected in places.items():
            self._seen += place in found
            if found.get(place) != expected:
                yield Problem(f"node {place[0]}/{place[1]}", "missing or not the hash of its two halves")

    def left_over(self) -> Iterator[Problem]:
        if (count := Node.objects.count()) != self._seen:
            yield Problem("nodes", f"{count} stored where the entries make {self._seen}")


def _entries(tree: Frontier, stored: _StoredNodes) -> Iterator[Problem]:
    expected, finished = 1, []
    checkpoints = dict(Checkpoint.objects.values_list("size", "root"))
    entries = Entry.objects.order_by("seq").select_related("event")
    for entry in entries.iterator(chunk_size=2000):
        where = f"entry {entry.seq}"
        if entry.seq != expected:
            yield Problem(where, f"expected entry {expected}: entries are missing or out of order")
        expected = entry.seq + 1
        leaf = leaf_hash(canonical(entry.public()))
        if leaf != bytes(entry.leaf_hash):
            yield Problem(where, "the fields are not those that were hashed")
        yield from _event(entry, where)
        finished += tree.append(leaf)
        if entry.object_type == "checkpoint" and checkpoints.pop(entry.seq, None) != tree.root().hex():
            yield Problem(where, "the checkpoint that it begins is missing, or has another root")
        if len(finished) >= BATCH:
            yield from stored.compare(finished)
            finished = []
    yield from stored.compare(finished)
    for size in checkpoints:
        yield Problem(f"checkpoint {size}", "no entry of the record begins it")


def _event(entry: Entry, where: str) -> Iterator[Problem]:
    event = getattr(entry, "event", None)
    if event is None:
        if entry.retained_until >= clock.today():
            yield Problem(where, "the event is gone before its retention ended")
        return
    if commitment(bytes(event.salt), event.content.encode()) != bytes(entry.commitment):
        yield Problem(where, "the event is not the one that was committed")
        return
    content, public = json.loads(event.content), entry.public()
    for name in EVENT_FIELDS:
        if content[name] != public[name]:
            yield Problem(where, f"entry and event differ in {name}")
    if content["tier"] != event.tier:
        yield Problem(where, "the event's disclosure tier was changed")
    if [str(item) for item in event.about] != list(dict.fromkeys([content["object"], *content["about"]])):
        yield Problem(where, "the event was moved to another timeline")
    if (str(event.actor_id) if event.actor_id else None) != content["actor"]:
        yield Problem(where, "the event was given another author")
    if event.retained_until != entry.retained_until:
        yield Problem(where, "the event's retention was changed")


def _head(tree: Frontier) -> Iterator[Problem]:
    orphans = Event.objects.filter(~Exists(Entry.objects.filter(pk=OuterRef("pk")))).count()
    if orphans:
        yield Problem("events", f"{orphans} without an entry")
    head = Head.objects.first()
    if head is None:
        if tree.size:
            yield Problem("head", "there are entries, but no head")
        return
    if head.mac != head_mac(head.size, head.root):
        yield Problem("head", "not written by this portal: its authentication code does not fit LEDGER_KEY")
    if head.size != tree.size:
        yield Problem("head", f"it counts {head.size} entries, the record has {tree.size}")
    if head.root != tree.root().hex():
        yield Problem("head", "its root is not the root over the entries")
    if head.frontier != [peak.hex() for peak in tree.peaks]:
        yield Problem("head", "its frontier is not that of the entries")


def lifecycle_models() -> list[type[Model]]:
    """Every concrete model that has a lifecycle table."""
    return [model for model in apps.get_models() if hasattr(model, "TABLE")]


def _states() -> Iterator[Problem]:
    """Rows whose state is not the last one recorded, rows that no entry speaks of, and entries whose row is gone."""
    for model in lifecycle_models():
        noun = model.TABLE.noun  # type: ignore[attr-defined]
        recorded = Entry.objects.filter(object_id=OuterRef("pk"), object_type=noun).exclude(state="").order_by("-seq")
        rows = model._base_manager.annotate(recorded=Subquery(recorded.values("state")[:1]))
        for pk, state, known in rows.values_list("pk", "state", "recorded").iterator(chunk_size=5000):
            if known is None:
                yield Problem(f"{noun} {pk}", "no entry records it")
            elif known != state:
                yield Problem(f"{noun} {pk}", f"is {state!r}, the record says {known!r}")
        made = Entry.objects.filter(object_type=noun).exclude(state="")
        gone = made.exclude(object_id__in=model._base_manager.values("pk")).values_list("object_id", flat=True)
        for pk in gone.order_by().distinct():
            yield Problem(f"{noun} {pk}", "the record speaks of it, but the row is gone")
