"""What becomes of messages after they were answered: they are changed, deleted, reacted to. The history follows.

Nothing is asked of the database about the thousands of messages that concern nobody. What was written since this run
began is in memory or is nobody's; of what is older (or was forgotten since), only messages in channels where a
conversation goes on or once went on are looked up, and those that are nobody's are remembered as such.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from bot.clock import Clock
from bot.ports import Reacted
from bot.services.people import People
from bot.services.talk.arrivals import Arrivals
from bot.services.talk.heed import Hearing
from db import functions
from db.queries.talk import turns
from db.work import Actor, Database

_REMEMBERED_MESSAGES = 20_000
_STRANGERS = 5_000
_DISCORD_EPOCH_MS = 1_420_070_400_000
_CLOCKS_DIFFER_MS = 60_000
"""Discord's clock names messages, ours says when this run began."""


class Changes:
    """Keeps the history equal to what stands in Discord, in every conversation that holds a message (forks do)."""

    def __init__(
        self, database: Database, *, arrivals: Arrivals, hearing: Hearing, people: People, clock: Clock
    ) -> None:
        self._database = database
        self._arrivals = arrivals
        self._hearing = hearing
        self._people = people
        self._answered: OrderedDict[int, None] = OrderedDict()
        self._strangers: OrderedDict[int, None] = OrderedDict()
        self._channels: set[int] = set()
        self._gone: dict[UUID, set[int]] = {}
        self._older_than = _snowflake(clock)

    async def load(self) -> None:
        """Know in which channels earlier runs had conversations."""
        async with self._database.work(Actor.job("changes")) as work:
            self._channels.update(await functions.channels_of_conversations(work.session))

    def remember(self, message_id: int, channel_id: int) -> None:
        """A person's message is part of a conversation."""
        self._channels.add(channel_id)
        self._strangers.pop(message_id, None)
        self._answered[message_id] = None
        if len(self._answered) > _REMEMBERED_MESSAGES:
            forgotten, _ = self._answered.popitem(last=False)
            self._older_than = max(self._older_than, forgotten + 1)

    def follows(self, channel_id: int) -> bool:
        """Whether what becomes of messages in a channel can matter."""
        return channel_id in self._channels or self._hearing.room(channel_id) is not None

    async def edited(self, message_id: int, channel_id: int | None, content: str) -> None:
        """A person changed a message."""
        for conversation_id in await self._holding(message_id, channel_id):
            await self._arrivals.reword_said(conversation_id, message_id, content)

    async def deleted(self, message_id: int, channel_id: int | None) -> None:
        """A message is gone: a person's, or a character's, whose reply is forgotten with its last message."""
        holding = await self._holding(message_id, channel_id)
        if not holding:
            return
        async with self._database.work(Actor.job("changes")) as work:
            turn_id = await functions.turn_of_message(work.session, message_id)
            told_in = None if turn_id is None else await functions.conversation_of_turn(work.session, turn_id)
        self._answered.pop(message_id, None)
        if turn_id is None or told_in is None:
            for conversation_id in holding:
                await self._arrivals.forget(conversation_id, message_id)
        elif first_id := await self._last_of(turn_id, told_in, message_id):
            await self._arrivals.unsay(told_in, turn_id)
            for conversation_id in await self._looked_up(first_id):
                await self._arrivals.forget(conversation_id, first_id)

    async def reacted(self, reacted: Reacted) -> None:
        """Somebody put an emoji under a message, or took it away."""
        message_id = reacted.message_id
        holding = await self._holding(message_id, reacted.place.channel_id)
        user_id = await self._who(reacted) if holding else None
        if user_id is None:
            return
        for conversation_id in holding:
            await self._arrivals.react(conversation_id, message_id, user_id, reacted.emoji, is_added=reacted.is_added)

    # ------------------------------------------------------------------------------------------ whose message it is

    async def _holding(self, message_id: int, channel_id: int | None) -> Sequence[UUID]:
        """The conversations a message is part of; none without asking where it cannot be part of any."""
        if message_id in self._strangers:
            return ()
        is_known = message_id in self._answered or self._hearing.speaker(message_id) is not None
        if not is_known and not self._may_be_older(message_id, channel_id):
            return ()
        found = await self._looked_up(message_id)
        if not found:
            self._strangers[message_id] = None
            if len(self._strangers) > _STRANGERS:
                self._strangers.popitem(last=False)
        return found

    def _may_be_older(self, message_id: int, channel_id: int | None) -> bool:
        is_older = message_id < max(self._older_than, self._hearing.forgotten_to)
        return is_older and channel_id is not None and self.follows(channel_id)

    async def _looked_up(self, message_id: int) -> Sequence[UUID]:
        async with self._database.work(Actor.job("changes")) as work:
            return await functions.conversations_of_message(work.session, message_id)

    async def _last_of(self, turn_id: UUID, conversation_id: UUID, message_id: int) -> int | None:
        """A message of a reply is gone: the id of its first one, where no other of them is left."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            parts = set((await turns.part_ids(work.session, turn_id)).values())
        gone = self._gone.setdefault(turn_id, set())
        gone.add(message_id)
        if not parts <= gone:
            return None
        del self._gone[turn_id]
        return min(parts | gone)

    async def _who(self, reacted: Reacted) -> UUID | None:
        # Discord does not say who took an emoji away beyond their id; whoever put one there is known by it.
        if reacted.author is not None:
            return await self._people.arrive(reacted.author)
        async with self._database.work(Actor.job("changes")) as work:
            return await functions.user_of(work.session, reacted.discord_id)


def _snowflake(clock: Clock) -> int:
    """The id above which Discord's messages are newer than now."""
    milliseconds = int(clock.now().timestamp() * 1000) + _CLOCKS_DIFFER_MS - _DISCORD_EPOCH_MS
    return max(milliseconds, 0) << 22
