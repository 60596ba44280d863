"""Reads what one answer is made from. Rows are read at once; composing then needs no database.

Pictures are fetched from Discord afterwards, once no connection is held, and only for models that see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import StageError
from bot.ports import AttachedKind, Face, Files, Models, Picture, Place, Surroundings, Via
from bot.services.characters import not_found
from bot.services.lore.replies.activating import Decided, LoreActivations
from bot.services.lore.replies.scenery import LoreMaterial
from bot.services.people.askers import asker_of
from bot.services.talk.compose_types import (
    Answered,
    Asker,
    CharacterSheet,
    Example,
    Line,
    PlaceFacts,
    PlaceKind,
    Response,
    Shown,
    Snapshot,
    Task,
)
from bot.services.talk.heed import Hearing
from bot.services.talk.macros import expand
from bot.services.talk.places import HOUSE, PlaceRules
from bot.services.wellbeing.in_prompts import MoodsInPrompts
from bot.texts import N_
from db.direct import Direct
from db.models import AttachmentKind, MessageKind
from db.queries.talk import road
from db.queries.talk.history import SaidFile, SaidLine, history
from db.queries.talk.road import CharacterFacts, Taken
from db.queries.talk.turns import Standing
from db.work import Actor, Database

SOMEBODY = N_("Somebody")
"""What a person is called whose account is gone."""

_SPOKEN_BY_CHARACTERS = frozenset({MessageKind.CHARACTER, MessageKind.GREETING})

_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks in a turn and to whom; `locale` is the asker's, for remarks.

    `provider` and `model` are what the conversation or the character chose, None where neither did.
    """

    face: Face
    asker_name: str
    locale: str | None
    asker_discord_id: int | None = None
    provider: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture a model that sees is to look at: which of a line's things it is, and where Discord keeps it.

    `channel_id` is None where that is the conversation's own.
    """

    line: int
    number: int
    message_id: int
    attachment_id: int
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A snapshot without its pictures and its lore, and what these are made from."""

    snapshot: Snapshot
    pictures: tuple[Seen, ...]
    place: Place
    lore: LoreMaterial | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A snapshot for one model; `lore` tells why its lore is in it."""

    snapshot: Snapshot
    lore: Decided | None = None


def cast_of(taken: Taken) -> Cast:
    """Who takes part in a turn."""
    chosen = taken.turn.settings if taken.turn.settings.model else taken.character
    return Cast(
        face=Face(taken.character.name, taken.character.picture_sha256),
        asker_name=SOMEBODY if taken.asker_name is None else taken.asker_name,
        locale=taken.asker_locale,
        asker_discord_id=taken.asker_discord_id,
        provider=chosen.provider,
        model=chosen.model,
    )


class Snapshots:
    """Makes them. `hearing` tells what a place was like when somebody last spoke there; `lore`, what is known."""

    def __init__(
        self,
        database: Database,
        *,
        hearing: Hearing,
        clock: Clock,
        files: Files | None = None,
        lore: LoreActivations | None = None,
        moods: MoodsInPrompts | None = None,
    ) -> None:
        self._database = database
        self._hearing = hearing
        self._clock = clock
        self._files = files
        self._lore = lore
        self._moods = moods

    async def of(
        self,
        turn: Standing,
        *,
        models: Models,
        task: Task = Task.ANSWER,
        material: Material | None = None,
    ) -> Made:
        """What the answer of this model is composed from; `material` where it was read already. Raises `NotFound`.

        For an answer that is worded again, the history ends before the words it replaces; for `Task.CONTINUE`, with
        them. A model that sees is given the pictures of the line to answer and of the one that line replies to.
        """
        if material is None:
            async with self._database.directly(Actor.turn(turn.conversation_id, turn.asker_id)) as direct:
                taken = await road.look(direct, turn.turn_id)
                if taken is None:
                    raise not_found()
                asker = await asker_of(direct, turn.asker_id, turn.conversation_id)
                material = await self.material(direct, taken, asker=asker, task=task)
        snapshot, decided = replace(material.snapshot, model=models.model), None
        if material.lore is not None and self._lore is not None:
            decided = await self._lore.decided(material.lore, snapshot, models)
            snapshot = snapshot if decided is None else replace(snapshot, lore=decided.texts)
        if models.sees and self._files is not None and material.pictures:
            snapshot = await self._seeing(snapshot, material, self._files)
        return Made(snapshot, decided)

    async def material(self, direct: Direct, taken: Taken, *, asker: Asker, task: Task = Task.ANSWER) -> Material:
        """Read the rest of what an answer is made from, in a turn's own work, on behalf of who asked."""
        turn, place = taken.turn, place_of(taken.turn)
        said = await history(
            direct,
            turn.conversation_id,
            limit=int(limits.HISTORY_LINES),
            before_turn=turn.turn_id if turn.rewording is not None and task is Task.ANSWER else None,
            through_turn=turn.turn_id if task is Task.CONTINUE else None,
        )
        snapshot = Snapshot(
            character=_sheet(taken.character),
            user_name=asker.name,
            history=tuple(line_of(one) for one in said),
            others=await self._others(direct, turn),
            language=asker.language or taken.asker_locale,
            asker=asker,
            place=self._facts(turn, place),
            recap=taken.recap,
            untold=sum(taken.recap_through is None or one.message_id > taken.recap_through for one in said),
            mood=await self._mood(direct, turn, asker),
            task=task,
            conversation_id=turn.conversation_id,
            now=self._clock.now(),
            variables=taken.variables,
        )
        seen = _pictures(said) if turn.settings.allow_files else ()
        return Material(snapshot, seen, place, await self._lore_for(direct, taken, said, asker, task))

    async def _mood(self, direct: Direct, turn: Standing, asker: Asker) -> str:
        """How the asker is, where they let characters know: in direct messages, which nobody else reads."""
        place = place_of(turn)
        is_alone = place.guild_id is None and place.via is not Via.INTERACTION
        if self._moods is None or not (asker.shares_moods and is_alone):
            return ""
        return await self._moods.told(direct, turn.asker_id, self._clock.now())

    async def _lore_for(
        self, direct: Direct, taken: Taken, said: Sequence[SaidLine], asker: Asker, task: Task
    ) -> LoreMaterial | None:
        if self._lore is None or not taken.may_have_lore:
            return None
        turn = taken.turn
        return await self._lore.material(
            direct,
            turn,
            said,
            persona_id=asker.persona_id,
            task=task,
            role_ids=self._hearing.roles_of(turn.guild_id, taken.asker_discord_id),
        )

    async def _others(self, direct: Direct, turn: Standing) -> tuple[str, ...]:
        room = self._hearing.room_of(turn.conversation_id)
        if room is not None:
            return tuple(one.name for one in room.characters if one.character_id != turn.character_id)
        present = await road.present_names(direct, turn.conversation_id)
        return tuple(name for character_id, name in present.items() if character_id != turn.character_id)

    def _facts(self, turn: Standing, place: Place) -> PlaceFacts:
        room = self._hearing.room_of(turn.conversation_id)
        around = Surroundings() if room is None else room.around
        rules = self.rules(place, turn.character_id)
        return PlaceFacts(_kind(place, around), around.is_age_restricted, rules.language)

    def rules(self, place: Place, character_id: UUID) -> PlaceRules:
        """What holds in a place for a character."""
        return HOUSE if self._hearing.rules is None else self._hearing.rules(place, character_id)

    async def _seeing(self, snapshot: Snapshot, material: Material, files: Files) -> Snapshot:
        read = await asyncio.gather(*(self._picture(material.place, seen, files) for seen in material.pictures))
        lines = list(snapshot.history)
        for seen, data in zip(material.pictures, read, strict=True):
            if data is None:
                continue
            line = lines[seen.line]
            attached = list(line.attached)
            shown = attached[seen.number]
            attached[seen.number] = replace(shown, picture=Picture(data[0], data[1], shown.name))
            lines[seen.line] = replace(line, attached=tuple(attached))
        return replace(snapshot, history=tuple(lines))

    async def _picture(self, place: Place, seen: Seen, files: Files) -> tuple[str, bytes] | None:
        most = int(limits.PICTURE_SEEN_BYTES_MAX)
        place = place if seen.channel_id is None else replace(place, channel_id=seen.channel_id)
        try:
            data = await files.read(place, seen.message_id, seen.attachment_id, most_bytes=most)
        except StageError as error:
            _log.info("picture_unread", message_id=seen.message_id, detail=str(error))
            return None
        mime = picture_type(data)
        return None if mime is None else (mime, data)


