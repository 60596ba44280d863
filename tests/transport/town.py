"""A client on a real sandbox, and somebody who writes down what it tells."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.ports import Heard, Place, Reacted
from bot.transport.client import CafeClient
from bot.transport.pointing import pointed_at
from sandbox.acts import messages
from sandbox.server import Sandbox
from sandbox.world.models import Channel, Message
from tests.fakes.eventually import eventually
from tests.transport.timekeeping import HandClock


@dataclass(frozen=True)
class Gap:
    place: Place
    after_message_id: int


@dataclass
class Listener:
    heard: list[Heard] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    edited: list[tuple[int, str]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    asked: int = 0
    is_interested: bool = True
    considered: list[tuple[int, bool]] = field(default_factory=list)
    reactions: list[Reacted] = field(default_factory=list)
    gone: list[tuple[int | None, int | None]] = field(default_factory=list)
    changed: list[Place] = field(default_factory=list)
    left: list[tuple[int, int]] = field(default_factory=list)

    async def hear(self, heard: Heard) -> None:
        self.heard.append(heard)

    def follows(self, channel_id: int) -> bool:
        return self.is_interested

    async def trigger_deleted(self, message_id: int, channel_id: int) -> None:
        self.deleted.append(message_id)

    async def trigger_edited(self, message_id: int, content: str, channel_id: int) -> None:
        self.edited.append((message_id, content))

    async def cursors(self) -> list[Gap]:
        self.asked += 1
        return self.gaps

    def concerns(self, channel_id: int, author_is_bot: bool) -> bool:
        self.considered.append((channel_id, author_is_bot))
        return self.is_interested

    async def reacted(self, reacted: Reacted) -> None:
        self.reactions.append(reacted)

    async def place_gone(self, guild_id: int | None, channel_id: int | None) -> None:
        self.gone.append((guild_id, channel_id))

    async def place_changed(self, place: Place) -> None:
        self.changed.append(place)

    async def member_left(self, guild_id: int, discord_id: int) -> None:
        self.left.append((guild_id, discord_id))

    @property
    def words(self) -> list[str]:
        return [one.content for one in self.heard]


class Syncs:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, scope: str) -> str | None:
        return self.kept.get(scope)

    async def put(self, scope: str, digest: str) -> None:
        self.kept[scope] = digest


class Town:
    """A sandbox with a connected client."""

    def __init__(self, sandbox: Sandbox, client: CafeClient, ears: Listener) -> None:
        self.sandbox = sandbox
        self.client = client
        self.ears = ears
        self.tavern = sandbox.world.channel(sandbox.channel_id("tavern"))
        self.us = sandbox.application.id

    def place(self) -> Place:
        return Place(int(self.sandbox.guild.id), int(self.tavern.id), int(self.tavern.id))

    def say(self, content: str, *, by: str = "robin", channel: Channel | None = None, **payload: Any) -> Message:
        author = self.sandbox.person(by)
        draft = messages.Draft(channel or self.tavern, author.id, {"content": content, **payload})
        return messages.write(self.sandbox.core, draft)

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(condition)


async def until(condition: Callable[[], bool]) -> None:
    await eventually(condition)


@asynccontextmanager
async def running(client: CafeClient, token: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(client.start(token))
    try:
        yield task
    finally:
        await client.close()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


def make_client(ears: Listener, syncs: Syncs | None = None, prepare: Any = None) -> CafeClient:
    clock = HandClock(self_winding=True)
    client = CafeClient(syncs or Syncs(), clock=clock, prepare=prepare, guild_ready_timeout=0.05)
    client.attend(ears)
    return client


@asynccontextmanager
async def town(
    ears: Listener | None = None,
    *,
    before: Callable[[Town], None] | None = None,
    prepare: Callable[[CafeClient], Awaitable[None]] | None = None,
) -> AsyncIterator[Town]:
    ears = ears or Listener()
    async with Sandbox.start() as sandbox:
        sandbox.core.limits.relax()
        with pointed_at(sandbox.url):
            here = Town(sandbox, make_client(ears, prepare=prepare), ears)
            if before is not None:
                before(here)
            async with running(here.client, sandbox.bot_token):
                await asyncio.wait_for(here.client.until_up(), 20)
                yield here
