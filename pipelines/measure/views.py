"""Queries that several measures share, found by listing the folder `shared`.

They read the store's tables and no parameter, so they say the same for every ICB and day: each is
worked out once, as a table.
"""

from pathlib import Path

SHARED = Path(__file__).parent / "shared"


def shared_views() -> list[str]:
    """SQL that puts each shared query under the name of its file."""
    return [shared_view(path.stem) for path in sorted(SHARED.glob("*.sql"))]


def shared_view(name: str) -> str:
    """SQL that puts one shared query under its name."""
    return f"create table {name} as\n{(SHARED / f'{name}.sql').read_text('utf-8')}"
