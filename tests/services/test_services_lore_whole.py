"""A book and an entry, each as one form: every field there and back, all that is wrong at once, two tabs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.services.editing import ChangedMeanwhile, SeveralWrong
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Kind
from bot.services.lore.whole import EMPTY_BOOK, EMPTY_ENTRY, BookForm, EntryForm, LoreForms
from db.ids import new_id
from tests.services.stagecraft import ROBIN, SASHA, Program
from tests.services.test_services_lore_fields import TYPED

BOOKS = LoreBooks()
ENTRIES = LoreEntries(lambda text: len(text.split()))
FORMS = LoreForms(BOOKS, ENTRIES)


async def a_book(program: Program, **typed: str) -> BookForm:
    async with program.people.at_work(ROBIN) as (robin, work):
        return await FORMS.create_book(work, robin, {"name": "The harbour", **typed})


async def an_entry(program: Program, book_id: UUID, **typed: str) -> EntryForm:
    async with program.people.at_work(ROBIN) as (robin, work):
        said = {**EMPTY_ENTRY, "name": "Lamp", "content": "It burns.", "keys": "lamp", **typed}
        return await FORMS.create_entry(work, robin, book_id, said)


async def saved(program: Program, entry_id: UUID, typed: dict[str, str], **more: Any) -> EntryForm:
    async with program.people.at_work(ROBIN) as (robin, work):
        return await FORMS.save_entry(work, robin, entry_id, typed, **more)


async def test_a_books_form_is_kept_and_shown_as_typed(program: Program) -> None:
    made = await a_book(program)
    assert set(made.typed) == set(BOOK_FIELDS)
    assert made.typed == {**EMPTY_BOOK, "name": "The harbour"}
    changes = {"tags": "sea, salt", "scan_depth": "7", "recursion": "", "groups": "kings: 2", "allow_fork": "yes",
               "difficulty": "advanced", "threshold": "0.4"}  # fmt: skip
    async with program.people.at_work(ROBIN) as (robin, work):
        kept = await FORMS.save_book(work, robin, made.book.id, {**made.typed, **changes}, mark=made.mark)
        assert kept.typed == {**made.typed, **changes, "recursion": "no"}
        with pytest.raises(ChangedMeanwhile):
            await FORMS.save_book(work, robin, made.book.id, made.typed, mark=made.mark)
        version = kept.book.version
        assert (await FORMS.save_book(work, robin, made.book.id, kept.typed)).book.version == version
        with pytest.raises(SeveralWrong) as refused:
            await FORMS.save_book(work, robin, made.book.id, {"name": "", "scan_depth": "deep", "groups": "a: b: c"})
        assert [one.field for one in refused.value.errors] == ["name", "scan_depth", "groups"]


async def test_every_field_of_an_entry_is_saved_and_shown_again(program: Program) -> None:
    """Each alone, out of the same table that the small forms go by."""
    book = (await a_book(program)).book.id
    other = await an_entry(program, book)
    one = await an_entry(program, book, name="Moon")
    assert set(one.typed) == set(ENTRY_FIELDS)
    assert (await saved(program, one.entry.id, dict(one.typed))).entry.version == one.entry.version
    for name, typed in TYPED.items():
        if name not in ENTRY_FIELDS or ENTRY_FIELDS[name].kind is Kind.ENTRIES:
            continue
        if name == "position":
            await saved(program, one.entry.id, {"outlet": "town"})  # it wants one
        before = await saved(program, one.entry.id, {})
        after = await saved(program, one.entry.id, {name: typed}, mark=before.mark)
        shown = {field for field in ENTRY_FIELDS if after.typed[field] != before.typed[field]}
        assert shown <= {name, "keys", "secondary", "case_sensitive", "whole_words"}, name
        again = await saved(program, one.entry.id, dict(after.typed))
        assert again.typed == after.typed, name
    linked = await saved(program, one.entry.id, {"requires": f"#{other.entry.number}"})
    assert linked.typed["requires"] == f"#{other.entry.number}"


async def test_ticks_in_another_order_are_no_change_and_a_tick_left_out_is_no(program: Program) -> None:
    one = await an_entry(program, (await a_book(program)).book.id, sources="user, character, scenario")
    same = await saved(program, one.entry.id, {**one.typed, "sources": "scenario, user, character"})
    assert same.entry.version == one.entry.version
    off = await saved(program, one.entry.id, {**one.typed, "is_enabled": ""})
    assert (off.typed["is_enabled"], off.entry.is_enabled) == ("no", False)


async def test_all_that_is_wrong_with_an_entry_is_told_and_nothing_is_kept(program: Program) -> None:
    book = (await a_book(program)).book.id
    one = await an_entry(program, book)
    wrong = {"content": "", "depth": "deep", "requires": "#99", "probability": "200", "name": "Other"}
    with pytest.raises(SeveralWrong) as refused:
        await saved(program, one.entry.id, wrong)
    assert [error.field for error in refused.value.errors] == ["content", "probability", "depth", "requires"]
    assert (await saved(program, one.entry.id, {})).typed == one.typed
    with pytest.raises(InvalidInput) as missing:
        await saved(program, one.entry.id, {"keys": ""})
    assert missing.value.field == "keys"
    with pytest.raises(InvalidInput):
        await an_entry(program, book, content="")


async def test_of_two_tabs_the_second_is_shown_what_stands(program: Program) -> None:
    one = await an_entry(program, (await a_book(program)).book.id)
    first = await saved(program, one.entry.id, {"name": "Lantern"}, mark=one.mark)
    with pytest.raises(ChangedMeanwhile) as refused:
        await saved(program, one.entry.id, {"name": "Light"}, mark=one.mark)
    assert refused.value.now == first.typed


async def test_nobody_else_reads_or_writes_them(program: Program) -> None:
    book = await a_book(program)
    one = await an_entry(program, book.book.id)
    async with program.people.at_work(SASHA) as (sasha, work):
        for book_id, entry_id in ((book.book.id, one.entry.id), (new_id(), new_id())):
            with pytest.raises((NotFound, NotAllowed)):
                await FORMS.book(work, sasha, book_id)
            with pytest.raises((NotFound, NotAllowed)):
                await FORMS.save_book(work, sasha, book_id, {"name": "Mine"})
            with pytest.raises((NotFound, NotAllowed)):
                await FORMS.create_entry(work, sasha, book_id, {"content": "Mine", "keys": "x"})
            with pytest.raises((NotFound, NotAllowed)):
                await FORMS.entry(work, sasha, entry_id)
            with pytest.raises((NotFound, NotAllowed)):
                await FORMS.save_entry(work, sasha, entry_id, {"name": "Mine"})
