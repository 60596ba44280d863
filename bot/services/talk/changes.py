"""What becomes of messages after they were answered: they are changed, deleted, reacted to. The history follows.

Only messages of which this run knows are followed, so that nothing is asked of the database about the thousands of
others that are changed anywhere.
"""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from bot.ports import Reacted
from bot.services.people import People
from bot.services.talk.arrivals import Arrivals
from bot.services.talk.heed import Hearing

_REMEMBERED_MESSAGES = 20_000
_REMEMBERED_REACTIONS = 20_000


class Changes:
    """Keeps the history equal to what stands in Discord."""

    def __init__(self, arrivals: Arrivals, hearing: Hearing, people: People) -> None:
        self._arrivals = arrivals
        self._hearing = hearing
        self._people = people
        self._answered: OrderedDict[int, UUID] = OrderedDict()
        self._reacted: OrderedDict[tuple[int, int], UUID] = OrderedDict()

    def remember(self, message_id: int, conversation_id: UUID) -> None:
        """A person's message is part of a conversation."""
        self._answered[message_id] = conversation_id
        if len(self._answered) > _REMEMBERED_MESSAGES:
            self._answered.popitem(last=False)

    def knows(self, message_id: int) -> bool:
        """Whether a message is followed."""
        return self._known(message_id) is not None

    async def edited(self, message_id: int, content: str) -> None:
        """A person changed a message."""
        conversation_id = self._answered.get(message_id)
        if conversation_id is not None:
            await self._arrivals.reword_said(conversation_id, message_id, content)

    async def deleted(self, message_id: int) -> None:
        """A message is gone: a person's, or a character's, whose reply is forgotten with its last message."""
        conversation_id = self._answered.pop(message_id, None)
        if conversation_id is not None:
            await self._arrivals.forget(conversation_id, message_id)
            return
        gone = self._hearing.unsaid(message_id)
        if gone is None:
            return
        line, is_whole_reply = gone
        if is_whole_reply and line.conversation_id is not None and line.turn_id is not None:
            await self._arrivals.unsay(line.conversation_id, line.turn_id)

    async def reacted(self, reacted: Reacted) -> None:
        """Somebody put an emoji under a message, or took it away."""
        found = self._known(reacted.message_id)
        if found is None:
            return
        conversation_id, message_id = found
        user_id = await self._who(reacted)
        if user_id is not None:
            await self._arrivals.react(conversation_id, message_id, user_id, reacted.emoji, is_added=reacted.is_added)

    def _known(self, message_id: int) -> tuple[UUID, int] | None:
        conversation_id = self._answered.get(message_id)
        if conversation_id is not None:
            return conversation_id, message_id
        line = self._hearing.line(message_id)
        if line is None or line.conversation_id is None:
            return None
        return line.conversation_id, line.first_id

    async def _who(self, reacted: Reacted) -> UUID | None:
        # Discord does not say who took an emoji away beyond their id; whoever put it there was seen doing so.
        key = (reacted.message_id, reacted.discord_id)
        if reacted.author is None:
            return self._reacted.get(key)
        user_id = self._reacted[key] = await self._people.arrive(reacted.author)
        if len(self._reacted) > _REMEMBERED_REACTIONS:
            self._reacted.popitem(last=False)
        return user_id
