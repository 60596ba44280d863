"""A stage over a real sandbox: sockets, Discord's rules, and a clock that the test moves for both sides."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from bot.ports import Face, Part, Place, Scene
from bot.transport.executor import Call, Executor, Outcome
from bot.transport.faces import Faces
from bot.transport.performance import LivePerformance
from bot.transport.pointing import pointed_at
from bot.transport.speaker import Speaker
from bot.transport.stage import WebhookStage
from sandbox.journal import Entry
from sandbox.server import Sandbox
from sandbox.world.models import Channel, Message
from tests.transport.meddler import Meddler
from tests.transport.timekeeping import HandClock


class Webhooks:
    """A `WebhookStore` in memory."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[int, str]] = {}

    async def get(self, channel_id: int) -> tuple[int, str] | None:
        return self.kept.get(channel_id)

    async def put(self, channel_id: int, guild_id: int | None, webhook_id: int, token: str) -> None:
        self.kept[channel_id] = (webhook_id, token)

    async def forget(self, channel_id: int, webhook_id: int) -> None:
        if self.kept.get(channel_id, (0, ""))[0] == webhook_id:
            del self.kept[channel_id]


class FaceCache:
    """A `FaceStore` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}

    async def get(self, sha256: str) -> int | None:
        return self.kept.get(sha256)

    async def put(self, sha256: str, emoji_id: int, emoji_name: str) -> None:
        self.kept[sha256] = emoji_id


class Pictures:
    """A `PictureSource` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.asked = 0

    async def read(self, sha256: str) -> bytes | None:
        self.asked += 1
        return self.kept.get(sha256)


@dataclass
class Notes:
    """A `PartLog` that remembers, and can fail."""

    events: list[tuple[str, int, int | None]] = field(default_factory=list)
    fail_at: str | None = None

    async def opening(self, number: int) -> None:
        self._note("opening", number, None)

    async def opened(self, part: Part) -> None:
        self._note("opened", part.number, part.message_id)

    def _note(self, what: str, number: int, message_id: int | None) -> None:
        if what == self.fail_at:
            self.fail_at = None
            raise ConnectionResetError("the database went away")
        self.events.append((what, number, message_id))


class WatchedExecutor(Executor):
    """Knows how many requests are on their way, and when each left."""

    clock: HandClock
    in_flight = 0
    departures: list[tuple[float, Call]]

    async def _attempt(self, call: Call) -> Outcome:
        self.in_flight += 1
        self.departures.append((self.clock.monotonic(), call))
        try:
            return await super()._attempt(call)
        finally:
            self.in_flight -= 1


class Hall:
    """Everything a test of the stage needs. `pass_time` lets things happen; `settle` waits for sockets."""

    def __init__(self, sandbox: Sandbox, clock: HandClock, meddler: Meddler) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.meddler = meddler
        self.webhooks = Webhooks()
        self.face_cache = FaceCache()
        self.pictures = Pictures()
        self.executor = self.fresh_executor()
        self.speaker = Speaker(self.executor, self.webhooks, self.application_id)
        self.faces = Faces(self.executor, self.face_cache, self.pictures, self.application_id)
        self.stage = WebhookStage(executor=self.executor, speaker=self.speaker, faces=self.faces, clock=clock)
        self.channel = sandbox.world.channel(sandbox.channel_id("tavern"))
        self.place = self.place_of(self.channel)
        self.began = sandbox.journal.last

    def application_id(self) -> int:
        return int(self.sandbox.application.id)

    def fresh_executor(self) -> WatchedExecutor:
        executor = WatchedExecutor(self.sandbox.bot_token, self.clock)
        executor.clock, executor.departures = self.clock, []
        return executor

    def place_of(self, channel: Channel) -> Place:
        parent = channel.parent_id if channel.is_thread else channel.id
        return Place(int(channel.guild_id or 0) or None, int(channel.id), int(parent or channel.id))

    def scene(
        self,
        *,
        place: Place | None = None,
        known: Mapping[int, int] | None = None,
        unsure: frozenset[int] = frozenset(),
        turn_id: UUID | None = None,
        face: Face | None = None,
    ) -> Scene:
        spoken = self.sandbox.world.history(self.channel.id)
        after = int(spoken[-1].id) if spoken and turn_id is None else int(self.channel.id)
        return Scene(turn_id or uuid4(), place or self.place, face or Face("Mira"), after, dict(known or {}), unsure)

    def perform(self, scene: Scene | None = None, notes: Notes | None = None) -> LivePerformance:
        performance = self.stage.perform(scene or self.scene(), notes or Notes())
        assert isinstance(performance, LivePerformance)
        return performance

    @property
    def said(self) -> list[Message]:
        """The webhook messages that stand in the channel, in order."""
        return [message for message in self.sandbox.world.history(self.channel.id) if message.webhook_id]

    def calls(self, method: str, path: str = "/webhooks/") -> list[Entry]:
        """What the sandbox's journal holds of our calls since the test began."""
        return [
            entry
            for entry in self.sandbox.journal.entries(after=self.began, method=method)
            if entry.transport == "rest" and path in entry.path
        ]

    def edit_times(self) -> list[float]:
        return [at for at, call in self.executor.departures if call.method == "PATCH"]

    async def settle(self) -> None:
        """Until nothing is on its way any more."""
        quiet = 0
        while quiet < 25:
            await asyncio.sleep(0)
            quiet = 0 if self.executor.in_flight else quiet + 1

    async def pass_time(self, seconds: float, each: Callable[[], None] | None = None) -> None:
        """Let sleepers wake in their order on both sides of the wire; `each` runs every quarter second."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end - 1e-9:
            await self.settle()
            step = min(0.25, end - self.clock.monotonic(), self.clock.next_hour() or 0.25)
            self.clock.advance(step)
            self.sandbox.core.clock.advance(step)
            if each is not None:
                each()
        await self.settle()


@asynccontextmanager
async def hall(*, self_winding: bool = True, limits: bool = False) -> AsyncIterator[Hall]:
    """A stage in #tavern. A self-winding clock sleeps in no time; otherwise time passes by `pass_time` only."""
    clock = HandClock(self_winding=self_winding)
    async with Sandbox.start() as sandbox:
        if not limits:
            sandbox.core.limits.relax()
        async with Meddler.before(sandbox.url) as meddler:
            with pointed_at(meddler.url):
                place = Hall(sandbox, clock, meddler)
                try:
                    yield place
                finally:
                    await place.executor.close()
