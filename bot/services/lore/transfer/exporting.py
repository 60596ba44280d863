"""Lore books as files again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from uuid import UUID

from bot import limits
from bot.errors import LimitReached, NotAllowed
from bot.services.characters.cards.json_files import as_bytes
from bot.services.lore.books import LoreBooks
from bot.services.lore.formats.reading import Format, Shelf
from bot.services.lore.formats.writing import written_book
from bot.services.lore.shown import May
from bot.services.lore.transfer.apart import apart, unpacked
from bot.services.lore.transfer.files import leaves, shelf_of
from bot.texts import N_
from db.queries.lore import files as queries
from db.work import Actor, Database

_LETTERS = re.compile(r"[^a-z0-9]+")
_NAME = 40
_LIGHT_PAGES = 6
_ENDINGS: Mapping[Format, str] = {
    Format.WORLD: "world.json", Format.CHARACTER_BOOK: "book.json", Format.LOREBOOK_V3: "lorebook.json",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file for whoever asked for it; `count` of entries are in it."""

    name: str
    data: bytes
    count: int


@dataclass(frozen=True, slots=True)
class GoingOut:
    """A book ready to be written: itself, and its leaves packed."""

    shelf: Shelf
    pages: tuple[bytes, ...]

    @property
    def is_heavy(self) -> bool:
        """Whether writing it would be felt."""
        return len(self.pages) > _LIGHT_PAGES


class LoreExports:
    """Writes books as files."""

    def __init__(self, database: Database, books: LoreBooks) -> None:
        self._database = database
        self._books = books

    async def export(self, user_id: UUID, book_id: UUID, kind: Format) -> ExportedFile:
        """The book as a file of this kind, for who may write in it, or copy it.

        Raises `NotFound`, `NotAllowed`, or `LimitReached` where the file is larger than Discord takes.
        """
        going = await self.going(user_id, book_id)
        data, count = await apart(written_apart, going.shelf, going.pages, kind, heavy=going.is_heavy)
        if len(data) > limits.EXPORT_BYTES_MAX:
            raise LimitReached(
                "export_book_too_large",
                N_("The file has {size} MB; at most {maximum} MB can be sent. Move some entries to another book."),
                size=f"{len(data) / 1_000_000:.1f}",
                maximum=f"{limits.EXPORT_BYTES_MAX / 1_000_000:.0f}",
            )
        return ExportedFile(f"{slug(going.shelf.book.name, 'lore')}-{_ENDINGS[kind]}", data, count)

    async def going(self, user_id: UUID, book_id: UUID) -> GoingOut:
        """A book ready to be written. Raises `NotFound` or `NotAllowed`."""
        async with self._database.work(Actor.user(user_id)) as work:
            book = await self._books.get(work, user_id, book_id)
            if not book.allow_fork and not book.may.includes(May.WRITE):
                raise NotAllowed(
                    "export_not_allowed",
                    N_("“{name}” may be read, but not copied. Ask whoever owns it to allow copies."),
                    name=book.name,
                )
            row = await queries.book(work.session, book_id)
            assert row is not None
            return GoingOut(shelf_of(row), tuple(await leaves(work, book_id)))


def slug(title: str, otherwise: str) -> str:
    """A title as the name of a file."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return _LETTERS.sub("-", ascii_only).strip("-")[:_NAME].strip("-") or otherwise


def written_apart(shelf: Shelf, pages: Sequence[bytes], kind: Format) -> tuple[bytes, int]:
    """The file, and how many entries are in it. For `apart`."""
    filled = with_leaves(shelf, pages)
    return as_bytes(written_book(filled, kind), indent=True), len(filled.leaves)


def with_leaves(shelf: Shelf, pages: Sequence[bytes]) -> Shelf:
    """The book with its leaves unpacked."""
    return replace(shelf, leaves=tuple(chain.from_iterable(unpacked(pages))))
