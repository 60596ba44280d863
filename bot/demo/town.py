"""Keeps the demo's lore book in a database, for everybody to read and copy, and puts it in force on servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from bot.demo.lore import DESCRIPTION, NAME, TAGS, TOWN, DemoEntry
from bot.errors import NotFound
from bot.services.lore.books import LoreBooks
from bot.services.lore.engine.book import Choice, Filters
from bot.services.lore.entries import LoreEntries
from bot.services.lore.shown import LoreBook
from bot.services.lore.stored import NewEntry, mode_to_keep, rules_of
from db.functions_lore import publish
from db.models import BookCategory, BookSettings, Difficulty, Visibility
from db.models import LoreEntry as EntryModel
from db.queries import house
from db.queries.lore import entries as queries
from db.work import Actor, Database, Work

_BOOKS = LoreBooks()
# Every entry brings the count of its tokens along.
_ENTRIES = LoreEntries(len)
_ABOUT = {
    "description": DESCRIPTION,
    "category": BookCategory.WORLDBUILDING,
    "difficulty": Difficulty.BEGINNER,
    "tags": TAGS,
    "allow_fork": True,
}


async def put_town(database: Database, owner_id: UUID, cast: Mapping[str, UUID]) -> None:
    """Put the book and its entries in, or bring them up to date. `cast` are the characters' ids by name."""
    async with database.work(Actor.user(owner_id)) as work:
        book = await _book(work, owner_id)
        await _put_entries(work, owner_id, book.id, [_filled(one, cast) for one in TOWN])
    if book.visibility is not Visibility.PUBLIC:
        async with database.work(Actor.job("demo")) as work:
            await publish(work.session, book.code, visibility=Visibility.PUBLIC.value, featured=True)


async def open_town(database: Database, owner_id: UUID, servers: Iterable[int]) -> None:
    """Put the book in force on these servers, where it is not; one that was switched off there stays so."""
    async with database.work(Actor.user(owner_id)) as work:
        try:
            book_id = await _BOOKS.chosen(work, owner_id, NAME)
        except NotFound:
            return
        for server in servers:
            await house.attach_lore(work.session, owner_id, book_id, server)


async def _book(work: Work, owner_id: UUID) -> LoreBook:
    try:
        book_id = await _BOOKS.chosen(work, owner_id, NAME)
    except NotFound:
        book_id = (await _BOOKS.create_read(work, owner_id, NAME, DESCRIPTION, BookSettings())).id
    return await _BOOKS.set(work, owner_id, book_id, _ABOUT)


async def _put_entries(work: Work, owner_id: UUID, book_id: UUID, entries: list[NewEntry]) -> None:
    there = await queries.locked(work.session, book_id, [one.entry.id for one in entries])
    fresh = [one for one in entries if one.entry.id not in there]
    changed = {one.entry.id: one for one in entries if one.entry.id in there and not _says(there[one.entry.id], one)}
    if fresh:
        await _ENTRIES.add_read(work, owner_id, book_id, fresh)
    if changed:
        await _ENTRIES.replace_read(work, owner_id, book_id, changed)
    if fresh or changed:
        await _ENTRIES.settle(work, owner_id, book_id)


def _filled(one: DemoEntry, cast: Mapping[str, UUID]) -> NewEntry:
    only = frozenset(cast[name] for name in one.only_for)
    entry = replace(one.entry, filters=Filters(characters=Choice(only=only)))
    return NewEntry(entry, folder=one.folder)


def _says(row: EntryModel, one: NewEntry) -> bool:
    """Whether a stored entry is as it should be."""
    kept = row.name, row.content, row.tokens, row.mode, row.folder, row.rules, row.is_enabled
    entry = one.entry
    wanted = entry.name, entry.content, entry.tokens, mode_to_keep(one), one.folder, rules_of(entry), True
    return kept == wanted
