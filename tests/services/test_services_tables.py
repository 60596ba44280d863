"""Tables of characters, books and entries: every order, every page, each row once, and only what is theirs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotFound
from bot.services.characters.tables import CharacterSort, Visibility, characters_table_of
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.shown import Shelf, Which
from bot.services.lore.tables import BookSort, EntrySort, Tabled, books_table, entries_table
from bot.services.tables import Mark, beyond, moment, number, small_number, words
from db.ids import new_id
from tests.services.stagecraft import ROBIN, SASHA, Program, make

NAMES = ("Äther", "apple", "Apple tart", "Zeal", "brook", "Brook", "über")


async def everything(page: Any, most: int = 3) -> list[Any]:
    """All rows of a table, screen by screen."""
    rows: list[Any] = []
    after: Mark | None = None
    for _ in range(50):
        screen, after = await page(after, most)
        assert len(screen) <= most
        rows += screen
        if after is None:
            return rows
    raise AssertionError("it never ends")


async def a_book(program: Program) -> UUID:
    books, entries = LoreBooks(), LoreEntries(lambda text: len(text.split()))
    async with program.people.at_work(ROBIN) as (robin, work):
        made = (await books.create(work, robin, {"name": "The harbour"})).id
        for number_, name in enumerate(NAMES):
            typed = {"name": name, "keys": "lamp", "content": "Words " * (number_ % 3 + 1), "tags": "sea"}
            if number_ % 2:
                typed["folder"] = "odd"
            await entries.add(work, robin, made, typed)
    return made


@pytest.mark.parametrize("sort", list(EntrySort))
@pytest.mark.parametrize("is_down", [False, True])
async def test_entries_stand_in_every_order_each_once(program: Program, sort: EntrySort, is_down: bool) -> None:
    book = await a_book(program)
    async with program.people.at_work(ROBIN) as (robin, work):

        async def page(after: Mark | None, size: int) -> tuple[Any, Mark | None]:
            found = await entries_table(work, robin, book, Which(), sort=sort, is_down=is_down, after=after, size=size)
            assert (found.total, found.tokens) == (7, 13)
            return found.entries, found.next

        rows = await everything(page)
    assert sorted(one.name for one in rows) == sorted(NAMES)
    order: dict[EntrySort, Callable[[Tabled], Any]] = {
        EntrySort.PLACE: lambda one: one.number,
        EntrySort.NUMBER: lambda one: one.number,
        EntrySort.NAME: lambda one: one.name.lower(),
        EntrySort.TOKENS: lambda one: one.tokens,
        EntrySort.CHANGED: lambda one: one.updated_at,
        EntrySort.USES: lambda one: one.uses,
    }
    keys = [order[sort](one) for one in rows]
    assert all((a >= b) if is_down else (a <= b) for a, b in pairwise(keys))


async def test_entries_are_searched_and_narrowed(program: Program) -> None:
    book = await a_book(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        for which, expected in (
            (Which(folder="odd"), {"apple", "Zeal", "Brook"}),
            (Which(text="brook"), {"brook", "Brook"}),
            (Which(text="brook", folder="odd"), {"Brook"}),
            (Which(text="nowhere"), set[str]()),
            (Which(tag="sea", is_enabled=False), set[str]()),
        ):
            found = await entries_table(work, robin, book, which, sort=EntrySort.NAME)
            assert {one.name for one in found.entries} == expected
            assert found.total == len(expected)
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotFound):
            await entries_table(work, sasha, book, Which())


@pytest.mark.parametrize("sort", list(BookSort))
@pytest.mark.parametrize("is_down", [False, True])
async def test_books_stand_in_every_order_each_once(program: Program, sort: BookSort, is_down: bool) -> None:
    books = LoreBooks()
    async with program.people.at_work(ROBIN) as (robin, work):
        for name in NAMES:
            await books.create(work, robin, {"name": name, "tags": "sea"})

        async def page(after: Mark | None, size: int) -> tuple[Any, Mark | None]:
            found = await books_table(work, robin, sort=sort, is_down=is_down, after=after, size=size)
            return found.books, found.next

        rows = await everything(page)
        assert sorted(one.name for one in rows) == sorted(NAMES)
        found = await books_table(work, robin, which=Shelf.SHARED)
        assert found.books == ()
        found = await books_table(work, robin, text="brook")
        assert {one.name for one in found.books} == {"brook", "Brook"}
    async with program.people.at_work(SASHA) as (sasha, work):
        assert (await books_table(work, sasha)).books == ()


@pytest.mark.parametrize("sort", list(CharacterSort))
@pytest.mark.parametrize("is_down", [False, True])
async def test_characters_stand_in_every_order_each_once(program: Program, sort: CharacterSort, is_down: bool) -> None:
    for name in NAMES:
        if name not in ("Brook", "über"):
            await make(program, name=name)
    async with program.people.at_work(ROBIN) as (robin, work):

        async def page(after: Mark | None, size: int) -> tuple[Any, Mark | None]:
            found = await characters_table_of(work, robin, sort=sort, is_down=is_down, after=after, size=size)
            return found.rows, found.next

        rows = await everything(page, 2)
        assert sorted(one.character.name for one in rows) == sorted(["Äther", "apple", "Apple tart", "Zeal", "brook"])
        assert {one.visibility for one in rows} == {Visibility.PRIVATE}
        found = await characters_table_of(work, robin, text="apple")
        assert {one.character.name for one in found.rows} == {"apple", "Apple tart"}
        assert (await characters_table_of(work, robin, visibility=Visibility.PUBLIC)).rows == ()
    async with program.people.at_work(SASHA) as (sasha, work):
        assert (await characters_table_of(work, sasha)).rows == ()


@pytest.mark.parametrize("mark", ["", "x", "9" * 40, "1e9", "2026-01-01", "0", "-1", "\0", "2026-01-01T00:00:00+00:00"])
async def test_no_mark_breaks_a_table(program: Program, mark: str) -> None:
    book = await a_book(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        for sort in EntrySort:
            await entries_table(work, robin, book, Which(), sort=sort, after=(mark, new_id()))
        for of_books in BookSort:
            await books_table(work, robin, sort=of_books, after=(mark, new_id()))
        for of_characters in CharacterSort:
            await characters_table_of(work, robin, sort=of_characters, after=(mark, new_id()))


@given(st.text(max_size=600), st.sampled_from([words, number, small_number, moment]))
def test_a_mark_is_a_value_or_none(text: str, read: Any) -> None:
    found = beyond((text, new_id()), read)
    if found is not None and read is not words:
        assert not isinstance(found.value, str)
