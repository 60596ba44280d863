"""Characters: one's own made, changed, published, deleted and had back; and those that everybody may meet."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from bot import limits
from bot.errors import NotAllowed
from bot.services.characters.tables import CharacterSort, Visibility, characters_table_of
from bot.services.characters.whole import Whole
from bot.services.desk import Work
from web.api.call import Call, after
from web.api.kinds import Area, AskedFlag, Endpoint, ListQuery, Scope, Words
from web.api.resources.character_shapes import (
    CharacterChange,
    CharacterFull,
    Characters,
    DeletedCharacter,
    NewCharacter,
    Publish,
    full,
    line,
    typed_of,
)


class CharactersQuery(ListQuery):
    """Which of your characters, in which order."""

    text: Annotated[Words, Field(max_length=int(limits.SEARCH_TEXT_MAX))] = ""
    """Words that stand in name, description or tags."""
    visibility: Visibility | None = None
    sort: CharacterSort = CharacterSort.NAME
    is_down: AskedFlag = False
    """The newest first."""


async def list_characters(call: Call) -> Characters:
    """Your characters."""
    asked = call.query(CharactersQuery)
    async with call.work() as work:
        found = await characters_table_of(
            work,
            call.me,
            text=asked.text,
            visibility=asked.visibility,
            sort=asked.sort,
            is_down=asked.is_down,
            after=call.table_mark(),
            size=asked.limit,
        )
    items = tuple(line(one.character, likes=one.likes, is_mine=True) for one in found.rows)
    return Characters(items=items, next=after(found.next))


async def create_character(call: Call) -> CharacterFull:
    """Make a character. It is private until you publish it."""
    sent = call.body(NewCharacter)
    async with call.work() as work:
        whole = await call.desk.whole.create(work, call.me, typed_of(sent, sent.name))
        return await _full(call, work, whole.character.id, whole)


async def get_character(call: Call) -> CharacterFull:
    """One character, yours or one that everybody may meet; characters for adults only if they are yours."""
    async with call.work() as work:
        return await _full(call, work, call.id("character_id"))


async def change_character(call: Call) -> CharacterFull:
    """Change a character: all that was sent, or nothing. Conversations it is in speak with the new one from then on."""
    sent, character_id = call.body(CharacterChange), call.id("character_id")
    async with call.work() as work:
        now = await call.desk.whole.get(work, call.me, character_id)
        typed = typed_of(sent, now.character.name)
        whole = await call.desk.whole.save(work, call.me, character_id, typed, mark=sent.version)
        return await _full(call, work, character_id, whole)


async def delete_character(call: Call) -> DeletedCharacter:
    """Delete a character. It leaves every channel and is gone for everybody; you can have it back for a day."""
    gone = await call.desk.farewells.delete(call.me, call.id("character_id"))
    return DeletedCharacter.model_validate(gone)


async def restore_character(call: Call) -> CharacterFull:
    """Have a deleted character back, as it was and in no channel."""
    async with call.work() as work:
        await call.desk.characters.restore(work, call.me, call.id("character_id"))
        return await _full(call, work, call.id("character_id"))


async def publish_character(call: Call) -> CharacterFull:
    """Let everybody meet it. Where this house reviews characters first, it waits for that."""
    async with call.work() as work:
        await call.desk.characters.publish(work, call.me, call.id("character_id"), is_adult=call.body(Publish).is_adult)
        return await _full(call, work, call.id("character_id"))


async def unpublish_character(call: Call) -> CharacterFull:
    """Keep it to yourself again. Where it was asked in it stays until somebody dismisses it."""
    async with call.work() as work:
        await call.desk.characters.unpublish(work, call.me, call.id("character_id"))
        return await _full(call, work, call.id("character_id"))


async def _full(call: Call, work: Work, character_id: UUID, whole: Whole | None = None) -> CharacterFull:
    card = await call.desk.characters.card(work, call.me, character_id, adults=False)
    if whole is None:
        try:
            whole = await call.desk.whole.get(work, call.me, character_id)
        except NotAllowed:
            whole = None
    return full(card, whole, call.me)


ENDPOINTS = (
    Endpoint(
        "GET", "/characters", list_characters, Area.CHARACTERS, "Your characters", Characters, query=CharactersQuery
    ),
    Endpoint(
        "POST",
        "/characters",
        create_character,
        Area.CHARACTERS,
        "Make a character",
        CharacterFull,
        Scope.WRITE,
        body=NewCharacter,
        status=201,
        makes="character_id",
    ),
    Endpoint("GET", "/characters/{character_id}", get_character, Area.CHARACTERS, "One character", CharacterFull),
    Endpoint(
        "PATCH",
        "/characters/{character_id}",
        change_character,
        Area.CHARACTERS,
        "Change a character",
        CharacterFull,
        Scope.WRITE,
        body=CharacterChange,
    ),
    Endpoint(
        "DELETE",
        "/characters/{character_id}",
        delete_character,
        Area.CHARACTERS,
        "Delete a character",
        DeletedCharacter,
        Scope.WRITE,
    ),
    Endpoint(
        "POST",
        "/characters/{character_id}/restore",
        restore_character,
        Area.CHARACTERS,
        "Have a deleted character back",
        CharacterFull,
        Scope.WRITE,
    ),
    Endpoint(
        "POST",
        "/characters/{character_id}/publish",
        publish_character,
        Area.CHARACTERS,
        "Publish a character",
        CharacterFull,
        Scope.WRITE,
        body=Publish,
        refuses=(422,),
    ),
    Endpoint(
        "POST",
        "/characters/{character_id}/unpublish",
        unpublish_character,
        Area.CHARACTERS,
        "Keep a character to yourself",
        CharacterFull,
        Scope.WRITE,
    ),
)
