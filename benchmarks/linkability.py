"""How many people two recipients could link between their extracts, profile by profile.

    python -m benchmarks.linkability [--people N] [--seed N]

Two recipients hold extracts of overlapping people under pseudonyms that differ. Whoever gets hold
of both has only the attributes. Everybody here is made up: neighbourhoods of about 1,600 people in
ten districts, years of birth, sex, ethnic categories, a first day and visits, the same in both
extracts. The figures in the second column were measured earlier, on other made-up people of that
shape, and are what such a table should come near to.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks.linkability_people import (
    BORN,
    FIFTH,
    GROUP,
    PLACE,
    SEX,
    START,
    STATUS,
    VISITS,
    Pair,
    ladders_here,
    people,
    two_extracts,
)
from pipelines.protect.person_level import (
    Anonymised,
    Attack,
    RankMatching,
    generalise,
    guessed,
    inference,
    information_loss,
    linkability,
    make_anonymous,
    membership,
    nearest_linkability,
    on_common_levels,
    rank_matching,
    singling_out,
)
from pipelines.protect.person_level.ladders import EXACT, Ladders

DRAWS = 20
LIMIT = 0.02

Accepts = Callable[[pa.Table, Mapping[str, str]], bool]


@dataclass(frozen=True)
class Profile:
    """What an extract shows; `measured` is the share that was linked before, if it was."""

    name: str
    levels: Mapping[str, str]
    measured: str = ""


PROFILES = (
    Profile(
        "neighbourhood, birth year, sex, ethnic category",
        {PLACE: EXACT, BORN: EXACT, SEX: EXACT, GROUP: EXACT},
        "87.6 %",
    ),
    Profile(
        "the same, first day, visits",
        {PLACE: EXACT, BORN: EXACT, SEX: EXACT, GROUP: EXACT, START: EXACT, VISITS: EXACT},
        "99.9 %",
    ),
    Profile(
        "neighbourhood, 5 years, sex", {PLACE: EXACT, BORN: "5-year", SEX: EXACT}, "33.5 %"
    ),
    Profile(
        "MSOA, 5 years, sex, ethnic category",
        {PLACE: "msoa", BORN: "5-year", SEX: EXACT, GROUP: EXACT},
        "22.0 %",
    ),
    Profile("MSOA, 20 years, sex", {PLACE: "msoa", BORN: "20-year", SEX: EXACT}, "0.3 %"),
    Profile(
        "district, 20 years, sex, month, visit band",
        {PLACE: "ltla", BORN: "20-year", SEX: EXACT, START: "month", VISITS: "band"},
        "1.9 %",
    ),
    Profile("district, 20 years, sex", {PLACE: "ltla", BORN: "20-year", SEX: EXACT}, "0 %"),
    Profile(
        "district, 20 years, sex, fifth, status, visit band",
        {PLACE: "ltla", BORN: "20-year", SEX: EXACT, FIFTH: EXACT, STATUS: EXACT, VISITS: "band"},
    ),
    Profile(
        "the same, month",
        {
            PLACE: "ltla", BORN: "20-year", SEX: EXACT, FIFTH: EXACT, STATUS: EXACT,
            VISITS: "band", START: "month",
        },
    ),
)  # fmt: skip


def main() -> None:
    """Make people up, attack, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    everybody = people(chosen.people, chosen.seed)
    pair, ladders = two_extracts(everybody, chosen.seed), ladders_here()
    print(f"{chosen.people:,} people; {pair.truth.num_rows:,} of them in both extracts\n")
    print(
        f"{'what is shown':52}{'before':>8}{'linked':>9}{'right':>8}{'guess':>8}{'loss':>7}  gate"
    )
    for profile in PROFILES:
        print(_line(profile, pair, ladders))
    print(_house_line(pair, ladders))
    print("\nwith k = 8, l = 2 made by coarser levels and by leaving out at most 5 % of rows")
    for profile in PROFILES:
        print("\n".join(_anonymous_lines(profile, pair, ladders)))
    _print_nearest(pair, ladders)
    _print_others(pair, ladders)
    _print_ranks(chosen.seed)


