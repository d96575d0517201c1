"""Whether a ledger is what was recorded: every entry in order, and as every checkpoint says.

Without a checkpoint, a change shows in the entry after it. A checkpoint also shows a change of the
last entry, entries cut off, and a ledger that was written anew; one that is kept elsewhere shows
all that even to somebody whom the house deceives.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from pipelines.audit.checkpoint import Checkpoint, check_signature, origin_of, read_checkpoint
from pipelines.audit.log_file import checked, lines_of
from pipelines.audit.tree import EMPTY_ROOT, Edge, leaf_hash
from pipelines.core.errors import BadRelease

NAME = "checkpoint.txt"


@dataclass(frozen=True)
class Checked:
    """What was found of a ledger that is whole."""

    entries: int
    signed: int
    """Entries that the newest signed checkpoint covers."""
    checkpoints: int
    torn: int
    """Bytes of a last line that a crash cut off; the next entry removes them."""


def checkpoint_file(path: Path) -> Path:
    """Where a ledger's newest checkpoint is."""
    return path.with_name(NAME)


def verify_ledger(path: Path) -> int:
    """The number of entries. Raises `BadRelease` naming the first thing that is wrong.

    Signatures are not looked at; see `check_ledger`.
    """
    return check_ledger(path).entries


def check_ledger(
    path: Path, public_keys: Sequence[bytes] = (), against: Iterable[bytes] = ()
) -> Checked:
    """Follow a whole ledger and hold it against its checkpoint and others that were kept.

    Signatures are checked when keys are given. Raises `BadRelease` naming what is wrong first.
    """
    own = checkpoint_file(path)
    notes = [*([own.read_bytes()] if own.exists() else []), *against]
    for note in notes if public_keys else []:
        check_signature(note, public_keys)
    checkpoints = [read_checkpoint(note) for note in notes]
    followed = _follow(path, {checkpoint.size for checkpoint in checkpoints})
    for checkpoint in sorted(checkpoints, key=lambda each: each.size):
        _check_fits(checkpoint, followed)
    return Checked(
        followed.edge.size,
        max((checkpoint.size for checkpoint in checkpoints), default=0),
        len(checkpoints),
        path.stat().st_size - followed.bytes if path.exists() else 0,
    )


def kept_checkpoints(places: Sequence[Path], asked: Sequence[Path] = ()) -> list[bytes]:
    """Checkpoints in files, and in releases, which hold one each.

    Raises `BadRelease` when a place that was asked for has none; another is passed over.
    """
    files = [place / "ledger" / NAME if place.is_dir() else place for place in places]
    if any(not file.is_file() for file, place in zip(files, places, strict=True) if place in asked):
        raise BadRelease(
            "checkpoint-missing",
            "there is no checkpoint where you said.",
            "Name a file that holds one, or the folder of a release.",
        )
    return [file.read_bytes() for file in files if file.is_file()]


@dataclass(frozen=True)
class _Followed:
    """A ledger read from its first entry to its last: its name, and its roots where asked."""

    edge: Edge
    origin: str
    roots: Mapping[int, bytes]
    bytes: int


def _follow(path: Path, sizes: AbstractSet[int]) -> _Followed:
    edge, origin, length = Edge(), "", 0
    roots = {0: EMPTY_ROOT}
    for line in lines_of(path):
        checked(line, edge)
        leaf = leaf_hash(line)
        origin = origin or origin_of(leaf)
        edge, length = edge.with_leaf(leaf), length + len(line) + 1
        if edge.size in sizes:
            roots[edge.size] = edge.root
    return _Followed(edge, origin, roots, length)


def _check_fits(checkpoint: Checkpoint, followed: _Followed) -> None:
    if checkpoint.size > followed.edge.size:
        raise truncated(followed.edge.size, checkpoint.size)
    if followed.origin and checkpoint.origin != followed.origin:
        raise BadRelease(
            "ledger-other",
            "a checkpoint is of another ledger, or the first entry of this one was changed.",
            "Find out which house wrote the checkpoint. If it was this one, restore the ledger "
            "from its last copy.",
        )
    if followed.roots[checkpoint.size] != checkpoint.root:
        raise BadRelease(
            "ledger-rewritten",
            f"the first {checkpoint.size} entries of the ledger are not those that a checkpoint "
            "was written over.",
            "Restore the ledger from its last copy and find out who wrote to it.",
        )


def truncated(entries: int, signed: int) -> BadRelease:
    """What is said of a ledger that is shorter than it once was."""
    return BadRelease(
        "ledger-truncated",
        f"the ledger holds {entries} entries, and a checkpoint of it says {signed}.",
        "Restore the ledger from its last copy and find out who cut it.",
    )
