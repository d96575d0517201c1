"""Feeds of open opportunities (RPDE 1.0), read to what they say in the end.

A file holds a feed's pages one after another, as they were served, and may hold several feeds. An
item that is told again replaces what was told before; a deleted one is gone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn

from pipelines.core.errors import BadDelivery

UPDATED, DELETED = "updated", "deleted"
ADVICE = "Fetch the feed again from its first page to its last."


class _Odd(ValueError):
    """JSON that no feed may hold. Its text is safe for anyone."""


@dataclass(frozen=True)
class Item:
    """What a feed says of one opportunity. `modified` orders, and may be no time."""

    kind: str
    id: str
    modified: int | str
    deleted: bool
    data: Mapping[str, Any]
    licence: str

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other item of its feed."""
        return self.kind, self.id

    def is_later(self, other: "Item") -> bool:
        """Whether it was told after, or at the same time as, what came before it."""
        if isinstance(self.modified, int) and isinstance(other.modified, int):
            return self.modified >= other.modified
        if isinstance(self.modified, str) and isinstance(other.modified, str):
            return self.modified >= other.modified
        raise _refusal("it counts the changes of one item in two ways")


@dataclass
class _Feed:
    """One feed's pages so far; `next_address` is what its last page names."""

    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    next_address: str | None = None
    ended: bool = False


def live_items(stream: BinaryIO) -> list[Item]:
    """The items that are there when every feed of the file was read to its last page.

    Raises `BadDelivery` for a feed that was not: what is missing would seem not to exist.
    """
    feeds = [_Feed()]
    for number, page in enumerate(_pages(stream), start=1):
        address, items, licence = _parts_of(page, number)
        text = json.dumps(items, sort_keys=True)
        if _is_told_already(feeds, address, text if items else ""):
            continue
        if feeds[-1].ended:
            feeds.append(_Feed())
        _take_page(feeds[-1], address, [_item(i, number, licence) for i in items], text)
    if not feeds[-1].ended:
        raise BadDelivery(
            "delivery-feed-unfinished",
            "the feed breaks off: its last page has items, or does not name itself as the next.",
            ADVICE,
        )
    return [item for feed in feeds for item in feed.items.values() if not item.deleted]


def _is_told_already(feeds: Sequence[_Feed], address: str, items: str) -> bool:
    """Whether this page came before: fetched twice, or the last one, which repeats itself."""
    now = feeds[-1]
    if not items and (now.ended or now.next_address != address):
        return any(feed.ended and feed.next_address == address for feed in feeds)
    return any((address, items) in feed.seen for feed in feeds)


def _take_page(feed: _Feed, address: str, items: Sequence[Item], text: str) -> None:
    for item in items:
        before = feed.items.get(item.key)
        if before is None or item.is_later(before):
            feed.items[item.key] = item
    # An empty page ends a feed only if it names itself as the next one.
    feed.ended = not items and feed.next_address == address
    feed.next_address = address
    feed.seen.add((address, text))


def _pages(stream: BinaryIO) -> Iterator[Any]:
    """The JSON values of a file, one after another."""
    text = _text_of(stream)
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    place, number = _past_space(text, 0), 0
    while place < len(text):
        number += 1
        problem = None
        try:
            page, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            problem = f"page {number} is not JSON, or is cut off"
        if problem:
            raise _refusal(problem)
        yield page
        place = _past_space(text, place)
    if not number:
        raise _refusal("it has no page")


def _text_of(stream: BinaryIO) -> str:
    try:
        return stream.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise _refusal("it is not UTF-8")


def _past_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _no_constant(_: str) -> NoReturn:
    raise _Odd


def _parts_of(page: Any, number: int) -> tuple[str, list[Any], str]:
    """A page's next address, its items and its licence."""
    if not isinstance(page, dict):
        raise _refusal(f"page {number} is no object")
    address, items, licence = (page.get(name) for name in ("next", "items", "license"))
    if not isinstance(address, str) or not isinstance(items, list):
        raise _refusal(f"page {number} lacks `next` or `items`")
    if not isinstance(licence, str) or not licence.strip():
        raise _refusal(f"page {number} names no licence, without which nothing may be passed on")
    return address, items, licence.strip()


def _item(item: Any, page: int, licence: str) -> Item:
    fields = item if isinstance(item, dict) else {}
    state, kind, name = (fields.get(key) for key in ("state", "kind", "id"))
    modified, data = fields.get("modified"), fields.get("data")
    deleted = state == DELETED
    # JSON's true and false are whole numbers to Python, so the types are compared.
    named = isinstance(kind, str) and type(name) in (int, str) and type(modified) in (int, str)
    if not named or not (deleted or (state == UPDATED and isinstance(data, dict))):
        raise _refusal(f"an item of page {page} lacks its state, kind, id, time of change or data")
    return Item(
        kind=str(kind),
        id=str(name),
        modified=modified,  # type: ignore[arg-type]  # a whole number or a text, as checked above
        deleted=deleted,
        data={} if deleted or data is None else data,
        licence=licence,
    )


def _refusal(problem: str) -> BadDelivery:
    return BadDelivery("delivery-feed", f"the feed cannot be taken: {problem}.", ADVICE)