def shown(rows: pa.Table, levels: Mapping[str, str], ladders: Ladders) -> pa.Table:
    """The columns of a profile on their levels."""
    return generalise(rows.select(["pseudonym", *levels]), levels, ladders)


def _line(profile: Profile, pair: Pair, ladders: Ladders) -> str:
    left, right = (shown(side, profile.levels, ladders) for side in (pair.left, pair.right))
    found, names = linkability(left, right, pair.truth), list(profile.levels)
    return (
        f"{profile.name:52}{profile.measured:>8}{found.success_rate:9.2%}{found.precision:8.1%}"
        f"{guessed(left, right, pair.truth):8.1%}"
        f"{information_loss(pair.left, {**_hidden(names), **profile.levels}, ladders):7.2f}"
        f"  {'passes' if found.success_rate <= LIMIT else 'refused'}"
    )


def _hidden(shown_names: Sequence[str]) -> dict[str, str]:
    every = (PLACE, BORN, SEX, GROUP, START, VISITS, FIFTH, STATUS)
    return {name: "hidden" for name in every if name not in shown_names}


def _anonymous_lines(profile: Profile, pair: Pair, ladders: Ladders) -> list[str]:
    """The profile with k and l; when that can still be linked, with the gate as a condition too."""
    right = anonymous(profile, pair.right, ladders)
    left = anonymous(profile, pair.left, ladders)
    found = _attacked(left.table, left.levels, right, pair, ladders)
    lines = [_made_line(profile.name, left, found)]
    if found.success_rate > LIMIT:

        def passes(rows: pa.Table, levels: Mapping[str, str]) -> bool:
            return _attacked(rows, levels, right, pair, ladders).success_rate <= LIMIT

        left = anonymous(profile, pair.left, ladders, passes)
        found = _attacked(left.table, left.levels, right, pair, ladders)
        lines.append(_made_line("... and the gate as a condition", left, found))
    return lines


def anonymous(
    profile: Profile,
    rows: pa.Table,
    ladders: Ladders,
    accepts: Accepts | None = None,
    secret: Sequence[str] = (VISITS, STATUS),
) -> Anonymised:
    """A side with k = 8 and l = 2, from the profile's levels up.

    What is `secret` nobody knows of a person: it keeps its level and is not counted in k.
    """
    sensitive = [name for name in secret if name in profile.levels]
    known = [name for name in profile.levels if name not in sensitive]
    rows = rows.select(["pseudonym", *profile.levels])
    if sensitive:
        rows = generalise(rows, {name: profile.levels[name] for name in sensitive}, ladders)
    starts = {name: ladders[name].from_rung(profile.levels[name]) for name in known}
    return make_anonymous(rows, known, sensitive, k=8, l=2, ladders=starts, accepts=accepts)


def _house_line(pair: Pair, ladders: Ladders) -> str:
    """The extract that this house makes: of all it shows only the status is not counted in k."""
    left, right = (
        anonymous(PROFILES[-1], side, ladders, secret=(STATUS,)) for side in (pair.left, pair.right)
    )
    found = _attacked(left.table, left.levels, right, pair, ladders)
    return "\n" + _made_line("leisure_activity: the last profile, k = 8, l = 2", left, found)


def _attacked(
    rows: pa.Table, levels: Mapping[str, str], right: Anonymised, pair: Pair, ladders: Ladders
) -> Attack:
    ours, theirs = on_common_levels((rows, levels), (right.table, right.levels), ladders)
    return linkability(ours, theirs, pair.truth)


def _made_line(name: str, made: Anonymised, found: Attack) -> str:
    levels = ", ".join(f"{column} {level}" for column, level in made.levels.items())
    return f"{name:52}{found.success_rate:8.2%}, left out {made.rows_left_out:5,}: {levels}"


def _print_nearest(pair: Pair, ladders: Ladders) -> None:
    """One visit more on the other side, in half of the rows: equality fails, nearness does not."""
    levels = {**PROFILES[1].levels}
    left, right = (shown(side, levels, ladders) for side in (pair.left, pair.right))
    more = np.random.default_rng(5).integers(0, 2, right.num_rows)
    visits = pa.array(right[VISITS].to_numpy() + more)
    right = right.set_column(right.column_names.index(VISITS), VISITS, visits)
    same = linkability(left, right, pair.truth)
    near = nearest_linkability(left, right, pair.truth, targets=200)
    print("\nevery attribute exact, but half of the rows have one visit more on the other side")
    print(f"equal: {same.success_rate:.1%} linked; nearest: {near.success_rate:.1%} linked")


