"""Merkle trees of RFC 6962 section 2.1 over SHA-256: heads, proofs of inclusion and of consistency, and their checks.

Leaves are hashed with the prefix 0x00 and nodes with 0x01, so that neither can be passed off as the other. The tree of
`n` leaves splits at the largest power of two below `n`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf that holds `entry`."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the head of the tree over hashed `leaves`; the empty tree has the hash of nothing."""
    return Frontier.of(leaves).root


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: the head of each perfect subtree from left to right, O(log n) hashes.

    `size` counts the leaves taken so far.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier of the tree over hashed `leaves`."""
        frontier = cls()
        for leaf in leaves:
            frontier.add(leaf)
        return frontier

    def add(self, leaf: bytes) -> None:
        """Append one hashed leaf."""
        below = self.size
        while below & 1:  # a full subtree on the left of equal size: join them
            leaf = node_hash(self.peaks.pop(), leaf)
            below >>= 1
        self.peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """Return the head of the tree so far."""
        if not self.peaks:
            return hashlib.sha256().digest()
        head = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            head = node_hash(peak, head)
        return head


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf `index` to the head of the tree over `leaves` (RFC 6962 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    if len(leaves) == 1:
        return ()
    half = _split(len(leaves))
    left, right = leaves[:half], leaves[half:]
    if index < half:
        return (*inclusion_proof(left, index), root(right))
    return (*inclusion_proof(right, index - half), root(left))


def consistency_proof(leaves: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """Return the hashes that show that the tree over the first `size` leaves became this one (RFC 6962 2.1.2)."""
    if not 0 < size <= len(leaves):
        raise ValueError("no such earlier tree")
    return _subproof(leaves, size, whole=True)


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Tell whether `proof` leads from the hashed `leaf` at `index` to the `head` of a tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == head


def consistent(old_size: int, old_head: bytes, size: int, head: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether `proof` shows that the tree of `size` leaves begins with that of `old_size` (RFC 9162 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_head == head
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_head)
    if not steps:
        return False
    here, last = old_size - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == old_head and new == head


def _subproof(leaves: Sequence[bytes], size: int, *, whole: bool) -> tuple[bytes, ...]:
    if size == len(leaves):
        return () if whole else (root(leaves),)
    half = _split(len(leaves))
    if size <= half:
        return (*_subproof(leaves[:half], size, whole=whole), root(leaves[half:]))
    return (*_subproof(leaves[half:], size - half, whole=False), root(leaves[:half]))


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
