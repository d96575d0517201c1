"""A rotation that ends itself at the n-th line of ours: `python -m tests.rooms.rotation.killed`.

Without n it ends well and writes how many lines it ran.
"""

import datetime as dt
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from pipelines.core.settings import settings_from
from pipelines.rotation import rotate_root

OURS = (
    "rotation.py", "store_rewrite.py", "changes.py", "recording.py", "ring.py", "files.py",
    "ledger.py", "log_file.py",
)  # fmt: skip
DAY = dt.date(2026, 10, 20)
lines = 0


def main(home: Path, last: int) -> None:
    """Rotate, and stop dead before the last line."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        global lines
        if Path(frame.f_code.co_filename).name not in OURS:
            return None
        if event == "line":
            lines += 1
            if lines == last:
                os._exit(9)
        return trace

    sys.settrace(trace)
    rotate_root(settings_from({}, home), {}, DAY)
    sys.settrace(None)
    sys.stdout.write(f"{lines}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
