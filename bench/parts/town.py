"""A town on the local Discord: servers, channels, people and what they say, and a driver that says it fast.

The driver runs inside the sandbox's process, so it can stamp a message when its frame is written to the socket, and
send frames that were made beforehand faster than any client reads them.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from bench.parts.model import NUMBERED
from sandbox.acts import channels, guilds, messages
from sandbox.demo import BOT_PERMISSIONS
from sandbox.gateway.sessions import Session
from sandbox.journal import Entry
from sandbox.render import messages as rendering
from sandbox.render import places
from sandbox.server import Sandbox
from sandbox.world.models import Channel, ChannelType, Emoji, Guild, Message, User

PEOPLE = 100
_TALK = (
    "did anybody see where the ferry timetable went?",
    "I think Miranda has it, ask her after lunch",
    "the admiral said no. Admirable, really <:kettle:81384788765712384>",
    "**Miranda** wrote `mira = None` again, see https://example.test/mira/juno?x=1",
    "lol",
    "Junot Street is closed until Thursday, take the other bridge",
    "> Mira said this in another channel\nno idea what that is about",
    "that mirage over the harbour though, and the juniper smell. Best evening of the year so far, honestly: we walked "
    "all the way out to the breakwater and back, and nobody said a word about work. Same again next week?",
    "```py\nfor mira in juno:\n    print(mira)\n```",
    "ok ok ok",
    "who's on for tonight? <@{other}> maybe",
    "Octavian… no, Octavia. Whatever her name is.",
    "Bramblewood is not the same place as Bramble End, check the map",
)
"""What people say among themselves: near-misses of the demo's names among it, none of them a call."""


