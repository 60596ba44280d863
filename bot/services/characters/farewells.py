"""A deleted character leaves its channels, and those who talked with it there are told."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from bot.errors import NotFound
from bot.ports import Place, Stage, Via
from bot.services.characters import Characters, Deleted
from bot.services.talk.conversations import Conversations
from bot.services.talk.conversations.leaving import leave
from bot.texts import N_, Say
from db import functions
from db.work import Actor, Database

_LEFT = N_("**{name}** has left: whoever made it took it away. What it said stays. Find others with /discover.")


class Leaving(Protocol):
    """How a character goes for good."""

    async def delete(self, by: UUID, character_id: UUID) -> Deleted:
        """The maker's character is deleted and leaves every channel it is in. Raises `NotFound` or `NotAllowed`."""
        ...


class QuietFarewells:
    """The same in a process that only serves pages: it falls silent and leaves everywhere; nothing is said of it."""

    def __init__(self, database: Database, characters: Characters) -> None:
        self._database = database
        self._characters = characters

    async def delete(self, by: UUID, character_id: UUID) -> Deleted:
        """See `Leaving`."""
        async with self._database.work(Actor.user(by)) as work:
            gone = await self._characters.delete(work, by, character_id)
            places = await functions.places_of_character(work.session, character_id)
        for one in places:
            async with self._database.work(Actor.turn(one.conversation_id, by)) as work:
                await leave(work, one.conversation_id, one.channel_id, character_id)
        return gone


class Farewells:
    """Deleting a character everywhere. Opens its own works, since it reaches into many conversations."""

    def __init__(
        self, database: Database, characters: Characters, conversations: Conversations, stage: Stage, *, say: Say
    ) -> None:
        """`say` speaks the house's language, for what is said to everybody in a channel."""
        self._database = database
        self._characters = characters
        self._conversations = conversations
        self._stage = stage
        self._say = say

    async def places(self, by: UUID, character_id: UUID) -> tuple[Place, ...]:
        """Where somebody's own character listens; nowhere, for another person's."""
        async with self._database.work(Actor.user(by)) as work:
            found = await functions.places_of_character(work.session, character_id)
        return tuple(Place(one.guild_id, one.channel_id, one.webhook_channel_id, Via(one.via)) for one in found)

    async def delete(self, by: UUID, character_id: UUID) -> Deleted:
        """The maker's character is deleted and leaves every channel it is in. Raises `NotFound` or `NotAllowed`.

        It falls silent everywhere the moment the deletion is committed; leaving and saying so follow.
        """
        async with self._database.work(Actor.user(by)) as work:
            gone = await self._characters.delete(work, by, character_id)
            places = await functions.places_of_character(work.session, character_id)
        for one in places:
            place = Place(one.guild_id, one.channel_id, one.webhook_channel_id, Via(one.via))
            try:
                await self._conversations.dismiss(by, place, character_id)
            except NotFound:
                continue  # somebody dismissed it in the same moment
            await self._stage.remark(place, self._say(_LEFT, name=gone.name), key=f"left {character_id}")
        return gone
