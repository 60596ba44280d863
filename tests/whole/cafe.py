"""The whole program in this process: `bot.app` on a real sandbox, a real Postgres and a scripted model, over sockets.

Whoever asks it does so as members do: by messages, menus, buttons and forms of the local Discord. `restart` is a new
program over the same database and the same Discord.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from bot.app import Program
from bot.ports import Caller, Place, Via
from bot.providers.openai_models import Server
from bot.roles import Role
from bot.services.cafe import Cafe
from bot.services.characters import CharacterDraft
from bot.settings import Settings
from bot.transport.pointing import pointed_at
from sandbox.acts import messages
from sandbox.acts.channels import direct_channel
from sandbox.server import Sandbox
from sandbox.world.models import Channel, Message, User
from tests.fakes.eventually import eventually
from tests.fakes.scripted_provider import ScriptedProvider
from tests.sandbox.visitors import Person

_moments = itertools.count(1)


class HurriedClock:
    """The machine's clock, whose seconds pass sooner: pauses between sends cost a test next to nothing."""

    def __init__(self, times: float = 50.0) -> None:
        self._times = times

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic() * self._times

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._times)


@dataclass
class Whole:
    """A running program and the world it is in."""

    sandbox: Sandbox
    provider: ScriptedProvider
    settings: Settings
    program: Program
    exits: AsyncExitStack
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def cafe(self) -> Cafe:
        return self.program.cafe

    async def restart(self) -> None:
        """End the program in order and start another one."""
        await self.exits.aclose()
        self.exits, self.program = await opened(self.settings, self.provider)

    # -------------------------------------------------------------------------------------------- who and where

    def caller(self, name: str) -> Caller:
        user = self.sandbox.person(name)
        return Caller(int(user.id), user.username, user.global_name or user.username, "en-US")

    def channel(self, name: str) -> Channel:
        return self.sandbox.world.channel(self.sandbox.channel_id(name))

    def letters(self, name: str) -> Channel:
        """Somebody's direct messages with the bot."""
        return direct_channel(self.sandbox.core, self.sandbox.person(name).id, self.sandbox.application.id)

    def place(self, channel: Channel) -> Place:
        if channel.guild_id is None:
            return Place(None, int(channel.id), int(channel.id), Via.BOT)
        parent = channel.parent_id if channel.is_thread else channel.id
        return Place(int(channel.guild_id), int(channel.id), int(parent or channel.id))

    async def make(self, by: str, name: str, **fields: str) -> UUID:
        """The id of a character that everybody may summon."""
        typed = {"description": "Keeper of lanterns", "system_prompt": f"You are {name}.", "greeting": "", **fields}
        async with self.cafe.people.at_work(self.caller(by)) as (user_id, work):
            made = await self.cafe.characters.create(work, user_id, CharacterDraft(name, **typed))
            await self.cafe.characters.publish(work, user_id, made.id, is_adult=False)
            return made.id

    async def summon(self, by: str, character_id: UUID, channel: Channel) -> None:
        """The character stands in the channel, its greeting said."""
        user_id = await self.cafe.people.arrive(self.caller(by))
        await self.cafe.conversations.summon(
            user_id, self.place(channel), character_id, interaction_id=int(channel.id) + next(_moments)
        )
        await self.cafe.turns.idle()

    # -------------------------------------------------------------------------------------------- what is said

    def say(self, by: str, content: str, channel: Channel, **more: Any) -> Message:
        author: User = self.sandbox.person(by)
        draft = messages.Draft(channel, author.id, {"content": content, **more})
        return messages.write(self.sandbox.core, draft)

    async def ask(self, *lines: tuple[str, str, Channel]) -> None:
        """Say each line; come back once the model was asked about every one and all answers stand."""
        before = len(self.provider.requests)
        for by, content, channel in lines:
            self.say(by, content, channel)
        await until(lambda: len(self.provider.requests) >= before + len(lines), "the model was asked")
        await self.cafe.turns.idle()

    def spoken(self, channel: Channel) -> list[Message]:
        """What characters said there, oldest first: by webhooks, or as cards in direct messages."""
        us = self.sandbox.application.id
        history = self.sandbox.world.history(channel.id)
        return [one for one in history if one.webhook_name or (channel.guild_id is None and one.author_id == us)]


async def until(claim: Callable[[], Any], what: str, seconds: float = 60.0) -> None:
    try:
        await eventually(claim, within=seconds)
    except TimeoutError as error:
        raise AssertionError(f"never happened: {what}") from error


async def opened(settings: Settings, provider: ScriptedProvider) -> tuple[AsyncExitStack, Program]:
    """A connected program and what closes it."""
    exits = AsyncExitStack()
    try:
        server = Server("scripted", provider.base_url, "parrot", is_ours=True, context_tokens=16_000)
        program = Program(settings, server, exits=exits, role=Role.GATEWAY, clock=HurriedClock())
        await program.open()
        await program.connect()
    except BaseException:
        await exits.aclose()
        raise
    return exits, program


