"""When a channel is deleted, the bot leaves a server, or a person does: what went on there is over."""

from __future__ import annotations

from bot.services.talk.arrivals import Arrivals
from bot.services.talk.heed import Hearing, Room
from bot.services.talk.listening import announce
from bot.services.talk.troubles import Troubles
from db.queries.talk import conversations
from db.work import Actor, Database


class Departures:
    """Ends what cannot go on."""

    def __init__(self, database: Database, *, hearing: Hearing, arrivals: Arrivals, troubles: Troubles) -> None:
        self._database = database
        self._hearing = hearing
        self._arrivals = arrivals
        self._troubles = troubles

    async def place_gone(self, guild_id: int | None, channel_id: int | None) -> tuple[Room, ...]:
        """A channel or thread is deleted or, without a channel, the bot is no member of the server any more.

        The conversations there are kept, archived. Returns the rooms that were there.
        """
        rooms = self._hearing.rooms_within(guild_id, channel_id)
        for room in rooms:
            async with self._database.work(Actor.turn(room.conversation_id)) as work:
                await conversations.archive(work.session, room.conversation_id)
                await announce(work, room.conversation_id, room.place.channel_id)
            self._hearing.forget(room.conversation_id)
            self._arrivals.left(room.conversation_id)
        channels = {room.place.channel_id for room in rooms} | ({channel_id} if channel_id else set[int]())
        await self._troubles.forget(channels)
        return rooms

    async def member_left(self, guild_id: int, discord_id: int) -> None:
        """A person left a server: they take no part any more in what goes on there."""
        for room in self._hearing.rooms_within(guild_id, None):
            async with self._database.work(Actor.turn(room.conversation_id)) as work:
                if await conversations.leave_user(work.session, room.conversation_id, discord_id):
                    await conversations.settle_kind(work.session, room.conversation_id)
            self._arrivals.left(room.conversation_id)