def _print_others(pair: Pair, ladders: Ladders) -> None:
    """Singling out, leavers and inference, on the finest rows and on rows with k = 8, l = 2."""
    fine, names = PROFILES[0], list(PROFILES[0].levels)
    for title, rows, others in (
        ("as they are", *(shown(side, fine.levels, ladders) for side in (pair.left, pair.right))),
        ("with k = 8", *(anonymous(fine, side, ladders).table for side in (pair.left, pair.right))),
    ):
        print(f"\n{fine.name}, {title}")
        found = singling_out(rows, names, others, attempts=200).worst
        print(f"singled out by a sentence: {found.success_rate:.1%}, by luck {found.baseline:.1%}")
        for epoch, later in (("the same pseudonyms", "l"), ("a new epoch", "m")):
            left = membership(rows, *_a_hundred_left(rows, later), names)
            print(
                f"leavers named, {epoch}: by pseudonym {left.by_pseudonym.identified:.0%}, "
                f"by attributes {left.by_attributes.identified:.0%}"
            )
    known = ([PLACE, BORN, SEX], [GROUP, BORN, SEX])
    sides = [
        make_anonymous(
            side.select(["pseudonym", *columns, STATUS]),
            columns, [STATUS], k=8, l=2, ladders=ladders,
        ).table
        for side, columns in zip((pair.left, pair.right), known, strict=True)
    ]  # fmt: skip
    told = inference(sides[0], sides[1], pair.truth, known, STATUS)
    print(f"\nstatus told by two extracts with k = 8, l = 2 together: {told.success_rate:.2%}")


def _a_hundred_left(rows: pa.Table, epoch: str) -> tuple[pa.Table, pa.Table]:
    """The next release without the first hundred, and the truth about those who stayed."""
    stayed = rows.slice(100)
    names = [f"{epoch}{name[1:]}" for name in stayed["pseudonym"].to_pylist()]
    later = stayed.set_column(0, "pseudonym", pa.array(names))
    return later, pa.table({"left_id": stayed["pseudonym"], "right_id": names})


def _print_ranks(seed: int) -> None:
    print("\nhashed area codes told by their rank")
    for codes, sample, spread, measured in (
        (84, 0.10, 0.6, "38 %, top ten 90 %"),
        (420, 0.02, 0.6, "2.9 %"),
        (1_673, 0.02, 0.15, "1.3 %"),
    ):
        told, top = rank_attack(codes, sample, spread, seed)
        print(
            f"{codes:6,} codes, {sample:.0%} sample: {told:6.1%}, top ten {top:4.0%} ({measured})"
        )


def rank_attack(codes: int, sample: float, spread: float, seed: int) -> tuple[float, float]:
    """The share of all codes and of the ten largest that rank matching tells, over many draws."""
    random = np.random.default_rng(seed)
    found = [_one_rank_attack(codes, sample, spread, random) for _ in range(DRAWS)]
    return (
        sum(f.success_rate for f in found) / DRAWS,
        sum(f.told_of_largest for f in found) / sum(f.largest for f in found),
    )


def _one_rank_attack(
    codes: int, sample: float, spread: float, random: np.random.Generator
) -> RankMatching:
    """Lists of very different length, or neighbourhoods that are drawn to be alike."""
    typical = 9_000 if spread > 0.3 else 1_600
    sizes = random.lognormal(np.log(typical), spread, codes).astype(np.int64)
    known = {f"a{number:05d}": size for number, size in enumerate(sizes.tolist())}
    of_hash = random.permutation(codes)
    truth = {f"h{place:05d}": f"a{number:05d}" for place, number in enumerate(of_hash.tolist())}
    people_seen = random.binomial(sizes[of_hash], sample)
    hashed = pa.array(np.repeat(np.array(list(truth)), people_seen))
    return rank_matching(pa.chunked_array([hashed]), known, truth)


if __name__ == "__main__":
    main()
