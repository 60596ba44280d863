"""What reaches a message, an answer or a place after it was heard: it is stopped, changed, deleted, gone."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from bot import limits
from bot.errors import Conflict, NotAllowed
from bot.ports import Place, Reacted
from bot.services.talk.answering import Answering, Interruption, Running
from bot.services.talk.arrivals import Arrivals
from bot.services.talk.changes import Changes
from bot.services.talk.departures import Departures
from bot.services.talk.gates import Gates
from bot.services.talk.heed import Hearing
from bot.services.talk.troubles import Troubles
from bot.services.talk.underway import Meanwhile, Pending
from bot.texts import N_
from db.models import ParticipantRole
from db.queries.talk import conversations
from db.work import Actor, Database


class Afterwards:
    """The part of `Turns` that follows what becomes of messages; `Turns` fills what is named here."""

    gates: Gates
    troubles: Troubles
    _database: Database
    _hearing: Hearing
    _arrivals: Arrivals
    _changes: Changes
    _departures: Departures
    _answering: Answering
    _pending: dict[int, Pending]
    _arriving: dict[int, Meanwhile]

    async def stop(self, turn_id: UUID, by: UUID, *, may_manage: bool = False) -> None:
        """Break an answer off; what there is of it stays and counts as the answer, and no character goes on after it.

        For the asker, whoever began or moderates the conversation, and those who manage messages there. Raises
        `NotAllowed`, or `Conflict` where the answer is finished.
        """
        running = self._answering.running(turn_id)
        if running is None or running.is_sending:
            raise Conflict("answer_finished", N_("This answer is already finished."))
        turn = running.turn
        concerned = may_manage or by in {turn.asker_id, turn.conversation_owner_id}
        if not concerned and not await self._moderates(turn.conversation_id, by):
            raise NotAllowed(
                "not_your_answer",
                N_("Only who asked, who began this conversation, or a moderator can stop this answer."),
            )
        running.interrupt(Interruption.STOPPED)

    async def _moderates(self, conversation_id: UUID, by: UUID) -> bool:
        async with self._database.work(Actor.turn(conversation_id, by)) as work:
            role = await conversations.role_of(work.session, conversation_id, by)
        return role is ParticipantRole.MODERATOR

    async def trigger_deleted(self, message_id: int, channel_id: int | None = None) -> None:
        """The message was deleted: what is not yet said about it is not said, and it leaves the history.

        Without `channel_id` only what is in memory is found.
        """
        pending = self._pending.get(message_id)
        if message_id in self._arriving:
            self._arriving[message_id].is_gone = True
        if pending is None:
            await self._changes.deleted(message_id, channel_id)
            return
        pending.is_gone = True
        for running in self._answering_to(message_id):
            running.interrupt(Interruption.WITHDRAWN)
        if pending.conversation_id is not None:
            await self._arrivals.forget(pending.conversation_id, message_id)

    async def trigger_edited(self, message_id: int, content: str, channel_id: int | None = None) -> None:
        """The message was changed. Before a word of the answer is seen it is answered anew as it stands now.

        Later only the history follows; the answer stands. Without `channel_id` only what is in memory is found.
        """
        pending = self._pending.get(message_id)
        content = content[: limits.HEARD_TEXT_MAX]
        if message_id in self._arriving:
            self._arriving[message_id].content = content
        if pending is None:
            await self._changes.edited(message_id, channel_id, content)
        if pending is None or pending.errand.heard.content == content:
            return
        if any(one.text.strip() or one.is_sending for one in self._answering_to(message_id)):
            if pending.conversation_id is not None:
                await self._arrivals.reword_said(pending.conversation_id, message_id, content)
            return
        heard = replace(pending.errand.heard, content=content)
        if not pending.is_explicit and not self._hearing.addressed(heard):
            await self.trigger_deleted(message_id)
            return
        pending.errand = replace(pending.errand, heard=heard)
        await self._arrivals.reword(pending.errand, pending.conversation_id)
        for running in self._answering_to(message_id):
            running.interrupt(Interruption.REWORDED)

    def concerns(self, channel_id: int, author_is_bot: bool) -> bool:
        """Whether a message there can matter that neither mentions the application nor is a direct one."""
        return self._hearing.concerns(channel_id, author_is_bot=author_is_bot)

    def follows(self, channel_id: int) -> bool:
        """Whether what becomes of messages in a channel can matter: a conversation goes on there, or once did."""
        return self._changes.follows(channel_id)

    async def place_changed(self, place: Place) -> None:
        """A channel was opened again, or its permissions are others: what stood in the way may be gone."""
        await self.troubles.forget((place.channel_id,))

    async def reacted(self, reacted: Reacted) -> None:
        """Somebody put an emoji under a message, or took it away; the history knows."""
        if reacted.is_added and self.gates.block(reacted.discord_id) is not None:
            return
        await self._changes.reacted(reacted)

    async def place_gone(self, guild_id: int | None, channel_id: int | None) -> None:
        """A channel or thread is deleted or, without a channel, the bot was removed from a server."""
        for room in await self._departures.place_gone(guild_id, channel_id):
            self.hush(room.conversation_id)

    async def member_left(self, guild_id: int, discord_id: int) -> None:
        """A person left a server."""
        await self._departures.member_left(guild_id, discord_id)

    def silence(self, conversation_id: UUID, character_id: UUID) -> None:
        """The character was sent away: what it is about to say there is not said."""
        self._interrupt(conversation_id, character_id)

    def hush(self, conversation_id: UUID) -> None:
        """The conversation was muted, or is over: nothing of what is about to be said there is said."""
        self._interrupt(conversation_id, None)

    def _interrupt(self, conversation_id: UUID, character_id: UUID | None) -> None:
        for running in self._answering.all_running():
            turn = running.turn
            if turn.conversation_id == conversation_id and character_id in {None, turn.character_id}:
                running.interrupt(Interruption.WITHDRAWN)

    def _answering_to(self, message_id: int) -> list[Running]:
        return [one for one in self._answering.all_running() if one.turn.trigger_message_id == message_id]
