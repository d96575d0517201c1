"""The tree against published values, and against the definitions of RFC 6962 written out again."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audit.tree import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    edge_of,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    root_from_inclusion,
    root_of,
)

# The reference vectors of the Certificate Transparency project (RFC 6962's authors): eight
# entries, and the root after each.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LOGS = st.lists(st.binary(max_size=8), min_size=1, max_size=130)
QUICK = settings(max_examples=60, deadline=None)


def defined_root(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = max(2**i for i in range(64) if 2**i < len(entries))
    return hashlib.sha256(b"\x01" + defined_root(entries[:k]) + defined_root(entries[k:])).digest()


def defined_path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(entries) == 1:
        return []
    k = max(2**i for i in range(64) if 2**i < len(entries))
    if m < k:
        return [*defined_path(m, entries[:k]), defined_root(entries[k:])]
    return [*defined_path(m - k, entries[k:]), defined_root(entries[:k])]


def defined_proof(m: int, entries: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(entries):
        return [] if whole else [defined_root(entries)]
    k = max(2**i for i in range(64) if 2**i < len(entries))
    if m <= k:
        return [*defined_proof(m, entries[:k], whole=whole), defined_root(entries[k:])]
    return [*defined_proof(m - k, entries[k:], whole=False), defined_root(entries[:k])]


def leaves_of(entries: Sequence[bytes]) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_are_met(size: int) -> None:
    assert root_of(leaves_of(ENTRIES[:size])).hex() == ROOTS[size - 1]


def test_a_tree_of_nothing_has_the_root_of_nothing() -> None:
    assert Edge().root == EMPTY_ROOT == hashlib.sha256(b"").digest()


@QUICK
@given(LOGS)
def test_a_tree_grown_leaf_by_leaf_has_the_root_that_is_defined(entries: list[bytes]) -> None:
    assert edge_of(leaves_of(entries)).root == defined_root(entries)


@QUICK
@given(LOGS, st.data())
def test_a_proof_of_inclusion_is_the_one_defined_and_leads_to_the_root(
    entries: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    path = inclusion_proof(leaves_of(entries), index)
    assert path == defined_path(index, entries)
    reached = root_from_inclusion(leaf_hash(entries[index]), index, len(entries), path)
    assert reached == defined_root(entries)


@QUICK
@given(LOGS, st.data())
def test_a_proof_of_consistency_is_the_one_defined_and_holds(
    entries: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(entries)))
    path = consistency_proof(leaves_of(entries), size)
    assert path == defined_proof(size, entries)
    earlier, later = (size, defined_root(entries[:size])), (len(entries), defined_root(entries))
    assert is_consistent(earlier, later, path)


@QUICK
@given(LOGS, st.data())
def test_no_other_leaf_place_or_path_leads_to_the_root(
    entries: list[bytes], data: st.DataObject
) -> None:
    size = len(entries)
    index = data.draw(st.integers(0, size - 1))
    leaf, path = leaf_hash(entries[index]), inclusion_proof(leaves_of(entries), index)
    forged = [
        root_from_inclusion(leaf_hash(entries[index] + b"x"), index, size, path),
        root_from_inclusion(leaf, size, size, path),
        root_from_inclusion(leaf, -1, size, path),
        root_from_inclusion(leaf, index, size, [*path, leaf]),
        *(root_from_inclusion(leaf, index, size, path[:-1]) for _ in path[:1]),
    ]
    assert defined_root(entries) not in forged


@QUICK
@given(LOGS, st.data())
def test_a_tree_that_was_rewritten_is_not_consistent(
    entries: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(entries)))
    place = data.draw(st.integers(0, size - 1))
    rewritten = [*entries[:place], entries[place] + b"x", *entries[place + 1 :]]
    earlier, later = (size, defined_root(entries[:size])), (len(entries), defined_root(rewritten))
    for path in (
        consistency_proof(leaves_of(entries), size),
        consistency_proof(leaves_of(rewritten), size),
        [],
    ):
        assert not is_consistent(earlier, later, path)


def test_the_beginning_of_every_tree_is_the_empty_one() -> None:
    later = (2, defined_root([b"a", b"b"]))
    assert is_consistent((0, EMPTY_ROOT), later, [])
    assert not is_consistent((0, later[1]), later, [])
    assert not is_consistent((3, later[1]), later, [])
