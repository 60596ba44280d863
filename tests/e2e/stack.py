"""The product as a person gets it: `python -m bot start` as a child process, and hands on the local Discord.

Everything is on loopback. `kill_everything` ends every process of the tree at one instant, as a power cut would.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0
"""How long anything may take before the test says so; nothing is asserted about time below it."""


def status_of(process: psutil.Process) -> str | None:
    """Running, stopped, zombie, …; None once it is gone (it may go between two looks)."""
    try:
        return process.status() if process.is_running() else None
    except psutil.NoSuchProcess:
        return None


async def until(claim: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """The first true answer of `claim` (which may be a coroutine function)."""
    async with asyncio.timeout(patience) as deadline:
        while True:
            answer = claim()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return answer
            if deadline.expired():
                break
            await asyncio.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


@dataclass
class Stack:
    """One running product."""

    data_dir: Path
    env: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    lines: list[str] = field(default_factory=list)
    sandbox_url: str = ""
    web_url: str = ""
    _reader: asyncio.Task[None] | None = None

    async def start(self, **extra: str) -> None:
        """Run `python -m bot start` and come back when it says that it is ready."""
        env = {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "TMPDIR")},
            "DATA_DIR": str(self.data_dir),
            "MODEL": "rehearsal",
            "WEB_PORT": "0",
            "SANDBOX_PORT": "0",
            "PYTHONUNBUFFERED": "1",
            **self.env,
            **extra,
        }
        self.lines = []
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "start",
            cwd=ROOT, env=env, start_new_session=True,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._read(self.process))
        await until(lambda: self._ready() or self.process is None or self.process.returncode is not None, "ready")
        assert self._ready(), "\n".join(self.lines[-60:])
        text = "\n".join(self.lines)
        urls = re.findall(r"http://127\.0\.0\.1:\d+", text)
        for url in dict.fromkeys(urls):
            await self._learn(url)
        assert self.sandbox_url, text
        assert self.web_url, text

    def _ready(self) -> bool:
        return any(re.search(r"ready in [\d.]+ s", line) for line in self.lines)

    async def _learn(self, url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
            try:
                async with session.get(f"{url}/sandbox/people") as answer:
                    if answer.status == 200:
                        self.sandbox_url = url
                async with session.get(f"{url}/healthz") as answer:
                    if answer.status in (200, 503) and answer.content_type == "application/json":
                        self.web_url = url
            except aiohttp.ClientError:
                return

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.lines.append(line.decode(errors="replace").rstrip())

    def family(self) -> list[psutil.Process]:
        """The process and everything below it."""
        assert self.process is not None
        try:
            top = psutil.Process(self.process.pid)
            return [top, *top.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    async def stopped_itself(self) -> None:
        """Come back once the program froze at its failpoint."""

        def frozen() -> bool:
            return any(status_of(p) == psutil.STATUS_STOPPED for p in self.family())

        await until(frozen, "the failpoint is reached")

    async def kill_everything(self) -> None:
        """SIGKILL every process of the tree, frozen first so that none sees another die."""
        assert self.process is not None
        family = self.family()
        # One of them may end by itself meanwhile (a session of Postgres whose client went away).
        for p in family:
            with suppress(psutil.NoSuchProcess):
                p.suspend()
        for p in family:
            with suppress(psutil.NoSuchProcess):
                p.kill()
        await self.process.wait()
        psutil.wait_procs(family[1:], timeout=10)

    async def stop(self) -> int:
        """Ctrl-C, and its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_SECONDS):
            code = await self.process.wait()
        if self._reader is not None:
            await self._reader
        return code


class Hands:
    """A person at the local Discord, through its REST interface."""

    def __init__(self, url: str, token: str, person: dict[str, Any], session: aiohttp.ClientSession) -> None:
        self.url = url
        self.token = token
        self.person = person
        self.session = session

    async def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """One REST call as this person; raises on refusal."""
        async with self.session.request(
            method, f"{self.url}/api/v10{path}", headers={"Authorization": self.token}, **kwargs
        ) as answer:
            body = await answer.json() if answer.content_type == "application/json" else None
            assert answer.status < 400, (method, path, answer.status, body)
            return body

    async def channel(self, name: str) -> dict[str, Any]:
        """A channel of the first server by its name."""
        guild = (await self.call("GET", "/users/@me/guilds"))[0]
        channels = await self.call("GET", f"/guilds/{guild['id']}/channels")
        return next(c for c in channels if c["name"] == name)

    async def say(self, channel_id: str, text: str) -> dict[str, Any]:
        """Write a message."""
        return await self.call("POST", f"/channels/{channel_id}/messages", json={"content": text})

    async def messages(self, channel_id: str, *, after: str = "0") -> list[dict[str, Any]]:
        """What stands in the channel after a message, oldest first."""
        found = await self.call("GET", f"/channels/{channel_id}/messages", params={"after": after, "limit": "100"})
        return sorted(found, key=lambda m: int(m["id"]))

    async def journal(self, *, after: int = 0) -> list[dict[str, Any]]:
        """The sandbox's journal."""
        async with self.session.get(f"{self.url}/sandbox/journal", params={"after": str(after)}) as answer:
            return await answer.json()


@asynccontextmanager
async def person(url: str, role: str) -> AsyncIterator[Hands]:
    """The first person with this role (`member`, `creator`, `admin`)."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/sandbox/people") as answer:
            people = await answer.json()
        who = next(p for p in people if p["role"] == role)
        yield Hands(url, who["token"], who, session)
