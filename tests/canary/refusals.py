"""Deliveries that must be refused, each with marks in what is wrong with it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path

from tests.canary.deliveries import Pool
from tests.canary.marks import Kind

Files = dict[str, bytes]
Spoil = Callable[[Files, str, Pool], Files]
"""(all files, the name of the one to spoil, marks) to what is sent instead."""


def put(folder: Path, files: Mapping[str, bytes], sums: str | None = None) -> Path:
    """Write a drop; `sums` replaces its list of digests, and the empty text leaves it out."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    lines = [f"{hashlib.sha256(d).hexdigest()}  {n}\n" for n, d in sorted(files.items())]
    if sums != "":
        (folder / "SHA256SUMS").write_text("".join(lines) if sums is None else sums)
    return folder


def _text(change: Callable[[list[str], Pool], list[str]]) -> Spoil:
    def spoil(files: Files, name: str, pool: Pool) -> Files:
        lines = files[name].decode("cp1252").splitlines()
        return {**files, name: "\n".join([*change(lines, pool), ""]).encode("cp1252")}

    return spoil


def _marks(pool: Pool) -> str:
    return ",".join(pool.next(kind) for kind in Kind)


CSV: Mapping[str, Spoil] = {
    "a mark for a header": _text(lambda rows, pool: [_marks(pool), *rows[1:]]),
    "one more column": _text(
        lambda rows, pool: [
            f"{rows[0]},{pool.next(Kind.NHS_NUMBER)}", *(f"{r},x" for r in rows[1:])
        ]
    ),
    "no header": _text(lambda rows, _: rows[1:]),
    "a header twice": _text(lambda rows, _: [f"{rows[0]},{rows[0]}", *rows[1:]]),
    "a ragged row": _text(lambda rows, pool: [*rows, _marks(pool) + "," * 40]),
    "a cut row": _text(lambda rows, pool: [*rows, pool.next(Kind.NHS_NUMBER)]),
    "an open quote": _text(lambda rows, pool: [*rows, f'"{_marks(pool)}']),
    "a NUL": _text(lambda rows, pool: [*rows, f"{_marks(pool)}\0"]),
    "nothing but the header": _text(lambda rows, _: rows[:1]),
    "nothing": _text(lambda *_: []),
    "another encoding": lambda files, name, pool: {
        **files, name: files[name] + _marks(pool).encode() + b"\x81\xff\xfe\n"
    },
    "UTF-16": lambda files, name, _: {
        **files, name: files[name].decode("cp1252").encode("utf-16")
    },
    "a file nobody agreed to": lambda files, name, pool: {
        **files, f"{pool.next(Kind.NHS_NUMBER)}.csv": files[name]
    },
    "a file too few": lambda files, name, _: {k: v for k, v in files.items() if k != name},
}  # fmt: skip


def _json(change: Callable[[str, Pool], str]) -> Spoil:
    def spoil(files: Files, name: str, pool: Pool) -> Files:
        return {**files, name: change(files[name].decode(), pool).encode()}

    return spoil


JSON: Mapping[str, Spoil] = {
    "values inside values": _json(
        lambda t, p: t[:-1] + "," + json.dumps({"a": [_marks(p)]}) + "]"
    ),
    "another key": _json(lambda t, p: t[:-1] + "," + json.dumps({_marks(p): _marks(p)}) + "]"),
    "not a number": _json(lambda t, p: t[:-1] + f',{{"{_marks(p)}": NaN}}]'),
    "a fraction": _json(lambda t, p: t[:-1] + f',{{"{_marks(p)}": 9990000018.5}}]'),
    "a key twice": _json(lambda t, p: t[:-1] + f',{{"{_marks(p)}": 1, "{_marks(p)}": 2}}]'),
    "half a character": _json(lambda t, p: t.replace('": "', '": "\\ud800' + p.next(Kind.EMAIL))),
    "cut off": _json(lambda t, p: t[: len(t) // 2] + _marks(p)),
    "a text": _json(lambda _, p: json.dumps(_marks(p))),
    "something behind": _json(lambda t, p: t + _marks(p)),
    "no UTF-8": lambda files, name, pool: {
        **files, name: files[name] + b"\xff" + _marks(pool).encode()
    },
}  # fmt: skip


def put_refused(provider: Path, files: Files, pool: Pool) -> int:
    """Put one drop for each way of being wrong, days apart. Returns how many there are."""
    is_json = all(name.endswith(".json") for name in files)
    number = 0
    for spoil, name in zip((JSON if is_json else CSV).values(), cycle(files), strict=False):
        number += 1
        put(provider / _day(number), spoil(files, name, pool))
    for sums in (_marks(pool), f"{'0' * 64}  {pool.next(Kind.EMAIL)}\n", None, None, ""):
        number += 1
        folder = put(provider / _day(number), files, sums)
        if sums is None:
            odd = folder / f"{pool.next(Kind.NHS_NUMBER)}.csv"
            odd.symlink_to(f"/nowhere/{pool.next(Kind.MEMBER)}") if number % 2 else odd.touch()
    (put(provider / _day(number + 1), files) / next(iter(files))).write_text(_marks(pool))
    put(provider / pool.next(Kind.NHS_NUMBER), files)
    put(provider / f"2026-09-30-{pool.next(Kind.NHS_NUMBER)}", files)
    return number + 1


def _day(number: int) -> str:
    return f"2026-{1 + number // 28:02}-{1 + number % 28:02}"
