"""Lore through the API: every field of books and entries by itself, lists, what is shared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from bot.services.lore.fields import BOOK_FIELDS, ENTRY_FIELDS, Kind
from bot.services.lore.fields import Field as LoreField
from tests.api.cafe import Person, Site

SOME_ID = "00000000-0000-7000-8000-00000000000a"


def other(one: LoreField) -> Any:  # noqa: C901 - one line a kind
    """A value that something new does not have."""
    match one.kind:
        case Kind.LINE | Kind.TEXT:
            return f"Another {one.name}"
        case Kind.NUMBER if not one.is_whole:
            return 0.25
        case Kind.NUMBER:
            return int(one.least) + 1 if one.default != int(one.least) + 1 else int(one.least) + 2
        case Kind.FLAG:
            return not one.default
        case Kind.CHOICE:
            return next(name for name, _ in one.choices if name != one.default)
        case Kind.CHOICES:
            return [name for name, _ in one.choices if name not in (one.default or ())][:1]
        case Kind.KEYS:
            return ["harbour", "Rose [case]", '"a, b"', "/ro+se/i"]
        case Kind.WORDS | Kind.TAGS:
            return ["kings", "salt"]
        case Kind.CHARACTERS | Kind.PERSONAS:
            return [SOME_ID]
        case Kind.ENTRIES:
            return None
        case Kind.CHANNELS | Kind.SERVERS | Kind.ROLES:
            return ["5", "9007199254740993"]
        case Kind.GROUP_RULES:
            return {"kings": {"winners": 2, "scores": True}, "a b": {"winners": 1, "scores": False}}


NEEDS = {"outlet": {"position": "outlet"}, "position": {"position": "system_top"}}
"""What must be sent along."""


async def _book(site: Site, person: Person, **more: Any) -> str:
    made = await site.call(person, "POST", "/lore/books", {"name": "Harbour", **more})
    assert made.status == 201, made.body
    return made["id"]


async def _entry(site: Site, person: Person, book: str, **more: Any) -> str:
    made = await site.call(
        person, "POST", f"/lore/books/{book}/entries", {"content": "It rings.", "mode": "constant", **more}
    )
    assert made.status == 201, made.body
    return made["id"]


async def test_each_field_of_a_book_is_changed_by_itself(site: Site) -> None:
    robin = await site.person(101)
    where = f"/lore/books/{await _book(site, robin)}"
    for name, one in BOOK_FIELDS.items():
        value = other(one)
        answer = await site.call(robin, "PATCH", where, {name: value})
        assert answer.status == 200, (name, answer.body)
        assert answer[name] == value, name
        assert (await site.call(robin, "GET", where))[name] == value
        if one.is_optional:
            assert (await site.call(robin, "PATCH", where, {name: None}))[name] is None


async def test_each_field_of_an_entry_is_changed_by_itself(site: Site) -> None:
    robin = await site.person(101)
    book = await _book(site, robin)
    beside = await _entry(site, robin, book)
    where = f"/lore/entries/{await _entry(site, robin, book, keys=['bell'])}"
    for name, one in ENTRY_FIELDS.items():
        value = [beside] if one.kind is Kind.ENTRIES else other(one)
        answer = await site.call(
            robin, "PATCH", where, {**NEEDS.get(name, {}), name: NEEDS.get(name, {}).get(name, value)}
        )
        assert answer.status == 200, (name, answer.body)
        assert answer[name] == NEEDS.get(name, {}).get(name, value), name
        if one.is_optional:
            assert (await site.call(robin, "PATCH", where, {name: None}))[name] is None


async def test_a_new_entry_has_what_was_sent_and_else_what_new_ones_have(site: Site) -> None:
    robin = await site.person(101)
    book = await _book(site, robin)
    sent = {"name": "Bell", "content": "It rings.", "keys": ["bell"], "probability": 50, "tags": ["salt"], "order": 7}
    made = await site.call(robin, "POST", f"/lore/books/{book}/entries", sent)
    assert made.status == 201, made.body
    assert {name: made[name] for name in sent} == sent
    for name, one in ENTRY_FIELDS.items():
        if name not in sent and not isinstance(one.default, frozenset | tuple):
            assert made[name] == one.default, name


async def test_entries_are_listed_searched_deleted_and_had_back(site: Site) -> None:
    robin = await site.person(101)
    book = await _book(site, robin)
    ids = [await _entry(site, robin, book, name=f"Entry {n}", tags=["odd" if n % 2 else "even"]) for n in range(5)]
    where = f"/lore/books/{book}/entries"
    first = await site.call(robin, "GET", where, query={"limit": "2"})
    assert [one["id"] for one in first["items"]] == ids[:2]
    assert first["total"] == 5
    rest = await site.call(robin, "GET", where, query={"cursor": first["next"]})
    assert [one["id"] for one in rest["items"]] == ids[2:]
    odd = await site.call(robin, "GET", where, query={"tag": "odd", "is_down": "true"})
    assert [one["id"] for one in odd["items"]] == [ids[3], ids[1]]
    found = await site.call(robin, "GET", where, query={"text": "entry 4"})
    assert [one["id"] for one in found["items"]] == [ids[4]]
    assert (await site.call(robin, "DELETE", f"/lore/entries/{ids[4]}")).status == 204
    assert (await site.call(robin, "GET", where, query={"text": "entry 4"}))["items"] == []
    assert (await site.call(robin, "POST", f"/lore/entries/{ids[4]}/undo"))["name"] == "Entry 4"


async def test_a_book_is_shared_and_read_by_who_was_let_in(site: Site) -> None:
    robin, sasha = await site.person(101), await site.person(102)
    book = await _book(site, robin)
    entry = await _entry(site, robin, book)
    assert (await site.call(sasha, "GET", f"/lore/books/{book}")).status == 404
    async with site.desk.at_work(robin.user_id) as work:
        from bot.services.lore.shown import May

        await site.desk.lore.sharing.invite(work, robin.user_id, UUID(book), sasha.user_id, May.READ)
    assert (await site.call(sasha, "GET", f"/lore/books/{book}"))["may"] == "read"
    assert (await site.call(sasha, "GET", f"/lore/entries/{entry}"))["content"] == "It rings."
    assert (await site.call(sasha, "PATCH", f"/lore/entries/{entry}", {"content": "No"})).status == 403
    assert [one["id"] for one in (await site.call(sasha, "GET", "/lore/books?shelf=shared"))["items"]] == [book]


async def test_a_deleted_book_is_had_back(site: Site) -> None:
    robin = await site.person(101)
    book = await _book(site, robin)
    assert (await site.call(robin, "DELETE", f"/lore/books/{book}"))["name"] == "Harbour"
    assert (await site.call(robin, "GET", f"/lore/books/{book}")).status == 404
    assert (await site.call(robin, "POST", f"/lore/books/{book}/restore"))["name"] == "Harbour"


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"content": "x"}, 422, "keys"),
        ({"content": "x", "keys": ["("], "mode": "keyword"}, 201, None),
        ({"content": "x", "keys": ["/(/"]}, 422, "keys"),
        ({"content": "x", "keys": ["/(?=a)b/"]}, 422, "keys"),
        ({"content": "x", "mode": "constant", "position": "outlet"}, 422, "outlet"),
        ({"content": "x", "mode": "constant", "requires": [SOME_ID]}, 201, None),
        ({"content": "", "mode": "constant"}, 400, None),
        ({"content": "x", "mode": "always"}, 400, None),
        ({"content": "x", "mode": "constant", "order": 10**30}, 400, None),
        ({"content": "x", "mode": "constant", "channels_only": ["0"]}, 400, None),
        ({"content": "x", "mode": "constant", "place": 7}, 400, None),
    ],
)
async def test_entries_that_cannot_be_are_refused(site: Site, sent: Any, status: int, field: str | None) -> None:
    robin = await site.person(101)
    answer = await site.call(robin, "POST", f"/lore/books/{await _book(site, robin)}/entries", sent)
    assert answer.status == status, answer.body
    if status >= 400:
        assert answer["field"] == field, answer.body
