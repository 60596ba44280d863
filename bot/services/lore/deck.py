"""Books laid out for the engine: entries numbered, what can be known beforehand worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from bot.services.lore.book import EVERYWHERE, FREELY, TALK, Book, Entry, Mode
from bot.services.lore.index import Index


class Deck:
    """Entries of the books in force, in the order of the books given, with the index of their keys.

    `rank[e]` is an entry's place in the one order in which room is given: constant entries first where their book says
    so, then by priority (higher first), book, order (lower first), id. `is_plain[e]`: only keys, depth and room decide.
    """

    def __init__(self, books: Sequence[Book], expand: Callable[[str], str] = str) -> None:
        self.books = tuple(books)
        self.entries: list[Entry] = [entry for book in books for entry in book.entries]
        self.book_of: list[int] = [number for number, book in enumerate(books) for _ in book.entries]
        self.index = Index(self.entries, expand)
        self.number: dict[UUID, int] = {entry.id: number for number, entry in enumerate(self.entries)}
        everyone = range(len(self.entries))
        self.depth: list[int] = [self._depth(number) for number in everyone]
        self.tokens: list[int] = [entry.tokens for entry in self.entries]
        unwanted = {one for entry in self.entries for one in entry.excludes}
        self.is_plain: list[bool] = [_is_plain(entry) and entry.id not in unwanted for entry in self.entries]
        self.reads_talk: list[bool] = [entry.sources == TALK and not entry.speakers for entry in self.entries]
        """Its keys count wherever something is said, and nowhere else."""
        self.rank: list[int] = [0] * len(self.entries)
        for place, number in enumerate(sorted(everyone, key=self._order)):
            self.rank[number] = place
        self.constant = [n for n in everyone if self.entries[n].mode is Mode.CONSTANT]
        self.by_meaning = [n for n in everyone if self.entries[n].mode in {Mode.VECTOR, Mode.HYBRID}]
        self.delayed = [n for n in everyone if 0 < self.entries[n].waking.level <= self._waves(n)]
        self.reads_texts = any(entry.sources & ~TALK for entry in self.entries)
        self.has_exclusions = bool(unwanted)
        self.furthest = max(
            (*self.depth, *(max(book.scan_depth, book.at_least_depth if book.at_least else 0) for book in books)),
            default=0,
        )

    def book(self, number: int) -> Book:
        """The book of an entry."""
        return self.books[self.book_of[number]]

    def _waves(self, number: int) -> int:
        book = self.book(number)
        return book.steps if book.recursion else 0

    def _depth(self, number: int) -> int:
        own = self.entries[number].scan_depth
        return self.book(number).scan_depth if own is None else own

    def _order(self, number: int) -> tuple[bool, int, int, int, UUID]:
        entry = self.entries[number]
        goes_first = entry.mode is Mode.CONSTANT and self.book(number).constants_first
        priority = entry.order if entry.priority is None else entry.priority
        return not goes_first, -priority, self.book_of[number], entry.order, entry.id


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
