"""Books ready for the engine: read once for each version, indexed once for each set of books that counts together.

A book is read and its keys are indexed away from the event loop. What was not used for the longest is forgotten first;
how much is kept is counted in entries (`limits.LORE_LOADED_ENTRIES`), of books and once more of indexes.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
import structlog

from bot import limits
from bot.footprint import making_much
from bot.services.lore.compatible import OldBook, old_book
from bot.services.lore.engine.book import Book, Entry, Mode, Overrides, Position, overridden
from bot.services.lore.engine.deck import Deck
from bot.services.lore.formats.reading import Came, Format, JsonObject
from bot.services.lore.formats.translating import entry_as
from bot.services.lore.stored import book_of
from bot.services.talk import macros
from db.models import BookSettings, EntryRules, LoreScope
from db.queries.lore import activation
from db.queries.lore.activation import InForce
from db.work import Actor, Database

T = TypeVar("T")

_log = structlog.get_logger(__name__)

_LITTLE = 200
"""Entries that are made ready within a millisecond or two: handing them to a thread would take longer."""

_MUCH = 2_000
"""Entries whose making would let the collector of cycles hold everything up."""

_CHARACTERS_OF_ENTRY = 1_000

_NEAREST_FIRST = (
    LoreScope.CONVERSATION,
    LoreScope.PERSONA,
    LoreScope.CHARACTER,
    LoreScope.CHANNEL,
    LoreScope.SERVER,
)


@dataclass(frozen=True, slots=True)
class LoadedBook:
    """One version of a book. `numbers` are its entries' by id, `outlets` those that entries stand in; `old` is what the
    program it came from makes of it, where it is run so.
    """

    book: Book
    settings: BookSettings
    numbers: Mapping[UUID, int]
    old: OldBook | None = None
    has_macros: bool = False
    seeks_meaning: bool = False
    characters: int = 0
    outlets: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """What it takes of memory, in entries; a long one counts as several."""
        return max(len(self.book.entries), self.characters // _CHARACTERS_OF_ENTRY)


@dataclass(frozen=True, slots=True)
class Attached:
    """A loaded book as it counts somewhere."""

    loaded: LoadedBook
    book: Book
    scope: LoreScope

    @property
    def key(self) -> Hashable:
        """What an index of its entries is kept by."""
        book = self.book
        return (book.id, book.version, book.scan_depth, book.token_budget, book.recursion)


@dataclass(frozen=True, slots=True)
class LoreSet:
    """The books that count in a turn, nearest to the conversation first, and the engine's deck of them.

    `compatible` are run as the program they came from would, and stand in no deck.
    """

    deck: Deck
    books: tuple[Attached, ...]
    compatible: tuple[Attached, ...] = ()
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def everything(self) -> tuple[Attached, ...]:
        """All of them: those of the deck by its numbers, then the others."""
        return (*self.books, *self.compatible)


class LoreDecks:
    """Reads books and keeps them ready. One for the whole program."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._books: OrderedDict[tuple[UUID, int], LoadedBook] = OrderedDict()
        self._decks: OrderedDict[_DeckKey, tuple[Deck, asyncio.Lock]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Any]] = {}

    async def ready(
        self, actor: Actor, in_force: Sequence[InForce], *, character: str, person: str, count: Callable[[str], int]
    ) -> LoreSet:
        """The books that count, as `actor` may read them; one that is gone meanwhile is left out.

        Takes no connection where everything is known. `character` and `person` are what macros in keys stand for;
        `count` gives a text's tokens, for entries that are longer than they may be.
        """
        attached: list[Attached] = []
        for one in nearest_first(in_force):
            loaded = await self._loaded(actor, one)
            if loaded is not None:
                book = overridden(loaded.book, Overrides(**one.overrides.model_dump()))
                attached.append(Attached(loaded, book, one.scope))
        books = tuple(one for one in attached if not one.loaded.settings.is_compatible)
        compatible = tuple(one for one in attached if one.loaded.settings.is_compatible)
        deck, busy = await self._deck(books, character, person, count)
        return LoreSet(deck, books, compatible, busy)

    async def close(self) -> None:
        """Give up what is being made ready."""
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    # -------------------------------------------------------------------------------------------- books

    async def _loaded(self, actor: Actor, one: InForce) -> LoadedBook | None:
        key = (one.book_id, one.version)
        found = self._books.get(key)
        if found is None:
            found = await self._once(("book", *key), lambda: self._read(actor, one.book_id))
            if found is None:
                return None
            self._books[key] = found
            self._outdate(one.book_id, one.version)
            self._forget()
        self._books.move_to_end(key)
        return found

    async def _read(self, actor: Actor, book_id: UUID) -> LoadedBook | None:
        async with self._database.directly(actor) as direct:
            row = await activation.book(direct, book_id)
            if row is None:
                return None
            rows = await activation.entries(direct, book_id, with_raw=row.settings.is_compatible)
        return await _aside(len(rows), lambda: _made(row, rows))

    def _outdate(self, book_id: UUID, version: int) -> None:
        """Versions of before are of no use any more, nor are decks of them."""
        for key in [key for key in self._books if key[0] == book_id and key[1] < version]:
            self._drop(key)

    def _forget(self) -> None:
        """Keep what was used last, within the limit; always the newest."""
        kept = sum(one.size for one in self._books.values())
        while kept > limits.LORE_LOADED_ENTRIES and len(self._books) > 1:
            key = next(iter(self._books))
            kept -= self._books[key].size
            self._drop(key)

    def _drop(self, key: tuple[UUID, int]) -> None:
        gone = self._books.pop(key).book
        for other in [other for other in self._decks if (gone.id, gone.version) in other[1]]:
            del self._decks[other]

    # -------------------------------------------------------------------------------------------- decks

    async def _deck(
        self, books: Sequence[Attached], character: str, person: str, count: Callable[[str], int]
    ) -> tuple[Deck, asyncio.Lock]:
        names = (character, person) if any(one.loaded.has_macros for one in books) else ()
        versions = tuple((one.book.id, one.book.version) for one in books)
        key: _DeckKey = ((*(one.key for one in books), *names), versions)
        found = self._decks.get(key)
        if found is None:
            found = await self._once(("deck", key), lambda: self._index(books, character, person, count))
            self._decks[key] = found
            self._forget_decks()
        self._decks.move_to_end(key)
        return found

    def _forget_decks(self) -> None:
        """As `_forget`: one book is indexed anew for each who is named in its keys."""
        kept = sum(len(deck.entries) for deck, _ in self._decks.values())
        while len(self._decks) > 1 and (len(self._decks) > limits.LORE_DECKS or kept > limits.LORE_LOADED_ENTRIES):
            _, (gone, _) = self._decks.popitem(last=False)
            kept -= len(gone.entries)

    async def _index(
        self, books: Sequence[Attached], character: str, person: str, count: Callable[[str], int]
    ) -> tuple[Deck, asyncio.Lock]:
        def expand(text: str) -> str:
            return macros.expand(text, char=character, user=person)

        size = sum(len(one.book.entries) for one in books)
        return await _aside(size, lambda: Deck([one.book for one in books], expand, count)), asyncio.Lock()

    async def _once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What is being made already is waited for; it is made to its end, even where nobody waits any more."""
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(make(), name=f"lore {key!s:.60}")
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def _done(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        self._making.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("lore_unready", error=type(error).__name__)


_DeckKey = tuple[tuple[Hashable, ...], tuple[tuple[UUID, int], ...]]


def nearest_first(in_force: Sequence[InForce]) -> list[InForce]:
    """Each book once, where it is attached nearest: conversation, persona, character, channel, server."""
    ordered = sorted(in_force, key=lambda one: (_NEAREST_FIRST.index(one.scope), one.place, one.attachment_id))
    nearest: dict[UUID, InForce] = {}
    for one in ordered:
        nearest.setdefault(one.book_id, one)
    return list(nearest.values())


def _made(row: Any, rows: list[Any]) -> LoadedBook:
    """A book out of its rows, which are used up. Runs in a thread where there are many.

    One after another: what is given up in one go is freed in one go, and nobody else gets a word in meanwhile.
    """
    book = book_of(row, cast(Any, map(_read, rows)))
    settings: BookSettings = row.settings
    if settings.threshold is not None:
        book = replace(book, entries=tuple(_with_threshold(one, settings.threshold) for one in book.entries))
    numbers: Mapping[UUID, int] = {one.id: one.number for one in rows}
    loaded = LoadedBook(
        book=book,
        settings=settings,
        numbers=numbers,
        # By its id: that program uses a name only once.
        old=old_book(replace(book, name=str(book.id)), _raws(rows), numbers) if settings.is_compatible else None,
        characters=sum(len(one.content) for one in book.entries),
        seeks_meaning=any(one.mode in {Mode.VECTOR, Mode.HYBRID} for one in book.entries),
        has_macros=any("{{" in key.text for entry in book.entries for key in (*entry.keys, *entry.secondary)),
        outlets=frozenset(one.outlet for one in book.entries if one.position is Position.OUTLET),
    )
    while rows:
        rows.pop()
    return loaded


def _read(row: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**row._asdict(), "rules": EntryRules.model_validate_json(row.rules)})


def _raws(rows: Sequence[Any]) -> Mapping[UUID, JsonObject]:
    """What their file said of entries, spelled as a world file has it."""
    kept = {one.id: cast("dict[str, Any]", orjson.loads(one.raw)) for one in rows if one.raw is not None}
    return {
        entry_id: entry_as(Came(Format(raw["format"]), cast(JsonObject, raw["object"])), Format.WORLD)
        for entry_id, raw in kept.items()
        if raw.get("format") and isinstance(raw.get("object"), dict)
    }


def _with_threshold(entry: Entry, threshold: float) -> Entry:
    """The book's threshold stands between the entry's own and the model's."""
    if entry.meaning.threshold is not None:
        return entry
    return replace(entry, meaning=replace(entry.meaning, threshold=threshold))


async def _aside(size: int, make: Callable[[], T]) -> T:
    if size <= _LITTLE:
        return make()
    if size <= _MUCH:
        return await asyncio.to_thread(make)
    # Not as the thread's result: what carries one here is a cycle, which nobody collects any more.
    made: list[T] = []
    with making_much():
        await asyncio.to_thread(lambda: made.append(make()))
    return made.pop()
