"""A large table as blocks of leaves and a coarser table above them.

A piece is the part of a block that no cell beyond the block tells apart. Cells that are made of
whole pieces form the upper table; it is settled first, and then each block by itself.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipelines.protect.suppress.problem import Flags, Ints


@dataclass(frozen=True)
class Levels:
    """`piece` of every leaf; which cells are made of whole pieces; the block of every inner cell.

    `home` is -1 for a cell that reaches over several blocks.
    """

    piece: Ints
    is_upper: Flags
    home: Ints

    @property
    def first_leaf(self) -> Ints:
        """One leaf of each piece, in the order of the pieces."""
        return np.unique(self.piece, return_index=True)[1]

    def coarse(self, rows: sparse.csr_array) -> sparse.csr_array:
        """Rows that are made of whole pieces, over the pieces."""
        return sparse.csr_array(rows.tocsc()[:, self.first_leaf])


def levels_of(rows: sparse.csr_array, blocks: Ints) -> Levels:
    """Where each row belongs, for the block of every leaf."""
    home = homes_of(rows, blocks)
    beyond = rows[np.flatnonzero(home < 0)].toarray()
    marks = np.vstack([blocks[None, :], beyond])
    _, piece = np.unique(marks, axis=1, return_inverse=True)
    piece = np.asarray(piece, dtype=np.int64).ravel()
    return Levels(piece, is_made_of(rows, piece), home)


def homes_of(rows: sparse.csr_array, blocks: Ints) -> Ints:
    """The block that holds all of a row's leaves, or -1."""
    row_of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    least = np.full(rows.shape[0], np.iinfo(np.int64).max)
    most = np.full(rows.shape[0], -1, dtype=np.int64)
    np.minimum.at(least, row_of, blocks[rows.indices])
    np.maximum.at(most, row_of, blocks[rows.indices])
    return np.where(least == most, most, -1)


def is_made_of(rows: sparse.csr_array, piece: Ints) -> Flags:
    """Which rows weigh all the leaves of a piece alike."""
    pieces = int(piece.max()) + 1
    leaves = np.arange(len(piece))
    member = sparse.csr_array((np.ones(len(piece)), (leaves, piece)), shape=(len(piece), pieces))
    mean = sparse.csr_array(rows @ member) * (1.0 / np.asarray(member.sum(axis=0)).ravel())
    spread = sparse.csr_array(mean @ member.T) - rows
    unlike: Flags = np.asarray(abs(spread).max(axis=1).todense()).ravel() < 1e-9
    return unlike
