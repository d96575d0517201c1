"""How a leaked mark may look: as written, in other orders and cases, encoded, hashed unkeyed."""

import base64
import datetime as dt
import hashlib
import re
import struct
from collections.abc import Iterator
from urllib.parse import quote

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
HASHES = ("md5", "sha1", "sha256")
DAY_FORMATS = {
    "plain": "%Y-%m-%d",
    "day first": "%d/%m/%Y",
    "month first": "%m/%d/%Y",
    "reversed date": "%d-%m-%Y",
    "year first, slashes": "%Y/%m/%d",
    "dots": "%d.%m.%Y",
    "month in words": "%d %B %Y",
    "month in short": "%d-%b-%Y",
    "compact": "%Y%m%d",
    "compact, day first": "%d%m%Y",
}
BOUNDED = ("compact", "compact, day first")
"""Eight characters of digits may stand in any long number: such a hit counts only by itself."""
EPOCH = dt.date(1970, 1, 1)


def spellings(mark: str) -> dict[str, bytes]:
    """How a leak of a mark may look, by name."""
    texts = _days(mark) if ISO_DAY.fullmatch(mark) else _texts(mark)
    made = {name: text.encode() for name, text in texts.items()}
    made |= _binary(mark)
    made |= dict(_encoded(mark))
    for name in ("plain", "lower", "upper", "compact", "day first"):
        if name in texts and (name == "plain" or texts[name] != mark):
            made |= dict(_hashed(texts[name], "" if name == "plain" else f" of {name}"))
    return made


def _days(mark: str) -> dict[str, str]:
    day = dt.date.fromisoformat(mark)
    seconds = (day - EPOCH).days * 86_400
    return {
        **{name: day.strftime(form) for name, form in DAY_FORMATS.items()},
        "reversed": mark[::-1],
        "epoch seconds": str(seconds),
    }


def _texts(mark: str) -> dict[str, str]:
    texts = {
        "plain": mark,
        "lower": mark.lower(),
        "upper": mark.upper(),
        "title": mark.title(),
        "reversed": mark[::-1],
    }
    if " " in mark or "-" in mark:
        compact = mark.replace(" ", "").replace("-", "")
        texts |= {"compact": compact, "compact lower": compact.lower()}
    if "@" in mark:
        texts["in an address"] = quote(mark, safe="")
    if mark.isdecimal():
        texts |= _grouped(mark)
    return texts


def _grouped(digits: str) -> dict[str, str]:
    cuts = {10: (3, 6), 11: (5, 8), 16: (4, 8, 12)}.get(len(digits), (3, 6))
    parts = [digits[a:b] for a, b in zip((0, *cuts), (*cuts, None), strict=True)]
    return {
        "spaced": " ".join(parts),
        "dashed": "-".join(parts),
        "thousands": f"{int(digits):,}",
        "spelled out": " ".join(digits),
    }


def _binary(mark: str) -> dict[str, bytes]:
    if ISO_DAY.fullmatch(mark):
        seconds = (dt.date.fromisoformat(mark) - EPOCH).days * 86_400
        units = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
        return {f"int64 {unit}": struct.pack("<q", seconds * n) for unit, n in units.items()}
    if not mark.isdecimal():
        return {}
    number = int(mark)
    return {
        "int64": struct.pack("<q", number),
        "int64 big-endian": struct.pack(">q", number),
        "float64": struct.pack("<d", number),
    }


def _encoded(mark: str) -> Iterator[tuple[str, bytes]]:
    plain = mark.encode()
    yield "hex", plain.hex().encode()
    yield "hex upper", plain.hex().upper().encode()
    yield "utf-16", mark.encode("utf-16-le")
    yield "utf-16 big-endian", mark.encode("utf-16-be")
    for offset in range(3):
        shifted = base64.b64encode(b"\0" * offset + plain)
        first = -(-8 * offset // 6)
        yield f"base64+{offset}", shifted[first : (offset + len(plain)) * 8 // 6]
    yield "base32", base64.b32encode(plain)[: len(plain) * 8 // 5]


def _hashed(text: str, suffix: str) -> Iterator[tuple[str, bytes]]:
    for name in HASHES:
        digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        yield f"{name}{suffix}", digest.hex().encode()
        yield f"{name}{suffix} in upper case", digest.hex().upper().encode()
        yield f"{name}{suffix} in base64", base64.b64encode(digest).rstrip(b"=")
        yield f"{name}{suffix} as bytes", digest
