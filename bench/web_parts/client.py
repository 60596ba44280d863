"""The client: HTTP/1.1 over sockets kept open, in a process of its own, on a core of its own where there are two.

At a pace (`pace`) requests are due at even moments whether earlier ones are answered or not, and their time counts from
when they were due: a server that stands still cannot hide behind a client that waits. In a crowd (`crowd`) each
connection asks again as soon as it was answered, which tells how much is answered at most.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.parts.wire import serve
from bench.web_parts.visits import Visit, Visits

_PATIENCE_SECONDS = 30.0


@dataclass
class Told:
    """What a round came to: milliseconds by kind of request, and what went wrong."""

    ms: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    errors: dict[str, int] = field(default_factory=dict[str, int])
    seconds: float = 0.0
    size: int = 0

    def note(self, visit: Visit, status: int, ms: float, size: int) -> None:
        """One answer."""
        self.size += size
        if status == 200:
            self.ms.setdefault(visit.kind, []).append(ms)
        else:
            name = f"{visit.kind}: {status}"
            self.errors[name] = self.errors.get(name, 0) + 1


class Line:
    """One connection, opened when it is first needed."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, visit: Visit) -> tuple[int, int]:
        """Ask; the status and how many bytes came."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
        cookie = (
            f"Authorization: Bearer {visit.who['token']}"
            if visit.by_token
            else (f"Cookie: botcafe-session={visit.who['session']}")
        )
        lines = (f"GET {visit.path} HTTP/1.1", f"Host: {self._host}:{self._port}", "Accept-Language: en", cookie)
        self._writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head[9:12])
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        length = int(headers.get("content-length", "0"))
        body = await self._reader.readexactly(length)
        return status, len(head) + len(body)

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


class Client:
    """Obeys the measuring process."""

    def __init__(self) -> None:
        self._visits: Visits
        self._host, self._port = "", 0

    async def start(self, command: dict[str, Any]) -> dict[str, Any]:
        """Where to ask, as whom, for what."""
        parts = urlsplit(command["url"])
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._visits = Visits(command["members"], command["staff"], command["marks"], seed=command["seed"])
        cores = psutil.Process().cpu_affinity() or []
        if len(cores) > 1:
            psutil.Process().cpu_affinity([cores[-1]])
        return {"core": psutil.Process().cpu_affinity()}

    async def pace(self, command: dict[str, Any]) -> dict[str, Any]:
        """So many requests a second, for so long."""
        told, per_second = Told(), float(command["per_second"])
        count = int(per_second * command["seconds"])
        free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        for _ in range(int(command["lines"])):
            free.put_nowait(Line(self._host, self._port))
        began = time.monotonic()

        async def one(number: int) -> None:
            due = began + number / per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            line = await free.get()
            try:
                await self._ask(line, self._visits.draw(), due, told)
            finally:
                free.put_nowait(line)

        await asyncio.gather(*(one(number) for number in range(count)))
        told.seconds = time.monotonic() - began
        while not free.empty():
            await free.get_nowait().close()
        return _answer(told)

    async def crowd(self, command: dict[str, Any]) -> dict[str, Any]:
        """So many connections that never wait, for so long."""
        told, began = Told(), time.monotonic()
        ends = began + float(command["seconds"])

        async def one() -> None:
            line = Line(self._host, self._port)
            while time.monotonic() < ends:
                await self._ask(line, self._visits.draw(), time.monotonic(), told)
            await line.close()

        await asyncio.gather(*(one() for _ in range(int(command["lines"]))))
        told.seconds = time.monotonic() - began
        return _answer(told)

    async def _ask(self, line: Line, visit: Visit, due: float, told: Told) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                status, size = await line.get(visit)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            await line.close()
            name = f"{visit.kind}: {type(error).__name__}"
            told.errors[name] = told.errors.get(name, 0) + 1
            return
        told.note(visit, status, (time.monotonic() - due) * 1000, size)


def _answer(told: Told) -> dict[str, Any]:
    return {"ms": told.ms, "errors": told.errors, "seconds": told.seconds, "bytes": told.size}


async def main() -> None:
    """Obey until stdin ends."""
    client = Client()
    handlers: Mapping[str, Any] = {"start": client.start, "pace": client.pace, "crowd": client.crowd}
    await serve(handlers)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
