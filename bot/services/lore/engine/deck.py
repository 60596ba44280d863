"""Books laid out for the engine: entries numbered, what can be known beforehand worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import merge
from math import inf
from uuid import UUID

from bot.services.lore.engine.book import EVERYWHERE, FREELY, TALK, Book, Entry, Mode, Position
from bot.services.lore.engine.folding import folded
from bot.services.lore.engine.index import Index
from bot.services.lore.engine.reasons import LoreWarning, Trouble
from bot.services.lore.engine.shortening import shortened

_RUN = 4_000
"""Entries that are sorted at a time: sorting holds Python's lock."""

_PLACES_MAX = 100_000
_UNASKED = -2
"""Keys and entries of which it is remembered where the one stands in the other."""

_NUMBER = (1 << 32) - 1


class Deck:
    """Entries of the books in force, in the order of the books given, with the index of their keys.

    `expand` fills in macros of keys, `count` counts tokens of texts that must be shortened (None: in proportion).
    `rank[e]` is an entry's place in the one order in which room is given: constant entries first where their book says
    so, then by priority (higher first), book, order (lower first), id. `is_plain[e]`: only keys, depth and room decide.
    `cost[e]` is what an entry takes of the budget, `tokens[e]` what it takes of the prompt.
    `warnings` is what cannot work in any scene. Making one takes long for a large book: not on the event loop.
    """

    def __init__(
        self,
        books: Sequence[Book],
        expand: Callable[[str], str] = str,
        count: Callable[[str], int] | None = None,
    ) -> None:
        self.books = tuple(books)
        self.entries: list[Entry] = [entry for book in books for entry in book.entries]
        self.book_of: list[int] = [number for number, book in enumerate(books) for _ in book.entries]
        self.index = Index(self.entries, expand)
        self.number: dict[UUID, int] = {entry.id: number for number, entry in enumerate(self.entries)}
        everyone = range(len(self.entries))
        self.depth: list[int] = [self._depth(number) for number in everyone]
        self.has_own_depth: list[bool] = [entry.scan_depth is not None for entry in self.entries]
        self.shortened: dict[int, tuple[str, int]] = {
            number: shortened(one.content, one.tokens, one.max_tokens, count)
            for number, one in enumerate(self.entries)
            if one.max_tokens is not None and one.tokens > one.max_tokens
        }
        self.tokens: list[int] = [
            self.shortened[n][1] if n in self.shortened else one.tokens for n, one in enumerate(self.entries)
        ]
        self.cost = [0 if one.ignores_budget else tokens for one, tokens in zip(self.entries, self.tokens, strict=True)]
        self.least = min((cost for cost in self.cost if cost), default=inf)
        """What the cheapest entry costs: with less room than this nobody who costs anything comes in."""
        self.costs_nothing = frozenset(number for number, cost in enumerate(self.cost) if not cost)
        unwanted = {one for entry in self.entries for one in entry.excludes}
        self.is_plain: list[bool] = [_is_plain(entry) and entry.id not in unwanted for entry in self.entries]
        self.sources: list[int] = [int(entry.sources) for entry in self.entries]
        self.reads_talk: list[bool] = [entry.sources == TALK and not entry.speakers for entry in self.entries]
        """Its keys count wherever something is said, and nowhere else."""
        self.wakes_simply: list[bool] = [entry.waking is FREELY or entry.waking == FREELY for entry in self.entries]
        self.rank = self._ranks()
        self.constant = [n for n in everyone if self.entries[n].mode is Mode.CONSTANT]
        self.by_meaning = frozenset(n for n in everyone if self.entries[n].mode in {Mode.VECTOR, Mode.HYBRID})
        self.waves: list[int] = [book.steps if book.recursion else 0 for book in books]
        self.delayed = [n for n in everyone if 0 < self.entries[n].waking.level <= self.waves[self.book_of[n]]]
        self.reads_texts = any(sources & ~int(TALK) for sources in self.sources)
        self.has_exclusions = bool(unwanted)
        self.forbids = frozenset(n for n in everyone if self.index.secondary_of[n] and self.entries[n].logic.forbids)
        self.has_nameless_outlets = any(
            entry.position is Position.OUTLET and not entry.outlet for entry in self.entries
        )
        self.grouped = frozenset(n for n in everyone if self.entries[n].groups)
        self.usual_depth = max(
            (max(book.scan_depth, book.at_least_depth if book.at_least else 0) for book in books), default=0
        )
        """How far back entries look that have no depth of their own."""
        self.furthest = max((*self.depth, self.usual_depth), default=0)
        self._low: dict[int, str] = {}
        self._places: dict[tuple[int, int], int | None] = {}
        self.warnings = tuple(self._warnings())

    def book(self, number: int) -> Book:
        """The book of an entry."""
        return self.books[self.book_of[number]]

    def text(self, number: int) -> str:
        """The words of an entry that stand in a prompt."""
        return self.shortened[number][0] if number in self.shortened else self.entries[number].content

    def place_in(self, key: int, number: int) -> int | None:
        """Where one key first stands in the words of an entry, without looking for any other."""
        asked = (key, number)
        known = self._places.get(asked, _UNASKED)
        if known == _UNASKED:
            if len(self._places) >= _PLACES_MAX:
                self._places.clear()
            low = self._low.get(number)
            if low is None:
                low = self._low[number] = folded(self.text(number))
            may = self.index.may_stand(key, low)
            known = self._places[asked] = self.index.place(key, self.text(number)) if may else None
        return known

    def _depth(self, number: int) -> int:
        own = self.entries[number].scan_depth
        return self.book(number).scan_depth if own is None else own

    def _ranks(self) -> list[int]:
        size = len(self.entries)
        runs = (sorted(map(self._order, range(at, min(at + _RUN, size)))) for at in range(0, size, _RUN))
        ranks = [0] * size
        for place, key in enumerate(merge(*runs)):
            ranks[key & _NUMBER] = place
        return ranks

    def _order(self, number: int) -> int:
        """Where an entry ranks, as one number whose last bits are the entry's own."""
        entry, book = self.entries[number], self.book_of[number]
        goes_last = not (entry.mode is Mode.CONSTANT and self.books[book].constants_first)
        priority = _packed(-(entry.order if entry.priority is None else entry.priority))
        packed = (goes_last << 40 | priority) << 32 | book
        return ((packed << 40 | _packed(entry.order)) << 128 | entry.id.int) << 32 | number

    def _warnings(self) -> Iterable[LoreWarning]:
        index = self.index
        for number, entry in enumerate(self.entries):
            if entry.mode is Mode.DISABLED:
                continue
            if index.broken:
                for key in (*index.keys_of[number], *index.secondary_of[number]):
                    if key in index.broken:
                        known = index.keys[key]
                        yield LoreWarning(
                            Trouble.KEY_BROKEN if known.is_regex else Trouble.KEY_EMPTY, entry, known.text
                        )
            if entry.waking.level > self.waves[self.book_of[number]]:
                yield LoreWarning(Trouble.NEVER_WOKEN, entry, number=entry.waking.level)
            if entry.position is Position.OUTLET and not entry.outlet:
                yield LoreWarning(Trouble.OUTLET_UNNAMED, entry)


def _packed(number: int) -> int:
    """A number below or above zero as 40 bits that sort the same way."""
    return min(max(number + (1 << 39), 0), (1 << 40) - 1)


def _is_plain(entry: Entry) -> bool:
    return (
        entry.mode is Mode.KEYWORD
        and not entry.secondary
        and entry.sources == TALK
        and not entry.speakers
        and entry.probability >= 100
        and not (entry.sticky or entry.cooldown or entry.delay)
        and entry.filters == EVERYWHERE
        and not entry.groups
        and entry.waking == FREELY
        and not (entry.requires or entry.excludes)
    )
