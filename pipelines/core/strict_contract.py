"""What reading a contract's file strictly needs: a refusal names the file and the place in it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadContract


def refuse_unknown(path: Path, place: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise `BadContract` for a key that nobody reads."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise bad(
            path,
            f"has unknown keys in {place}: {', '.join(unknown)}.",
            f"Known ones are {', '.join(sorted(known))}.",
        )


def text_of(path: Path, holder: Mapping[str, Any], key: str, of: str) -> str:
    """A text that must be there, on one line."""
    text = str(holder.get(key) or "").strip()
    if not text:
        raise bad(path, f"gives no {key} of '{of}'.", "Write one sentence.")
    return " ".join(text.split())


def choice_of(path: Path, place: str, value: object, choices: Sequence[str]) -> str:
    """A value that must be one of those that are known."""
    if value not in choices:
        raise bad(path, f"has no valid {place}.", f"Choose one of: {', '.join(choices)}.")
    return str(value)


def bad(path: Path, problem: str, advice: str) -> BadContract:
    """The refusal of one contract's file."""
    return BadContract("contract-invalid", f"{path.parent.name}/{path.name} {problem}", advice)
