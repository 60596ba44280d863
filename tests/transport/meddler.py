"""A proxy before the sandbox that loses answers and breaks connections, which a healthy Discord does not do at will."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

Trick = Callable[[web.Request, Callable[[], Awaitable[web.Response]]], Awaitable[web.StreamResponse]]


async def lose_answer(request: web.Request, forward: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
    """It happens, and the answer is a 502."""
    await forward()
    return web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")


async def break_off(request: web.Request, forward: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
    """It happens, and the connection breaks instead of an answer."""
    await forward()
    if request.transport is not None:  # somebody who crashed has hung up already
        request.transport.abort()
    return web.Response()


async def refuse_to_work(request: web.Request, forward: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
    """It does not happen, and the answer is a 503."""
    return web.Response(status=503, text="upstream connect error")


async def withhold(request: web.Request, forward: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
    """History as an application without the Message Content intent gets it: blank."""
    answer = await forward()
    messages = json.loads(bytes(answer.body))  # pyright: ignore[reportArgumentType]
    blank = [{**message, "content": "", "components": [], "embeds": [], "attachments": []} for message in messages]
    return web.json_response(blank)


def limit(retry_after: float) -> Trick:
    """It does not happen: too many requests, by a limit that no header told of."""

    async def limited(request: web.Request, forward: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": False}
        return web.json_response(body, status=429)

    return limited


@dataclass
class Meddler:
    """`tricks` are played on matching requests in order, each once; everything else passes."""

    target: str
    session: aiohttp.ClientSession
    url: str = ""
    tricks: list[tuple[str, str, Trick]] = field(default_factory=list)
    played: int = 0
    busy: int = 0

    def play(self, method: str, path: str, *tricks: Trick) -> None:
        """Play these on the next requests whose path holds `path`."""
        self.tricks.extend((method, path, trick) for trick in tricks)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on, or play a trick on it."""
        self.busy += 1
        try:
            return await self._handle(request)
        finally:
            self.busy -= 1

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()

        async def forward() -> web.Response:
            headers = {name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")}
            address = self.target + request.path_qs
            async with self.session.request(request.method, address, data=body, headers=headers) as answer:
                kept = {
                    name: value
                    for name, value in answer.headers.items()
                    if name.lower().startswith(("x-", "retry", "via"))
                }
                return web.Response(
                    status=answer.status, body=await answer.read(), content_type=answer.content_type, headers=kept
                )

        for index, (method, path, trick) in enumerate(self.tricks):
            if request.method == method and path in request.path:
                del self.tricks[index]
                self.played += 1
                return await trick(request, forward)
        return await forward()

    @classmethod
    @asynccontextmanager
    async def before(cls, target: str) -> AsyncIterator[Meddler]:
        """Stand in front of a server until the block ends."""
        async with aiohttp.ClientSession() as session:
            meddler = cls(target, session)
            app = web.Application()
            app.router.add_route("*", "/{rest:.*}", meddler.handle)
            runner = web.AppRunner(app, shutdown_timeout=1.0)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            meddler.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            try:
                yield meddler
            finally:
                await runner.cleanup()
