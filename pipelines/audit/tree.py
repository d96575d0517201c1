"""The Merkle tree of RFC 6962, section 2.1: its root, and proofs that need only some hashes.

A proof of inclusion shows that an entry is in a tree; a proof of consistency, that a tree has an
earlier one as its beginning.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256().digest()
HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry, which no node can have."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Edge:
    """A tree's right edge: roots of its whole subtrees, largest first. Enough to grow it."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def with_leaf(self, leaf: bytes) -> "Edge":
        """The edge once one more leaf is in: as many joins as the size ends in ones."""
        hashes, size = list(self.hashes), self.size
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        return Edge(self.size + 1, (*hashes, leaf))

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *left, root = self.hashes
        for subtree in reversed(left):
            root = node_hash(subtree, root)
        return root


def edge_of(leaves: Iterable[bytes]) -> Edge:
    """The right edge of the tree of these leaf hashes."""
    edge = Edge()
    for leaf in leaves:
        edge = edge.with_leaf(leaf)
    return edge


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree of these leaf hashes."""
    return edge_of(leaves).root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the path of a leaf, from the leaf upwards."""
    start, end, path = 0, len(leaves), []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            start = middle
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at its place and a path lead to; none when the path does not fit."""
    if not 0 <= index < size:
        return None
    hashes, last, root = iter(path), size - 1, leaf
    while last:
        if index & 1 or index == last:
            # Alone at the end of its row: it is joined further up, where it is a right child.
            while not index & 1:
                index, last = index >> 1, last >> 1
            root = node_hash(next(hashes, b""), root)
        else:
            root = node_hash(root, next(hashes, b""))
        index, last = index >> 1, last >> 1
    return root if _used_up(hashes, path) else None


def consistency_proof(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The hashes that show the first `earlier` leaves to be the beginning of the tree."""
    if not 0 < earlier < len(leaves):
        return []
    start, end, whole = 0, len(leaves), True
    path: list[bytes] = []
    while earlier != end - start:
        middle = start + _split(end - start)
        if earlier <= middle - start:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            earlier, start, whole = earlier - (middle - start), middle, False
    if not whole:
        path.append(root_of(leaves[start:end]))
    return path[::-1]


def is_consistent(
    earlier: tuple[int, bytes], later: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Whether a proof shows the earlier (size, root) to be the beginning of the later."""
    (size, root), (later_size, later_root) = earlier, later
    if size == later_size:
        return root == later_root and not path
    if size == 0:
        return root == EMPTY_ROOT and not path
    if not 0 < size < later_size or not path:
        return False
    hashes = iter([root, *path] if size & (size - 1) == 0 else path)
    index, last = size - 1, later_size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = next(hashes, b"")
    while last:
        if index & 1 or index == last:
            beside = next(hashes, b"")
            old, new = node_hash(beside, old), node_hash(beside, new)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, next(hashes, b""))
        index, last = index >> 1, last >> 1
    return _used_up(hashes, path) and (old, new) == (root, later_root)


def _split(size: int) -> int:
    """The largest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1


def _used_up(hashes: Iterator[bytes], path: Sequence[bytes]) -> bool:
    return next(hashes, None) is None and all(len(h) == HASH_BYTES for h in path)
