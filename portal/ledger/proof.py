"""Proofs that entries are in the record: the hashes beside each one's way up to the root (RFC 6962, 2.1.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q

from portal.ledger.merkle import node_hash
from portal.ledger.models import Entry, Node

Place = tuple[int, int]
"""Level and index of a complete subtree; level 0 is a leaf."""


def inclusion_proofs(seqs: Iterable[int], *, size: int) -> dict[int, list[bytes]]:
    """Sequence number → the path of its entry in the tree of the first `size` entries, the lowest first. Two queries.

    Raises KeyError where a node is missing, ValueError for an entry that is not among them.
    """
    wanted = list(seqs)
    if any(not 1 <= seq <= size for seq in wanted):
        raise ValueError("An entry beyond the tree has no proof in it.")
    paths = {seq: _path(seq - 1, 0, size) for seq in wanted}
    places = {place for path in paths.values() for start, end in path for place in _places(start, end)}
    known = _hashes(places)
    return {seq: [_root(start, end, known) for start, end in path] for seq, path in paths.items()}


def root_by(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that leaf (at `index`, from 0) and path give in a tree of that size; None for a path of another length.

    RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    here, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0 or len(beside) != 32:
            return None
        if here & 1 or here == last:
            found = node_hash(beside, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        here, last = here >> 1, last >> 1
    return found if last == 0 else None


def _split(start: int, end: int) -> int:
    """Where a tree over those leaves divides: after the largest power of two that is smaller than it."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _path(index: int, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of leaves beside the way of a leaf, the lowest first."""
    if end - start == 1:
        return []
    middle = _split(start, end)
    if index < middle:
        return [*_path(index, start, middle), (middle, end)]
    return [*_path(index, middle, end), (start, middle)]


def _places(start: int, end: int) -> list[Place]:
    """The complete subtrees that make up those leaves."""
    if (end - start).bit_count() == 1:
        level = (end - start).bit_length() - 1
        return [(level, start >> level)]
    middle = _split(start, end)
    return [*_places(start, middle), *_places(middle, end)]


def _root(start: int, end: int, known: Mapping[Place, bytes]) -> bytes:
    if (end - start).bit_count() == 1:
        level = (end - start).bit_length() - 1
        return known[level, start >> level]
    middle = _split(start, end)
    return node_hash(_root(start, middle, known), _root(middle, end, known))


def _hashes(places: Iterable[Place]) -> dict[Place, bytes]:
    """Stored hashes of these places: leaves from their entries, subtrees from their nodes."""
    leaves, by_level = [index + 1 for level, index in places if level == 0], dict[int, list[int]]()
    for level, index in places:
        if level:
            by_level.setdefault(level, []).append(index)
    rows = Entry.objects.filter(seq__in=leaves).values_list("seq", "leaf_hash")
    found = {(0, seq - 1): bytes(leaf) for seq, leaf in rows}
    wanted = Q(pk__in=[])
    for level, indexes in by_level.items():
        wanted |= Q(level=level, index__in=indexes)
    nodes = Node.objects.filter(wanted).values_list("level", "index", "hash")
    return found | {(level, index): bytes(held) for level, index, held in nodes}
