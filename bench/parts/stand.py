"""Everything a measurement stands on: a Postgres of its own, a sandbox in this process, a model in another."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.parts.town import Driver, Town
from bench.parts.wire import Child, ChildFailed
from bot.demo.seed import ACCOUNT
from bot.demo.seed import seed as seed_demo
from bot.local.postgres import LocalPostgres
from db.engine import connection_arguments
from db.migrate import upgrade
from db.queries import characters, house
from db.work import Actor, Database
from sandbox.server import Sandbox
from sandbox.world.models import Channel


@dataclass(frozen=True)
class Subject:
    """A bot that is measured: its process, and the sandbox's end of its gateway connection."""

    child: Child
    driver: Driver
    started: Mapping[str, Any]

    def resident_mb(self) -> float:
        """Its resident memory in megabytes (10⁶ bytes), looked at from outside."""
        return psutil.Process(self.child.process.pid).memory_info().rss / 1e6


@dataclass
class Stand:
    """What is there, and the processes started on it."""

    folder: Path
    database_url: str
    sandbox: Sandbox
    town: Town
    model: Child
    model_url: str
    cast: Mapping[str, str]

    async def program(self, exits: AsyncExitStack, role: str = "all", **environment: str) -> Subject:
        """BotCafé, running in this role."""
        return await self._start(
            exits, "bench.parts.program", environment,
            database=self.database_url, model=self.model_url, data_dir=str(self.folder), role=role,
        )  # fmt: skip

    async def bare(self, exits: AsyncExitStack) -> Subject:
        """discord.py with nothing to do."""
        return await self._start(exits, "bench.parts.bare", {})

    async def _start(self, exits: AsyncExitStack, module: str, environment: Mapping[str, str], **more: str) -> Subject:
        config = {"do": "start", "discord": self.sandbox.url, "token": self.sandbox.bot_token, **more}
        child = await Child.start(module, config, self.folder / f"{module}.log", environment)
        exits.push_async_callback(child.stop)
        return Subject(child, Driver.of_newest(self.sandbox), child.started)

    async def spoken_to(self, program: Subject, *streets: Channel) -> None:
        """Somebody speaks to a character in each of these channels, and gets an answer."""
        before = (await self.model.ask(do="arrivals"))["requests"]
        for street in streets:
            self.town.say(street, self.town.people[0], "Mira, Juno, Octavian: is anybody there?")
        for _ in range(600):
            if (await self.model.ask(do="arrivals"))["requests"] >= before + len(streets):
                break
            await asyncio.sleep(0.05)
        else:
            raise ChildFailed("a message to a character was not answered")
        await program.child.ask(do="idle")

    async def transactions(self) -> int:
        """How many transactions the database has committed and rolled back; waits until the figures are whole."""
        await asyncio.sleep(1.1)  # sessions hand in their figures at most once a second
        connection = await asyncpg.connect(**connection_arguments(self.database_url, as_owner=True))
        try:
            return await connection.fetchval(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            )
        finally:
            await connection.close()

    def names_in(self, number: int) -> tuple[str, str]:
        """Who is in the channel of this number."""
        names = [name for name in self.cast if name != "owner"]
        return names[number % len(names)], names[(number + 1) % len(names)]

    async def people_rooms(self, program: Subject, streets: Sequence[Channel]) -> None:
        """Two characters of the cast in each of these channels."""
        for number, channel in enumerate(streets):
            places = [
                (int(channel.guild_id or 0), int(channel.id), self.cast[name], self.cast["owner"])
                for name in self.names_in(number)
            ]
            await program.child.ask(do="summon", places=places)


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    """Open all of it, close all of it; nothing stays behind."""
    async with AsyncExitStack() as exits:
        folder = Path(tempfile.mkdtemp(prefix="botcafe-bench-"))
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        os.chmod(folder, 0o755)  # the server may have to run as another user
        postgres = LocalPostgres(folder)
        exits.push_async_callback(postgres.stop)
        url = await postgres.start()
        await upgrade(url)
        cast = await _seeded(url, folder)
        sandbox = await exits.enter_async_context(Sandbox.start())
        model = await Child.start("bench.parts.model", {"do": "start"}, folder / "model.log")
        exits.push_async_callback(model.stop)
        answer = await model.ask(do="where")
        yield Stand(folder, url, sandbox, Town(sandbox), model, answer["url"], cast)


async def _seeded(url: str, folder: Path) -> Mapping[str, str]:
    """The demo's characters by name, and the account that owns them."""
    database = Database(url, pool_size=1, max_overflow=0)
    try:
        await seed_demo(database, folder)
        async with database.work(Actor.job("demo")) as work:
            owner_id = await house.account(work.session, ACCOUNT, "BotCafé")
        async with database.work(Actor.user(owner_id)) as work:
            rows = await characters.visible(work.session, owner_id, offset=0, limit=50)
        return {"owner": str(owner_id), **{row.character.name: str(row.character.id) for row in rows}}
    finally:
        await database.close()
