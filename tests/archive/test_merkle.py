"""Merkle trees: the test vectors of certificate-transparency, and laws over trees of any size."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.archive.merkle import (
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)

# google/certificate-transparency, merkletree/merkle_tree_test: inputs and heads of the trees of one to eight leaves.
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]

INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize("size", range(1, 9))
def test_heads_are_those_of_the_reference(size: int):
    assert root(LEAVES[:size]).hex() == HEADS[size - 1]


def test_empty_tree_has_the_hash_of_nothing():
    assert root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference(index: int, size: int):
    assert [step.hex() for step in inclusion_proof(LEAVES[:size], index)] == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(old: int, size: int):
    assert [step.hex() for step in consistency_proof(LEAVES[:size], old)] == CONSISTENCY[old, size]


# The three definitions of RFC 6962 section 2.1, in its own words and with nothing of ours.
def mth(entries: list[bytes]) -> bytes:
    if len(entries) <= 1:
        return hashlib.sha256(b"".join(b"\0" + entry for entry in entries)).digest()
    k = largest_power_of_two_below(len(entries))
    return hashlib.sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = largest_power_of_two_below(len(entries))
    return [*path(m, entries[:k]), mth(entries[k:])] if m < k else [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], b: bool) -> list[bytes]:
    if m == len(entries):
        return [] if b else [mth(entries)]
    k = largest_power_of_two_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], b), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def largest_power_of_two_below(n: int) -> int:
    return max(2**power for power in range(n.bit_length()) if 2**power < n)


@pytest.mark.parametrize("size", range(1, 34))
def test_heads_and_all_proofs_are_those_of_the_definitions(size: int):
    entries = [bytes([number]) * number for number in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    assert root(leaves) == mth(entries)
    for place in range(size):
        assert list(inclusion_proof(leaves, place)) == path(place, entries)
        assert list(consistency_proof(leaves, place + 1)) == subproof(place + 1, entries, True)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number % 256, number // 256])) for number in range(size)]


SIZES = st.integers(1, 70)


@given(SIZES, st.data())
def test_every_leaf_is_proved_and_nothing_else(size: int, data: st.DataObject):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof, head = inclusion_proof(leaves, index), root(leaves)
    assert included(leaves[index], index, size, proof, head)
    assert not included(leaf_hash(b"forged"), index, size, proof, head)
    assert not included(leaves[index], index, size, (*proof, head), head)
    assert not included(leaves[index], size, size, proof, head)
    if size > 1:
        assert not included(leaves[index], (index + 1) % size, size, proof, head)
        assert not included(leaves[index], index, size, proof[:-1], head)


@given(SIZES, st.data())
def test_every_earlier_tree_is_consistent_and_no_other(size: int, data: st.DataObject):
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size))
    proof, head = consistency_proof(leaves, old), root(leaves)
    assert consistent(old, root(leaves[:old]), size, head, proof)
    assert not consistent(old, root([*leaves[: old - 1], leaf_hash(b"forged")]), size, head, proof)
    if old < size:
        assert not consistent(old, root(leaves[:old]), size, leaf_hash(b"forged"), proof)
        assert not consistent(old, root(leaves[:old]), size, head, proof[:-1])


@given(st.integers(0, 70), st.integers(0, 70))
def test_growing_on_from_kept_peaks_is_growing_at_once(first: int, more: int):
    leaves = leaves_of(first + more)
    kept = Frontier.of(leaves[:first])
    grown = Frontier(kept.size, list(kept.peaks))
    for leaf in leaves[first:]:
        grown.add(leaf)
    assert grown.root == root(leaves)


def test_node_is_never_a_leaf():
    left, right = leaves_of(2)
    assert node_hash(left, right) != leaf_hash(left + right)


@pytest.mark.parametrize("index", [-1, 3])
def test_leaf_outside_the_tree_has_no_proof(index: int):
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(leaves_of(3), index)


@pytest.mark.parametrize("size", [0, 4])
def test_tree_that_is_not_earlier_has_no_proof(size: int):
    with pytest.raises(ValueError, match="no such earlier tree"):
        consistency_proof(leaves_of(3), size)
