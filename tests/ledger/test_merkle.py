"""The tree against the reference vectors of RFC 6962's implementation, and against its recursive definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The well-known inputs of the certificate-transparency tests."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Their roots, for 0 to 8 leaves."""


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size):
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    tree = Frontier()
    for item in hashes:
        tree.append(item)
    assert tree.root().hex() == root_of(hashes).hex() == ROOTS[size]


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_frontier_has_the_root_of_the_recursive_definition(data):
    hashes = [leaf_hash(item) for item in data]
    tree = Frontier()
    for size, item in enumerate(hashes):
        assert tree.root() == root_of(hashes[:size])
        tree.append(item)
    assert tree.root() == root_of(hashes)


@given(st.integers(min_value=1, max_value=130))
def test_appending_finishes_every_complete_subtree_once(size):
    hashes = [leaf_hash(str(number).encode()) for number in range(size)]
    tree = Frontier()
    finished = [node for item in hashes for node in tree.append(item)]
    places = {(node.level, node.index) for node in finished}
    expected = {(level, index) for level in range(1, size.bit_length()) for index in range(size >> level)}
    assert places == expected
    assert len(finished) == len(expected)
    for node in finished:
        assert node.hash == root_of(hashes[node.index << node.level : (node.index + 1) << node.level])


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_a_frontier_goes_on_from_where_it_was_kept(data, draw):
    cut = draw.draw(st.integers(0, len(data)))
    hashes = [leaf_hash(item) for item in data]
    first = Frontier()
    for item in hashes[:cut]:
        first.append(item)
    second = Frontier(first.size, list(first.peaks))
    for item in hashes[cut:]:
        second.append(item)
    assert second.root() == root_of(hashes)


def test_a_leaf_is_never_taken_for_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize(("left", "right"), [(b"", b"\0" * 32), (b"\0" * 32, b"\0" * 31), (b"\0" * 33, b"\0" * 32)])
def test_short_and_long_hashes_are_refused(left, right):
    with pytest.raises(ValueError):
        node_hash(left, right)


def test_a_frontier_must_fit_its_size():
    with pytest.raises(ValueError):
        Frontier(3, [b"\0" * 32])
    assert Frontier().root() == EMPTY_ROOT