class Town:
    """Servers and people in one sandbox, made row by row (nobody watches while it is built)."""

    def __init__(self, sandbox: Sandbox, seed: int = 7) -> None:
        self.sandbox = sandbox
        self.core = sandbox.core
        self._random = random.Random(seed)
        alex = sandbox.person("alex")
        self.people = [guilds.make_person(self.core, f"walker{n}", f"Walker {n}") for n in range(PEOPLE)]
        self.guild = guilds.make_guild(self.core, "The Bench", alex.id)
        guilds.invite_bot(self.core, self.guild, sandbox.application, int(BOT_PERMISSIONS))
        for person in self.people:
            guilds.join(self.core, self.guild, person.id)

    def channels(self, count: int, stem: str) -> list[Channel]:
        """New text channels of the first server."""
        return [channels.make_channel(self.core, self.guild.id, f"{stem}-{n}", position=n) for n in range(count)]

    def suburbs(self, count: int) -> None:
        """More servers, each with 30 channels, 10 roles and 10 emojis, and the bot in it."""
        world, owner = self.core.world, self.sandbox.person("alex").id
        for number in range(count):
            guild = guilds.make_guild(self.core, f"Suburb {number}", owner)
            for n in range(9):
                guilds.make_role(self.core, guild.id, f"Role {n} of {number}", 0)
            guilds.invite_bot(self.core, guild, self.sandbox.application, int(BOT_PERMISSIONS))
            for n in range(10):
                world.emojis.put(Emoji(world.new_id(), f"emoji_{n}", owner, guild_id=guild.id))
            self._streets(guild)

    def _streets(self, guild: Guild) -> None:
        world = self.core.world
        category = ""
        for n in range(30):
            kind = ChannelType.CATEGORY if n % 10 == 0 else ChannelType.VOICE if n % 10 == 9 else ChannelType.TEXT
            row = Channel(
                id=world.new_id(), type=kind, guild_id=guild.id, name=f"street-{n}", position=n,
                parent_id=category or None if kind is not ChannelType.CATEGORY else None,
                topic=f"Everything about street {n} and its neighbours." if kind is ChannelType.TEXT else None,
            )  # fmt: skip
            world.channels.put(row)
            if kind is ChannelType.CATEGORY:
                category = row.id

    def retopic(self, channel: Channel, topic: str) -> bytes:
        """The body of the event that a channel's topic has changed: what ends a round."""
        return orjson.dumps({**places.channel(self.core.world, channel, self.sandbox.application.id), "topic": topic})

    # ------------------------------------------------------------------------------------------------ saying

    def say(self, channel: Channel, person: User, text: str) -> Message:
        """A message as a person writes it: kept, and told to everybody who is connected."""
        return messages.write(self.core, messages.Draft(channel, person.id, {"content": text}))

    def chatter(self, quiet: Sequence[Channel], peopled: Sequence[Channel], count: int) -> list[bytes]:
        """`count` events' bodies, every other one in a channel with characters, none of them speaking to one.

        They are rendered as the sandbox renders messages; one in ten answers somebody, one in twenty is a bot's.
        """
        world, viewer = self.core.world, self.sandbox.application.id
        bot = guilds.make_person(self.core, "chimes", "Chimes")
        bot.bot = True
        guilds.join(self.core, self.guild, bot.id)
        bodies: list[bytes] = []
        before: dict[str, dict[str, Any]] = {}
        for number in range(count):
            channel = (peopled if number % 2 else quiet)[number // 2 % len(peopled if number % 2 else quiet)]
            person = bot if number % 20 == 7 else self._random.choice(self.people)
            other = self._random.choice(self.people).id
            row = Message(
                id=world.new_id(), channel_id=channel.id, author_id=person.id, made_at=self.core.clock.iso(),
                content=self._random.choice(_TALK).replace("{other}", other), type=0, flags=0,
                guild_id=channel.guild_id,
            )  # fmt: skip
            body = rendering.event(world, row, viewer)
            if number % 10 == 3 and channel.id in before:
                body |= {"type": 19, "message_reference": _pointing(before[channel.id])}
                body["referenced_message"] = before[channel.id]
            elif "referenced_message" not in body:
                before[channel.id] = body
            bodies.append(orjson.dumps(body))
        return bodies


def _pointing(body: dict[str, Any]) -> dict[str, Any]:
    return {"type": 0, "message_id": body["id"], "channel_id": body["channel_id"], "guild_id": body["guild_id"]}


# ---------------------------------------------------------------------------------------------------- the driver


class Driver:
    """The sandbox's end of one bot's gateway connection."""

    def __init__(self, sandbox: Sandbox, session: Session) -> None:
        self.sandbox = sandbox
        self.session = session

    @classmethod
    def of_newest(cls, sandbox: Sandbox) -> Driver:
        """For the bot that connected last."""
        return cls(sandbox, [one for one in sandbox.core.hub.sessions(bot=True) if one.line is not None][-1])

    def send(self, bodies: Sequence[bytes], *, event: str = "MESSAGE_CREATE") -> int:
        """Queue events, past the journal; when the first was queued (CLOCK_MONOTONIC, nanoseconds)."""
        assert self.session.line is not None
        at = time.monotonic_ns()
        for body in bodies:
            self.session.sequence += 1
            head = f'{{"op":0,"t":"{event}","s":{self.session.sequence},"d":'.encode()
            self.session.line.put(head + body + b"}")
        return at


class Stamps:
    """When each traced message left (its frame was handed to the socket) and when its reply's first post arrived."""

    def __init__(self, driver: Driver) -> None:
        self.left: dict[int, int] = {}
        self.posted: dict[int, int] = {}
        self.refused = 0
        self.calls = 0
        self._queued: deque[int | None] = deque()
        line: Any = driver.session.line
        put: Callable[[bytes], None] = line.put
        # The sandbox has no hook for the moment of writing, and the queue before it is not the program's to answer for.
        socket = line._socket
        send_bytes, send_str = socket.send_bytes, socket.send_str

        def putting(payload: bytes) -> None:
            self._queued.append(_number(payload) if b'"MESSAGE_CREATE"' in payload[:80] else None)
            put(payload)

        def stamp() -> None:
            number = self._queued.popleft() if self._queued else None
            if number is not None:
                self.left.setdefault(number, time.monotonic_ns())

        async def sending_bytes(data: bytes) -> None:
            stamp()
            await send_bytes(data)

        async def sending_str(data: str) -> None:
            stamp()
            await send_str(data)

        line.put, socket.send_bytes, socket.send_str = putting, sending_bytes, sending_str
        self.end = driver.sandbox.journal.subscribe(self._journaled)

    def _journaled(self, entry: Entry) -> None:
        if entry.transport != "rest":
            return
        self.calls += 1
        self.refused += entry.status == 429
        if entry.method == "POST" and "/webhooks/" in entry.path and isinstance(entry.request, dict):
            number = _number(orjson.dumps(entry.request))
            if number is not None and entry.status == 200:
                self.posted.setdefault(number, time.monotonic_ns() - int(entry.ms * 1e6))


def _number(payload: bytes) -> int | None:
    found = NUMBERED.search(payload.decode())
    return int(found[1]) if found else None
