"""The Merkle tree of the ledger: RFC 6962 §2.1 hashing, kept as a frontier so that appending needs no look-ups.

The frontier of a tree of n leaves holds the roots of its complete subtrees, the largest first: one for
each bit set in n. It is all that is needed to append a leaf and to compute the root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data), 32 bytes (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), 32 bytes. Both sides must be 32 bytes: a short hash is never padded."""
    if len(left) != 32 or len(right) != 32:
        raise ValueError("A node joins two hashes of 32 bytes each.")
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree: `level` (1 covers two leaves) and `index` from the left, 0-based."""

    level: int
    index: int
    hash: bytes


@dataclass
class Frontier:
    """A growing tree: its size in leaves and the roots of its complete subtrees, largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise ValueError(f"A tree of {self.size} leaves has {self.size.bit_count()} peaks, not {len(self.peaks)}.")

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf hash; return the complete subtrees that it finished, the smallest first."""
        carried, level, finished = leaf, 0, []
        while self.size >> level & 1:
            carried = node_hash(self.peaks.pop(), carried)
            level += 1
            finished.append(Node(level, self.size >> level, carried))
        self.peaks.append(carried)
        self.size += 1
        return finished

    def root(self) -> bytes:
        """The root over all leaves so far; the hash of nothing when there are none."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root by the recursive definition of RFC 6962 §2.1, from leaf hashes. Slow: the check on Frontier."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))
