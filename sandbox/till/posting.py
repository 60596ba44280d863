"""Telling of events: signed posts to the endpoints that were registered, tried again when nobody takes them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time

import aiohttp
import orjson

from sandbox.till.shop import Shop
from sandbox.world.models import Json

#: Pauses before each further try, in seconds; Stripe's own stretch over three days.
PAUSES = (0.5, 2.0, 10.0)
TIMEOUT = aiohttp.ClientTimeout(total=10)

log = logging.getLogger("sandbox")


def signature(secret: str, body: bytes, moment: int) -> str:
    """The Stripe-Signature header of a body."""
    digest = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


class Post:
    """Sends events out, each on its own so that a slow one holds up nobody."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        #: For tests: events are kept back and sent by hand, in any order and as often as they like.
        self.is_held = False

    def tell(self, event: Json) -> None:
        """Send an event to every endpoint that wants it, in the background."""
        if not self.is_held:
            self._begin(event)

    async def send(self, event: Json) -> list[int]:
        """Send an event now, once, and say what each endpoint answered (0: nobody was there)."""
        return [await self._once(endpoint, event) for endpoint in self._wanting(event)]

    async def close(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def idle(self) -> None:
        """Wait until everything was told, or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wanting(self, event: Json) -> list[Json]:
        return [
            endpoint
            for endpoint in self._shop.all("endpoints")
            if {"*", event["type"]} & set(endpoint["enabled_events"])
        ]

    def _begin(self, event: Json) -> None:
        for endpoint in self._wanting(event):
            task = asyncio.create_task(self._until_taken(endpoint, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _until_taken(self, endpoint: Json, event: Json) -> None:
        for pause in (0.0, *PAUSES):
            await asyncio.sleep(pause)
            if 200 <= await self._once(endpoint, event) < 300:
                return
        log.warning("Nobody took %s (%s)", event["id"], event["type"])

    async def _once(self, endpoint: Json, event: Json) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        body = orjson.dumps(event)
        # The real time, however far the till's own was put forward: it is judged by the receiver's clock.
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(endpoint["_secret"], body, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            async with self._session.post(endpoint["url"], data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
