"""HiGHS, quiet and always the same: one thread, a fixed seed, never a time limit."""

import highspy


def new_solver(**options: float | str) -> highspy.Highs:
    """A solver with nothing in it yet; options are HiGHS's own."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call] # the class has no types of its own
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        highs.setOptionValue(name, value)
    for name, option in options.items():
        highs.setOptionValue(name, option)
    return highs
