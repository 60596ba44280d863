"""Three processes make up one BotCafé: the gateway answers, the web shows a page, the worker does what was queued."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from bot.demo.seed import seed as seed_demo
from bot.services.oversight.retention import INBOX_KEPT
from bot.services.oversight.retention import JOB as RETENTION
from db.models import InboxMessage, InboxState
from db.work import Actor, Database
from sandbox.acts import messages
from sandbox.server import Sandbox
from tests.e2e.stack import until
from tests.fakes.eventually import eventually
from tests.fakes.scripted_provider import Say, ScriptedProvider

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0
HOME = "lantern-archive"
WORDS = "The third jar hums when it rains."


class Process:
    """One `python -m bot run --role …`, and what it said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: list[str] = []
        self._reading = asyncio.create_task(self._read())

    @property
    def said(self) -> str:
        return "\n".join(self._said)

    async def ready(self) -> None:
        """Come back once it says that it is."""
        await eventually(lambda: "ready in" in self.said or self._reading.done(), within=PATIENCE_SECONDS)
        assert "ready in" in self.said, self.said

    async def stop(self) -> None:
        """As a service manager would; it ends well."""
        self._process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self._reading, PATIENCE_SECONDS)
        assert await self._process.wait() == 0, self.said

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._said.append(line.decode(errors="replace").rstrip())


@asynccontextmanager
async def role(name: str, environment: dict[str, str]) -> AsyncIterator[Process]:
    """A process in this role, until the block ends."""
    command = [sys.executable, "-m", "bot", "run", "--role", name]
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
    process = Process(await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, **pipes))
    try:
        await process.ready()
        yield process
    finally:
        await process.stop()


async def put_an_old_message(database: Database) -> None:
    """Something for the retention job to remove."""
    long_ago = datetime.now(UTC) - INBOX_KEPT - timedelta(days=1)
    async with database.work(Actor.job("test")) as work:
        work.session.add(
            InboxMessage(
                message_id=1, channel_id=1, heard={}, state=InboxState.DONE, done_at=long_ago, received_at=long_ago
            )
        )
        await work.enqueue(RETENTION)


async def counted(database: Database, statement: str) -> int:
    async with database.work(Actor.job("test")) as work:
        return await work.session.scalar(text(statement)) or 0


async def is_gone(database: Database) -> bool:
    return await counted(database, "SELECT count(*) FROM inbox WHERE message_id = 1") == 0


def speak(sandbox: Sandbox) -> None:
    """Somebody asks Mira something where she lives."""
    channel = next(one for one in sandbox.core.world.channels if one.name == HOME)
    draft = messages.Draft(channel, sandbox.person("robin").id, {"content": "Mira, what is in the jars?"})
    messages.write(sandbox.core, draft)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_role_does_its_part_and_no_other(database: Database, owner_url: str, tmp_path: Path) -> None:
    await seed_demo(database, tmp_path)
    async with AsyncExitStack() as exits:
        sandbox = await exits.enter_async_context(Sandbox.start())
        provider = await exits.enter_async_context(ScriptedProvider.start())
        provider.otherwise = Say(WORDS)
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DATABASE_URL": owner_url, "DATA_DIR": str(tmp_path), "WEB_PORT": "0", "PYTHONUNBUFFERED": "1",
            "DISCORD_TOKEN": sandbox.bot_token, "DISCORD_BASE_URL": sandbox.url,
            "MODEL": "openai", "HOUSE_BASE_URL": provider.base_url, "HOUSE_MODEL": "scripted",
        }  # fmt: skip

        web = await exits.enter_async_context(role("web", environment))
        address = re.findall(r"Web: (http://\S+?)\.?$", web.said, re.MULTILINE)[0]
        async with aiohttp.ClientSession() as visitor:
            async with visitor.get(f"{address}/healthz") as answer:
                assert (answer.status, (await answer.json())["checks"]) == (200, {"database": True})
            async with visitor.get(address) as answer:
                assert "Mira" in await answer.text()
        assert not list(sandbox.core.hub.sessions(bot=True))

        await exits.enter_async_context(role("gateway", environment))
        speak(sandbox)
        await eventually(lambda: WORDS in str([one.content for one in sandbox.core.world.messages]), within=60)

        await put_an_old_message(database)
        waiting = f"SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND entrypoint = '{RETENTION}'"
        assert await counted(database, waiting) == 1  # nobody takes it
        await exits.enter_async_context(role("worker", environment))
        await until(lambda: is_gone(database), "the worker has removed the old message")
        assert len(list(sandbox.core.hub.sessions(bot=True))) == 1
