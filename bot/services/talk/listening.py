"""Keeps `Hearing` equal to the database: filled at boot, told of changes by NOTIFY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from bot.ports import Place, Via
from bot.services.talk.heed import Hearing, Present, Room
from bot.services.talk.notices import Notices
from db import functions
from db.functions import HearingRow
from db.models import ParticipantRole
from db.work import Actor, Database, Work

CHANNEL = "hearing"
"""The NOTIFY channel; its payload is `<conversation id> <channel id>`."""


class Listening:
    """The one who tells `Hearing` what the database knows."""

    def __init__(self, database: Database, hearing: Hearing) -> None:
        self._database = database
        self._hearing = hearing
        self._notices = Notices(database, CHANNEL, load=self.load, look=self._look)

    async def start(self) -> None:
        """Know who listens where, and hear of every change from now on."""
        await self._notices.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._notices.close()

    async def load(self) -> None:
        """Fill the index with every active conversation."""
        async with self._notices.turn:
            async with self._database.work(Actor.job(CHANNEL)) as work:
                rows = await functions.hearing(work.session)
            self._hearing.replace(rooms_of(rows))

    async def refresh(self, conversation_id: UUID, channel_id: int) -> None:
        """Look again at one conversation."""
        async with self._notices.turn:
            async with self._database.work(Actor.job(CHANNEL)) as work:
                rows = await functions.hearing(work.session, conversation_id)
            room = next(iter(rooms_of(rows)), None)
            if room is None:
                self._hearing.forget(conversation_id)
            else:
                self._hearing.put(channel_id, room)

    async def _look(self, payload: str) -> None:
        conversation, _, channel = payload.partition(" ")
        await self.refresh(UUID(conversation), int(channel))


async def announce(work: Work, conversation_id: UUID, channel_id: int) -> None:
    """Tell every process, once this work is committed, that who listens in a channel has changed."""
    await work.notify(CHANNEL, f"{conversation_id} {channel_id}")


def rooms_of(rows: Sequence[HearingRow]) -> Iterable[Room]:
    """The rooms these rows describe. Rows of one conversation stand together, in the order its characters came."""
    for conversation_id, group in groupby(rows, key=lambda row: row.conversation_id):
        present = list(group)
        spoke = [row for row in present if row.last_spoke_at is not None]
        last = max(spoke, key=lambda row: (row.last_spoke_at is not None, row.last_spoke_at), default=None)
        first = present[0]
        yield Room(
            conversation_id=conversation_id,
            place=Place(first.guild_id, first.channel_id, first.webhook_channel_id, Via(first.via.value)),
            characters=tuple(_present(row) for row in present),
            last_speaker=None if last is None else last.character_id,
            owner_discord_id=first.owner_discord_id,
            is_muted=first.is_muted,
            allow_files=first.allow_files,
        )


def _present(row: HearingRow) -> Present:
    return Present(
        character_id=row.character_id,
        name=row.name,
        is_primary=row.role is ParticipantRole.PRIMARY,
        picture_sha256=row.picture_sha256,
        nickname=row.nickname,
        is_adult=row.is_adult,
        is_moderator=row.role is ParticipantRole.MODERATOR,
    )
