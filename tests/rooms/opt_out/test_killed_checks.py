"""A check that is killed at any of its lines: the next run ends as if nothing had happened.

FAULTS rows 31 and 32 at every point between the question and the acknowledgement.
"""

import datetime as dt
import os
import sys
from types import FrameType
from typing import Any

import pytest

from pipelines import opt_out
from pipelines.consent.opt_out_cache import State
from pipelines.opt_out import check_opt_outs
from tests.rooms.opt_out.conftest import Bench
from tests.rooms.opt_out.national_service import OURS, SERVICE, nhs_numbers

NUMBERS = nhs_numbers(5)
ALLOWED = frozenset(NUMBERS[1:])
EVERY = 3
"""Lines from one point to the next."""


def is_killed_after(lines: int, bench: Bench) -> bool:
    """Whether a check, in a process of its own, runs more lines than that; then it is killed."""
    child = os.fork()
    if child == 0:
        left = lines

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            if frame.f_code.co_filename != opt_out.__file__:
                return None
            left -= event == "line"
            if left < 0:
                os._exit(9)
            return trace

        sys.settrace(trace)
        try:
            check_opt_outs(NUMBERS, bench.desk())
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.slow
def test_a_check_killed_at_any_line_is_completed_by_the_next(bench: Bench) -> None:
    bench.service.opted_out = {NUMBERS[0]}
    cache = bench.desk().cache
    points = 0
    while is_killed_after(points * EVERY, bench):
        points += 1
        assert check_opt_outs(NUMBERS, bench.desk()) == ALLOWED
        assert bench.inbox() == []
        assert {question.state for question in cache.questions()} == {State.DONE}
        cache.forget_old(dt.datetime.max.replace(tzinfo=dt.UTC))
        bench.sandbox.empty(OURS, SERVICE)
    assert points > 25, "too few points: this test would prove little"
