"""`start`: the whole house on one machine, opened in parallel where it can be and closed in order.

Whatever ends this process, nothing stays behind: children hang on pipes that only this process holds
(`bot.local.children`), the data directory on a kernel lock (`bot.local.datadir`).
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import SecretStr

from bot.local.banner import Scene, banner
from bot.local.database import OpenDatabase, bring_up_to_date, open_database
from bot.local.datadir import claimed
from bot.local.embeddings import prepare_embeddings
from bot.local.errors import StartError
from bot.local.listening import check_port
from bot.local.local_discord import LocalDiscord
from bot.local.model import OpenVoice, open_voice
from bot.local.program import live
from bot.local.upkeep import seed_demo
from bot.logs import configure_logs
from bot.settings import PlansChoice, Settings

if TYPE_CHECKING:
    from bot.app import Running

PLAY_KEY = "sk_test_play"
"""What the till of the local Discord takes for a key; any that begins like one of Stripe's test keys will do."""

Tell = Callable[[str], None]
T = TypeVar("T")


class House:
    """Everything that runs beside the program. `open` may fail half-way; `close` then closes what was opened."""

    def __init__(self, settings: Settings, folder: Path, tell: Tell, began: float) -> None:
        self._settings = settings
        self._folder = folder
        self._tell = tell
        self._began = began
        self.logs = folder / "logs"
        self.database: OpenDatabase | None = None
        self.discord: LocalDiscord | None = None
        self.voice: OpenVoice | None = None

    async def open(self) -> Settings:
        """Open database, local Discord and model at the same time; the settings the program then runs with."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._open_database())
                tasks.create_task(self._open_discord())
                tasks.create_task(self._open_voice())
                # discord.py, openai and the rest take a second to import; the children start meanwhile.
                tasks.create_task(asyncio.to_thread(importlib.import_module, "bot.app"))
        except BaseExceptionGroup as group:
            # Several can fail for one reason (a full disk); the first sentence is enough.
            raise _first(group) from group
        return self._settings_of_the_program()

    async def close(self) -> None:
        """End the children, the database last. Waits for all of them even if one will not go."""
        for opened, end in (
            (self.voice, lambda: self.voice and self.voice.close()),
            (self.discord, lambda: self.discord and self.discord.stop()),
            (self.database, lambda: self.database and self.database.close()),
        ):
            if opened is not None and (ending := end()):
                await ending

    def scene(self, running: Running) -> Scene:
        """What the banner says."""
        assert self.database is not None
        assert self.voice is not None
        return Scene(
            discord_url=None if self.discord is None else self.discord.url,
            invite_url=running.invite_url,
            guilds=running.guilds or 0,
            reads_messages=running.reads_messages,
            web_url=running.web_url or "",
            voice=self.voice.spoken_of,
            database=self.database.where,
            data_dir=self._folder,
        )

    async def first_to_end(self) -> str:
        """Wait until a child ends by itself and say what that means."""
        waits: dict[asyncio.Task[int], str] = {}
        if self.database is not None and self.database.server is not None:
            waits[_task(self.database.server.ended())] = (
                f"The database ended. What it said is in {self.logs}/postgres.log."
            )
        if self.discord is not None and self.discord.child is not None:
            waits[_task(self.discord.child.ended())] = (
                f"The local Discord ended. What it said is in {self.logs}/discord.log."
            )
        if self.voice is not None and self.voice.child is not None:
            waits[_task(self.voice.child.ended())] = (
                f"The model server ended. What it said is in {self.logs}/model.log."
            )
        try:
            if not waits:
                await asyncio.Event().wait()
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return waits[done.pop()]
        finally:
            for task in waits:
                task.cancel()

    async def _open_database(self) -> None:
        self.database = await open_database(self._settings, self._folder)
        await bring_up_to_date(self.database)
        await seed_demo(self.database.url, self._folder)
        self._done("database", self.database.where)

    async def _open_discord(self) -> None:
        if self._settings.discord_token.get_secret_value():
            return
        self.discord = LocalDiscord(self._folder / "discord", self.logs / "discord.log", self._settings.sandbox_port)
        await self.discord.start()
        self._done("Discord", f"a local one at {self.discord.url}")

    async def _open_voice(self) -> None:
        await prepare_embeddings(self._settings, self._tell)
        self.voice = await open_voice(self._settings, log_path=self.logs / "model.log", tell=self._tell)
        self._done("voice", self.voice.spoken_of)

    def _done(self, what: str, detail: str) -> None:
        self._tell(f"  {what:<10}{detail}  ({time.monotonic() - self._began:.1f} s)")

    def _settings_of_the_program(self) -> Settings:
        assert self.database is not None
        known: dict[str, object] = {"data_dir": self._folder, "database_url": SecretStr(self.database.url)}
        if self.discord is not None:
            known |= {
                "discord_token": SecretStr(self.discord.token),
                "discord_base_url": self.discord.url,
                "discord_client_secret": SecretStr(self.discord.client_secret),
            }
            if self._settings.plans is PlansChoice.ON and not self._settings.stripe_secret_key.get_secret_value():
                # Plans to try, and nobody to pay: the local Discord has a till of play money.
                known |= {"stripe_secret_key": SecretStr(PLAY_KEY), "stripe_base_url": f"{self.discord.url}/till"}
        return self._settings.model_copy(update=known)


async def start(settings: Settings, *, tell: Tell, stop: asyncio.Event, began: float) -> None:
    """Open the house, run the program until `stop`, close the house. Raises `StartError`.

    `began` is when the person typed the command, on `time.monotonic`'s scale.
    """
    with claimed(settings.data_dir) as folder:
        configure_logs(settings, file=folder / "logs" / "botcafe.log", quiet=True)
        check_port(settings.web_host, settings.web_port, "WEB_PORT")
        if not settings.discord_token.get_secret_value():
            check_port("127.0.0.1", settings.sandbox_port, "SANDBOX_PORT")
        house = House(settings, folder, tell, began)
        try:
            opened = await until(house.open(), stop)
            if opened is not None:
                await _live(house, opened, tell, stop, began)
        finally:
            await asyncio.shield(house.close())
        tell(f"BotCafé is closed. Nothing is left running; everything is kept in {folder}.")


async def _live(house: House, settings: Settings, tell: Tell, stop: asyncio.Event, began: float) -> None:
    """Run the program until `stop` or until something it stands on ends."""
    assert house.voice is not None

    def ready(running: Running) -> None:
        tell(banner(house.scene(running)))
        tell(f"ready in {time.monotonic() - began:.1f} s")

    program = asyncio.create_task(live(settings, house.voice, ready=ready, stop=stop))
    fallen = asyncio.create_task(house.first_to_end())
    await asyncio.wait({program, fallen}, return_when=asyncio.FIRST_COMPLETED)
    if not fallen.done():
        fallen.cancel()
        await program
        return
    stop.set()
    await asyncio.wait({program})
    if not program.cancelled() and isinstance(error := program.exception(), StartError):
        raise error
    raise StartError(f"{fallen.result()} BotCafé closed; everything said so far is kept. Start again: make start.")


async def until(work: Awaitable[T], stop: asyncio.Event) -> T | None:
    """The result of the work, or None (the work cancelled and over) if `stop` comes first."""
    task = asyncio.ensure_future(work)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        task.cancel()
        await asyncio.wait({task})
        return None
    finally:
        stopped.cancel()


def _task(ending: Awaitable[int]) -> asyncio.Task[int]:
    async def wait() -> int:
        return await ending

    return asyncio.create_task(wait())


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error with a sentence, else the first of all: a bug, which wants its traceback."""
    told, others = group.split(StartError)
    error: BaseException = told or others or group
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error
