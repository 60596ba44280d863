"""How long a gift takes when nothing fails: at a steady pace, and as fast as sixteen clients can."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiohttp

from bench.parts.report import percentile


@dataclass(frozen=True)
class Load:
    """Milliseconds of a gift at the steady pace, given and accepted apart; and gifts a second at full speed."""

    gifts: int
    p50_ms: float
    p99_ms: float
    give_p99_ms: float
    accept_p99_ms: float
    gifts_per_s: float


class Gifts:
    """Gives and accepts, and takes the time of both."""

    def __init__(self, url: str, people: Sequence[UUID]) -> None:
        self._url = url
        self._people = people
        self._count = 0
        self.given: list[float] = []
        self.accepted: list[float] = []

    async def rich(self, session: aiohttp.ClientSession) -> None:
        """Everybody has enough."""
        for number, who in enumerate(self._people):
            key = f"load:buy:{number}"
            await self._do(session, {"op": "buy", "by": None, "who": str(who), "amount": 1_000_000, "key": key})

    async def one(self, session: aiohttp.ClientSession) -> None:
        """One gift, from one person to the next, and taken."""
        self._count += 1
        number = self._count
        giver, taker = self._people[number % len(self._people)], self._people[(number * 7 + 1) % len(self._people)]
        if giver == taker:
            taker = self._people[(number + 1) % len(self._people)]
        ends = (datetime.now(UTC) + timedelta(days=14)).isoformat()
        began = time.perf_counter()
        asked = {"op": "hold", "by": str(giver), "who": str(giver), "amount": 1, "to": str(taker), "ends": ends}
        hold = (await self._do(session, {**asked, "key": f"load:gift:{number}"}))["hold"]
        middle = time.perf_counter()
        await self._do(session, {"op": "post", "by": str(taker), "hold": hold, "actual": None})
        self.given.append((middle - began) * 1000)
        self.accepted.append((time.perf_counter() - middle) * 1000)

    async def _do(self, session: aiohttp.ClientSession, asked: dict[str, object]) -> dict[str, str]:
        async with session.post(f"{self._url}/do", json=asked) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{asked['op']}: {answer.status} {await answer.text()}")
            return await answer.json()


async def measure(url: str, people: Sequence[UUID], *, per_second: int, seconds: float, clients: int) -> Load:
    """First at a pace that does not wait for answers, then as fast as it goes for a third of the time."""
    gifts = Gifts(url, people)
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector) as session:
        await gifts.rich(session)
        await asyncio.gather(*(gifts.one(session) for _ in range(clients)))
        gifts.given.clear()
        gifts.accepted.clear()
        began = time.perf_counter()
        under_way: list[asyncio.Task[None]] = []
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            under_way.append(asyncio.create_task(gifts.one(session)))
        await asyncio.gather(*under_way)
        given, accepted = list(gifts.given), list(gifts.accepted)
        fast = await _fast(gifts, session, seconds=seconds / 3, clients=clients)
    both = [*given, *accepted]
    return Load(
        gifts=len(given),
        p50_ms=round(percentile(both, 50), 1),
        p99_ms=round(percentile(both, 99), 1),
        give_p99_ms=round(percentile(given, 99), 1),
        accept_p99_ms=round(percentile(accepted, 99), 1),
        gifts_per_s=round(fast, 1),
    )


async def _fast(gifts: Gifts, session: aiohttp.ClientSession, *, seconds: float, clients: int) -> float:
    began, before = time.perf_counter(), len(gifts.accepted)

    async def client() -> None:
        while time.perf_counter() - began < seconds:
            await gifts.one(session)

    await asyncio.gather(*(client() for _ in range(clients)))
    return (len(gifts.accepted) - before) / (time.perf_counter() - began)
