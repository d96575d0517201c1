"""Families of indicators in a contract's file: one wording for every scale and time, said once.

`for_each` holds lists of words; every choice of one entry from each list fills the `<words>` of
the indicators beside it. Nothing else is worked out, so a family reads as what it spells out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from pipelines.core.strict_contract import bad

FOR_EACH, INDICATORS = "for_each", "indicators"
WORD = re.compile(r"<([a-z_]+)>")


def spelled_out(path: Path, entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries, each family in the place of which its indicators stand."""
    found: list[Mapping[str, Any]] = []
    for entry in entries:
        found.extend(_family(path, entry) if FOR_EACH in entry else [entry])
    return found


def _family(path: Path, entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if set(entry) != {FOR_EACH, INDICATORS} or not _has_its_form(entry):
        raise bad(
            path,
            "has a family of indicators in another form.",
            "Write for_each (lists of lists of words) and indicators (a list).",
        )
    _check_words(path, entry)
    for chosen in product(*entry[FOR_EACH]):
        words = {name: text for some in chosen for name, text in some.items()}
        for indicator in entry[INDICATORS]:
            yield {key: _filled(value, words) for key, value in indicator.items()}


def _has_its_form(entry: Mapping[str, Any]) -> bool:
    """Lists of lists of mappings, and a list of mappings."""
    lists = [entry[INDICATORS]]
    if isinstance(entry[FOR_EACH], list) and entry[FOR_EACH]:
        lists += entry[FOR_EACH]
    return len(lists) > 1 and all(
        isinstance(some, list) and some and all(isinstance(each, dict) for each in some)
        for some in lists
    )


def _check_words(path: Path, entry: Mapping[str, Any]) -> None:
    """Every entry of a list has the same words, every word is used, and no other is."""
    lists = entry[FOR_EACH]
    if not all(len({frozenset(words) for words in some}) == 1 for some in lists):
        raise bad(path, "has a family whose entries differ in their words.", "Give each the same.")
    given = [name for some in lists for name in some[0]]
    texts = [str(v) for indicator in entry[INDICATORS] for v in indicator.values()]
    used = {name for text in texts for name in WORD.findall(text)}
    if len(set(given)) != len(given) or set(given) != used:
        wrong = ", ".join(sorted(used ^ set(given))) or "one given twice"
        raise bad(path, f"has a family with words unknown or unused: {wrong}.", "Correct them.")


def _filled(value: Any, words: Mapping[str, Any]) -> Any:
    if not isinstance(value, str):
        return value
    return WORD.sub(lambda found: str(words[found[1]]), value).strip()
