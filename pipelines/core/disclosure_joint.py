"""What several outputs publish together: a population's id means the same people in each of them.

Outputs that share an id, directly or through others, can be joined by anybody who has them both.
"""

from collections.abc import Iterable, Mapping, Sequence

from pipelines.core.disclosure import Crosstab, Disclosure, Population, Profile, Sets, ancestry
from pipelines.core.errors import BadContract

Within = Mapping[str, frozenset[str]]


def sharing_populations(declared: Mapping[str, Disclosure]) -> list[list[str]]:
    """The outputs' names in groups: those of one group share populations, those of two do not."""
    groups: list[tuple[set[str], list[str]]] = []
    for name, disclosure in declared.items():
        people, names = {p.id for p in disclosure.populations}, [name]
        apart = []
        for others, group in groups:
            if others & people:
                people, names = people | others, [*group, *names]
            else:
                apart.append((others, group))
        groups = [*apart, (people, names)]
    order = list(declared)
    found = [sorted(names, key=order.index) for _, names in groups]
    return sorted(found, key=lambda names: order.index(names[0]))


def joined(declared: Mapping[str, Disclosure]) -> Disclosure:
    """One declaration for a group of outputs. Raises `BadContract` where they contradict."""
    names = ", ".join(declared)
    disclosures = list(declared.values())
    given = [p for d in disclosures for p in d.populations]
    around = _around(given, names)
    within = {name: _closest(name, around, names) for name in around}
    partitions = _sets(d.partitions for d in disclosures)
    for parts in partitions:
        if len({within[name] for name in parts}) != 1:
            raise _contradict(names, f"whether {', '.join(parts)} are all of one population")
    return Disclosure(
        profile=_profile(disclosures, names),
        populations=tuple(_population(name, given, within, names) for name in within),
        tables=_tables(disclosures),
        disjoint=_sets(d.disjoint for d in disclosures),
        partitions=partitions,
    )


def _around(given: Sequence[Population], names: str) -> dict[str, frozenset[str]]:
    """Everything that each population lies within, whoever declares it."""
    around: dict[str, frozenset[str]] = {p.id: frozenset() for p in given}
    changed = True
    while changed:
        changed = False
        for p in given:
            if p.within is None:
                continue
            more = around[p.id] | around[p.within] | {p.within}
            if p.id in more:
                raise _contradict(names, f"whether '{p.id}' lies within '{p.within}'")
            changed = changed or more != around[p.id]
            around[p.id] = more
    return around


def _closest(name: str, around: Within, names: str) -> str | None:
    """The one population that lies within all others that hold this one."""
    if not around[name]:
        return None
    for whole in sorted(around[name]):
        if around[whole] | {whole} == around[name]:
            return whole
    raise _contradict(names, f"what '{name}' lies within")


def _population(
    name: str, given: Sequence[Population], within: Mapping[str, str | None], names: str
) -> Population:
    same = [p for p in given if p.id == name]
    if len({(p.of_people, p.public, p.everywhere) for p in same}) != 1:
        raise _contradict(names, f"whether '{name}' are people, public, or the same everywhere")
    one_at_a_time = all(p.one_at_a_time for p in same) and not any(
        _is_branch(whole, given) for whole in ancestry(within, name)[1:]
    )
    first = same[0]
    return Population(
        name, within[name], first.of_people, first.public, first.everywhere, one_at_a_time
    )


def _is_branch(name: str, given: Sequence[Population]) -> bool:
    """Linked alone by everybody who declares it: one who links it to more would undo more."""
    return all(p.one_at_a_time for p in given if p.id == name)


def _profile(disclosures: Sequence[Disclosure], names: str) -> Profile:
    profiles = {d.profile for d in disclosures}
    if len(profiles) != 1:
        raise _contradict(names, "how numbers are protected (the profile)")
    return profiles.pop()


def _tables(disclosures: Sequence[Disclosure]) -> tuple[Crosstab, ...]:
    shown: dict[frozenset[str], Crosstab] = {}
    for table in (t for d in disclosures for t in d.tables):
        known = shown.get(frozenset(table.by), Crosstab(table.by, ()))
        more = (p for p in table.populations if p not in known.populations)
        shown[frozenset(table.by)] = Crosstab(known.by, (*known.populations, *more))
    return tuple(shown.values())


def _sets(declared: Iterable[Sets]) -> tuple[tuple[str, ...], ...]:
    found = {frozenset(some): tuple(some) for sets in declared for some in sets}
    return tuple(found.values())


def _contradict(names: str, about: str) -> BadContract:
    return BadContract(
        "contract-populations-differ",
        f"the contracts {names} share populations and do not agree {about}.",
        "A population's id means the same people everywhere: give other people another id.",
    )
