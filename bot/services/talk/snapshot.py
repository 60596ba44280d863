"""Reads what one answer is made from. Everything is read at once; composing then needs no database."""

from __future__ import annotations

from dataclasses import dataclass

from bot import limits
from bot.ports import Face
from bot.services.characters import not_found
from bot.services.talk.compose_types import CharacterSheet, Example, Line, Snapshot
from bot.services.talk.macros import expand
from bot.texts import N_
from db.models import Character, MessageKind
from db.queries import characters, people
from db.queries.talk import conversations, messages
from db.queries.talk.messages import SaidLine
from db.queries.talk.turns import Standing
from db.work import Work

SOMEBODY = N_("Somebody")
"""What a person is called whose account is gone."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks in a turn and to whom; `locale` is the asker's, for remarks."""

    face: Face
    asker_name: str
    locale: str | None


async def cast_of(work: Work, turn: Standing) -> Cast:
    """Who takes part in a turn. Raises `NotFound` where the character is gone."""
    row = await characters.by_id(work.session, turn.character_id)
    if row is None:
        raise not_found()
    asker = await people.user(work.session, turn.asker_id)
    return Cast(
        face=Face(row.character.name, row.picture_sha256),
        asker_name=asker.display_name if asker else SOMEBODY,
        locale=asker.locale if asker else None,
    )


async def snapshot_of(work: Work, turn: Standing) -> Snapshot:
    """What the answer is composed from; the history ends with what is to be answered. Raises `NotFound`."""
    row = await characters.by_id(work.session, turn.character_id)
    if row is None:
        raise not_found()
    cast = await cast_of(work, turn)
    said = await messages.history(work.session, turn.conversation_id, limit=int(limits.HISTORY_LINES))
    present = await conversations.present(work.session, turn.conversation_id)
    return Snapshot(
        character=_sheet(row.character),
        user_name=cast.asker_name,
        history=tuple(_line(one) for one in said),
        others=tuple(one.name for one in present if one.character_id != turn.character_id),
        language=cast.locale,
    )


def greeting_of(greeting: str, *, character: str, person: str) -> str:
    """A character's first words, its macros filled."""
    return expand(greeting, char=character, user=person).strip()


def _sheet(character: Character) -> CharacterSheet:
    return CharacterSheet(
        name=character.name,
        description=character.description,
        system_prompt=character.system_prompt,
        greeting=character.greeting,
        examples=tuple(Example(one.user, one.character) for one in character.examples),
        phrases=tuple(character.phrases),
    )


def _line(said: SaidLine) -> Line:
    return Line(
        speaker=said.author_name or said.character_name or SOMEBODY,
        text=said.content,
        is_character=said.kind in {MessageKind.CHARACTER, MessageKind.GREETING},
        message_id=said.discord_message_id,
    )