def greeting_of(greeting: str, *, character: str, person: str) -> str:
    """A character's first words, its macros filled."""
    return expand(greeting, char=character, user=person).strip()


def place_of(turn: Standing) -> Place:
    """Where a turn is shown."""
    return Place(turn.guild_id, turn.channel_id, turn.webhook_channel_id, Via(turn.via.value))


def picture_type(data: bytes) -> str | None:
    """The kind of picture some bytes are, by their first ones; None for what models do not take."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for start, mime in _PICTURES.items() if data.startswith(start)), None)


def _kind(place: Place, around: Surroundings) -> PlaceKind:
    if place.guild_id is None:
        # Other people's direct messages and groups are none of two: a character answers in the sight of all.
        return PlaceKind.GROUP if place.via is Via.INTERACTION else PlaceKind.DIRECT
    if around.is_forum_post:
        return PlaceKind.FORUM_POST
    is_thread = around.is_thread or place.channel_id != place.webhook_channel_id
    return PlaceKind.THREAD if is_thread else PlaceKind.CHANNEL


def _sheet(character: CharacterFacts) -> CharacterSheet:
    return CharacterSheet(
        name=character.name,
        description=character.description,
        system_prompt=character.system_prompt,
        greeting=character.greeting,
        examples=tuple(Example(one.user, one.character) for one in character.examples),
        phrases=tuple(character.phrases),
        nickname=character.nickname,
        gender=character.gender,
        age=character.age,
        traits=character.traits,
        tags=tuple(character.tags),
        temperature=character.temperature,
        is_adult=character.is_adult,
        definition=character.definition,
        personality=character.personality,
        scenario=character.scenario,
        last_instructions=character.last_instructions,
        note=character.note,
        creator_notes=character.creator_notes,
        version=character.card_version,
    )


def line_of(said: SaidLine) -> Line:
    """A line as prompts are made from it."""
    before = said.answers
    return Line(
        speaker=said.speaker or SOMEBODY,
        text=said.content,
        is_character=said.kind in _SPOKEN_BY_CHARACTERS,
        message_id=said.discord_message_id,
        attached=tuple(_shown(one) for one in said.files),
        reactions=tuple(Response(one.emoji, one.by) for one in said.reactions),
        answers=None
        if before is None
        else Answered(before.speaker or SOMEBODY, before.content, before.kind in _SPOKEN_BY_CHARACTERS),
        said_at=said.said_at,
        is_greeting=said.kind is MessageKind.GREETING,
    )


def _shown(one: SaidFile) -> Shown:
    return Shown(
        kind=AttachedKind(one.kind.value),
        name=one.name,
        size_bytes=one.size_bytes,
        width=one.width,
        height=one.height,
        alt=one.alt or "",
        text=one.text or "",
    )


def _pictures(said: Sequence[SaidLine]) -> tuple[Seen, ...]:
    """The pictures of the last thing a person said, and of what it replies to."""
    last = next((index for index in reversed(range(len(said))) if said[index].kind is MessageKind.USER), None)
    if last is None:
        return ()
    before = said[last].answers
    lines = [last] + [
        index for index in range(last) if before is not None and said[index].message_id == before.message_id
    ]
    found = [
        Seen(index, number, said[index].discord_message_id or 0, one.discord_id, said[index].said_in)
        for index in lines
        for number, one in enumerate(said[index].files)
        if one.kind is AttachmentKind.IMAGE and one.size_bytes <= limits.PICTURE_SEEN_BYTES_MAX
    ]
    return tuple(found[: limits.PICTURES_SEEN])
