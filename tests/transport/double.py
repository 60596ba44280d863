"""A server on loopback that answers as it is told, for what a whole Discord cannot be made to do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.transport.pointing import pointed_at

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Double:
    """Requests in order; answers are taken from the front, the last one stays."""

    answers: list[Answer]
    seen: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.seen.append((request.method, request.path_qs, body, dict(request.headers)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


def reply(status: int, body: str = "{}", *, kind: str = "application/json", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body.encode(), content_type=kind, headers=named)

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Read the request, then break the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def double(*answers: Answer) -> AsyncIterator[Double]:
    stand_in = Double(list(answers))
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", stand_in.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    try:
        with pointed_at(f"http://127.0.0.1:{runner.addresses[0][1]}"):
            yield stand_in
    finally:
        await runner.cleanup()