@asynccontextmanager
async def whole(owner_url: str, folder: Path, *visitors: str) -> AsyncIterator[Whole]:
    """The program over this database; `visitors` are people of the sandbox who sit at their clients."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox.start())
        sandbox.core.limits.relax()
        provider = await stack.enter_async_context(ScriptedProvider.start())
        stack.enter_context(pointed_at(sandbox.url))
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=folder,
            database_url=SecretStr(owner_url),
            discord_token=SecretStr(sandbox.bot_token),
            discord_base_url=sandbox.url,
            web_port=0,
            log_level="WARNING",
        )
        exits, program = await opened(settings, provider)
        here = Whole(sandbox, provider, settings, program, exits)
        stack.push_async_callback(lambda: here.exits.aclose())
        for name in visitors:
            here.people[name] = await stack.enter_async_context(Person.arrive(sandbox, name))
        yield here


# ---------------------------------------------------------------------------------------------------- at their client


async def menu(here: Whole, by: str, name: str, message: Message) -> str:
    """What somebody reads who chooses a menu ("Character…", "Why") of a message."""
    command = next(one for one in here.sandbox.world.commands if one.body["name"] == name)
    data = {"id": command.id, "name": name, "type": 3, "target_id": message.id}
    return (await pressed(here, by, message.channel_id, 2, data)).content


async def menu_panel(here: Whole, by: str, message: Message) -> Message:
    """The panel of a reply, opened by its menu."""
    command = next(one for one in here.sandbox.world.commands if one.body["name"] == "Character…")
    data = {"id": command.id, "name": "Character…", "type": 3, "target_id": message.id}
    return await pressed(here, by, message.channel_id, 2, data)


async def press(here: Whole, by: str, panel: Message, label: str) -> None:
    """Press a button of an answer; what comes of it is for the test to wait for."""
    buttons = [one for row in panel.components for one in row["components"]]
    button = next(one for one in buttons if one.get("label") == label)
    body = interaction(here, panel.channel_id, 3, {"component_type": 2, "custom_id": button["custom_id"]}, on=panel)
    status, answer = await here.people[by].call("POST", "/interactions", body)
    assert status == 204, answer


async def slash(
    here: Whole,
    by: str,
    channel: Channel,
    command: str,
    *,
    upload: tuple[str, bytes] | None = None,
    person: str | None = None,
    **options: str | int | bool,
) -> Message:
    """What answers a command ("character show"), given its options.

    `upload` is the name and data of its file, `person` who is chosen in an option of that name.
    """
    name, *path = command.split()
    known = next(one for one in here.sandbox.world.commands if one.body["name"] == name)
    kinds = {str: 3, bool: 5, int: 4}
    given: list[Any] = [{"name": key, "type": kinds[type(value)], "value": value} for key, value in options.items()]
    given += [{"name": "file", "type": 11, "value": "0"}] if upload else []
    given += [{"name": "person", "type": 6, "value": here.sandbox.person(person).id}] if person else []
    for depth, part in enumerate(reversed(path)):
        given = [{"name": part, "type": 2 if depth else 1, "options": given}]
    data = {"id": known.id, "name": name, "type": 1, "options": given}
    return await pressed(here, by, channel.id, 2, data, upload=upload)


def interaction(here: Whole, channel_id: str, kind: int, data: Any, *, on: Message | None = None) -> dict[str, Any]:
    """What a client sends to begin one."""
    return {
        "type": kind,
        "application_id": here.sandbox.application.id,
        "channel_id": channel_id,
        "guild_id": here.sandbox.world.channel(channel_id).guild_id,
        "session_id": "x",
        "nonce": str(next(_moments)),
        "data": data,
        **({"message_id": on.id, "message_flags": 64} if on else {}),
    }


async def pressed(
    here: Whole,
    by: str,
    channel_id: str,
    kind: int,
    data: Any,
    *,
    on: Message | None = None,
    upload: tuple[str, bytes] | None = None,
) -> Message:
    """Begin an interaction; the message that answers it, once it is there whole."""
    world = here.sandbox.world
    body = interaction(here, channel_id, kind, data, on=on)
    if upload is None:
        status, answer = await here.people[by].call("POST", "/interactions", body)
    else:
        body["data"]["attachments"] = [{"id": "0", "filename": upload[0]}]
        status, answer = await here.people[by].upload("/interactions", body, *upload)
    assert status == 204, answer
    begun = next(one for one in reversed(list(world.interactions)) if one.nonce == body["nonce"])

    def answer_of() -> Message | None:
        found = begun.original_id and (world.whispers.get(begun.original_id) or world.messages.get(begun.original_id))
        return found if found and not found.flags & _LOADING else None

    await until(answer_of, "the interaction was answered")
    found = answer_of()
    assert found is not None
    return found


_LOADING = 128
