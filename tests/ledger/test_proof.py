"""Proofs of inclusion: for every entry of every size, and for no other."""

from __future__ import annotations

import pytest

from portal.ledger.merkle import Frontier, leaf_hash, root_of
from portal.ledger.models import Entry, Head
from portal.ledger.proof import _path, _places, _root, inclusion_proofs, root_by
from tests.factories.accounts import make_organisation


def tree(size: int) -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    """Leaves, and the hashes of all complete subtrees, as the record stores them."""
    leaves, frontier, known = [leaf_hash(bytes([n % 256, n // 256])) for n in range(size)], Frontier(), {}
    for number, leaf in enumerate(leaves):
        known[0, number] = leaf
        known |= {(node.level, node.index): node.hash for node in frontier.append(leaf)}
    return leaves, known


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 100])
def test_every_leaf_of_a_tree_has_its_proof(size: int) -> None:
    leaves, known = tree(size)
    root = root_of(leaves)
    for index, leaf in enumerate(leaves):
        ranges = _path(index, 0, size)
        assert all(place in known for start, end in ranges for place in _places(start, end))
        path = [_root(start, end, known) for start, end in ranges]
        assert root_by(leaf, index=index, size=size, path=path) == root
        if size > 1:
            assert root_by(leaf, index=(index + 1) % size, size=size, path=path) != root
            assert root_by(leaf_hash(b"another"), index=index, size=size, path=path) != root
            assert root_by(leaf, index=index, size=size, path=path[:-1]) is None
            assert root_by(leaf, index=index, size=size, path=[*path, path[0]]) is None
            assert root_by(leaf, index=index, size=size, path=[b"short", *path[1:]]) is None


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_a_leaf_outside_the_tree_proves_nothing(index: int, size: int) -> None:
    assert root_by(leaf_hash(b""), index=index, size=size, path=[]) is None


@pytest.mark.django_db
def test_entries_of_the_record_are_proved_in_two_queries(django_assert_num_queries: object) -> None:
    for _ in range(7):
        make_organisation("institution")
    head = Head.objects.get()
    seqs = list(Entry.objects.values_list("seq", flat=True))
    with django_assert_num_queries(2):  # type: ignore[operator]
        proofs = inclusion_proofs(seqs, size=head.size)
    for entry in Entry.objects.all():
        found = root_by(bytes(entry.leaf_hash), index=entry.seq - 1, size=head.size, path=proofs[entry.seq])
        assert found == bytes.fromhex(head.root)
    with pytest.raises(ValueError, match="beyond"):
        inclusion_proofs([head.size + 1], size=head.size)
