"""What a process must do before it meets data."""

import os
import resource


def keep_to_itself() -> None:
    """Files for their owner alone, and no core dump: it would hold keys and people in the clear."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
