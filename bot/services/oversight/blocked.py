"""Who may not take part: suspended for a time, or banned. Known in memory, since it is asked about everything anybody
does; told of changes by NOTIFY."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.clock import Clock
from bot.errors import NotAllowed
from bot.services.talk.notices import Notices
from bot.texts import N_, Text
from db import functions_oversight as functions
from db.functions_oversight import BlockedRow
from db.models import AccountStatus
from db.work import Actor, Database, Work

CHANNEL = "standing"
"""The NOTIFY channel; its payload is the user's id."""

_UNTIL_SAID = "%Y-%m-%d %H:%M UTC"

_SENTENCES: dict[tuple[bool, bool], Text] = {
    (False, True): N_(
        "You are suspended until {until}, so nothing was done. Reason: {reason} Everything of yours is kept. "
        "If you think it is a mistake, write to whoever runs this café."
    ),
    (False, False): N_(
        "You are suspended until an admin lifts it, so nothing was done. Reason: {reason} Everything of yours is kept. "
        "If you think it is a mistake, write to whoever runs this café."
    ),
    (True, False): N_(
        "You are banned from this café, so nothing was done. Reason: {reason} "
        "If you think it is a mistake, write to whoever runs it."
    ),
}
_NO_REASON = N_("None was written down.")


@dataclass(frozen=True, slots=True)
class Block:
    """Why somebody may not take part, and until when (None: until it is lifted)."""

    user_id: UUID
    discord_id: int | None
    status: AccountStatus
    reason: str
    until: datetime | None

    @property
    def sentence(self) -> Text:
        """What the person reads; its fields are filled with `values`."""
        return _SENTENCES[self.status is AccountStatus.BANNED, self.until is not None]

    @property
    def values(self) -> dict[str, object]:
        """What fills the sentence."""
        reason = self.reason.strip()
        told = f"{reason}{'' if reason.endswith(('.', '!', '?', '…')) else '.'}" if reason else _NO_REASON
        until = {} if self.until is None else {"until": self.until.strftime(_UNTIL_SAID)}
        return {"reason": told, **until}

    def refusal(self) -> NotAllowed:
        """The block as a refusal."""
        error = NotAllowed(self.status.value, self.sentence)
        error.values.update(self.values)
        return error


@dataclass(slots=True)
class _Known:
    by_user: dict[UUID, Block] = field(default_factory=dict[UUID, Block])
    by_discord: dict[int, Block] = field(default_factory=dict[int, Block])

    def put(self, block: Block) -> None:
        self.by_user[block.user_id] = block
        if block.discord_id is not None:
            self.by_discord[block.discord_id] = block

    def drop(self, user_id: UUID) -> None:
        old = self.by_user.pop(user_id, None)
        if old is not None and old.discord_id is not None:
            self.by_discord.pop(old.discord_id, None)


class Blocked:
    """Who is suspended or banned now. Asking never waits."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known = _Known()
        self._notices = Notices(database, CHANNEL, load=self.load, look=self._look)

    def discord(self, discord_id: int) -> Block | None:
        """The block of whoever has this Discord id."""
        return self._now(self._known.by_discord.get(discord_id))

    def user(self, user_id: UUID) -> Block | None:
        """The block of a user."""
        return self._now(self._known.by_user.get(user_id))

    def refuse(self, user_id: UUID) -> None:
        """Raise `NotAllowed` where a user is blocked, saying why, until when, and whom to ask."""
        block = self.user(user_id)
        if block is not None:
            raise block.refusal()

    def refusal(self, discord_id: int) -> NotAllowed | None:
        """What whoever has this Discord id is told, whatever they do; None where they may."""
        block = self.discord(discord_id)
        return None if block is None else block.refusal()

    async def start(self) -> None:
        """Know everybody who is blocked, and hear of every change from now on."""
        await self._notices.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._notices.close()

    async def load(self) -> None:
        """Look again at everybody."""
        async with self._notices.turn:
            known = _Known()
            for block in await self._read(None):
                known.put(block)
            self._known = known

    async def refresh(self, user_id: UUID) -> None:
        """Look again at one."""
        async with self._notices.turn:
            found = await self._read(user_id)
            self._known.drop(user_id)
            for block in found:
                self._known.put(block)

    async def _read(self, user_id: UUID | None) -> list[Block]:
        async with self._database.work(Actor.job(CHANNEL)) as work:
            return [_block(row) for row in await functions.blocked_people(work.session, user_id)]

    async def _look(self, payload: str) -> None:
        await self.refresh(UUID(payload))

    def _now(self, block: Block | None) -> Block | None:
        """A suspension ends by itself."""
        if block is None or block.until is None or block.until > self._clock.now():
            return block
        return None


async def announce(work: Work, user_id: UUID) -> None:
    """Tell every process, once this work is committed, that somebody's standing changed."""
    await work.notify(CHANNEL, str(user_id))


def _block(row: BlockedRow) -> Block:
    return Block(row.user_id, row.discord_id, row.status, row.reason, row.suspended_until)


__all__ = ["Block", "Blocked", "announce"]
