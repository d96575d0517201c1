"""`python -m tests.canary`: plays every scene on marked deliveries and prints what was found."""

import sys
import tempfile
from pathlib import Path

from tests.canary.played import play


def main() -> int:
    """Print the figures; the exit status is 1 when a mark escaped."""
    with tempfile.TemporaryDirectory() as folder:
        played = play(Path(folder))
        lines = [f"{what:40} {count:>15,}\n" for what, count in played.figures().items()]
        where = sorted({f"  {find.spelling} in {find.place}\n" for find in played.escaped.finds})
        sys.stdout.writelines([*lines, *where])
        return 1 if played.escaped.finds else 0


if __name__ == "__main__":
    sys.exit(main())
