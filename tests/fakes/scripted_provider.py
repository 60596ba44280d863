"""A scripted OpenAI-compatible server: it answers exactly what a test told it to, well or badly.

    async with ScriptedProvider.start() as provider:
        provider.will(Say("Hello."), Status(429, headers={"Retry-After": "7"}))
        models = OpenAIModels(Server("scripted", provider.base_url, "any"), tokenizer=Tokenizer())
        ...
        provider.requests[0].body["messages"]

Acts are used up in order; when none is left `provider.otherwise` answers (by default `Say("…")`, or what a callable
makes of the request). Nothing sleeps unless an act says so: `Say(hold_after=2)` waits for `provider.release()`.

By hand or for end-to-end tests: `python -m tests.fakes.scripted_provider --port 4100 --text "Hello." --pace-ms 50`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Heard:
    """A request as it came in."""

    path: str
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def last(self) -> str:
        """The last message's content."""
        return self.body["messages"][-1]["content"]


@dataclass(frozen=True)
class Say:
    """A proper streamed answer, word by word (or in `pieces`)."""

    text: str = "…"
    pieces: tuple[str, ...] | None = None
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (11, 7)
    cost: float | None = None
    hold_after: int | None = None
    """Wait for `provider.release()` after this many pieces."""
    pace_seconds: float = 0.0
    thinking: str = ""

    def words(self) -> tuple[str, ...]:
        """The pieces in which it is sent."""
        if self.pieces is not None:
            return self.pieces
        *others, last = self.text.split(" ")
        return (*(f"{word} " for word in others), last)


@dataclass(frozen=True)
class Status:
    """An HTTP error. `error` becomes the body's `error` object."""

    status: int
    error: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Html:
    """200 with a page, as a proxy or a captive portal sends."""

    text: str = "<!doctype html><title>Welcome</title>"


@dataclass(frozen=True)
class Json:
    """200 with one JSON body: a server that ignores `stream`."""

    body: Mapping[str, Any]


@dataclass(frozen=True)
class ErrorEvent:
    """A stream that turns into an error after `after`."""

    error: Mapping[str, Any]
    after: str = ""


@dataclass(frozen=True)
class Cut:
    """A stream whose connection is reset after `after`."""

    after: str = ""


@dataclass(frozen=True)
class Unfinished:
    """A stream that ends in order but never said that the answer is whole."""

    text: str = ""
    done: bool = False


@dataclass(frozen=True)
class Quiet:
    """Headers (or, with `even_headers=False`, not even these) and some words, then nothing until the client leaves."""

    after: str = ""
    even_headers: bool = True


@dataclass(frozen=True)
class Drip:
    """Bytes of an event that never ends, one at a time: the connection lives, the answer does not."""

    pace_seconds: float = 0.01


@dataclass(frozen=True)
class Flood:
    """`megabytes` of answer, in events of `event_bytes` (or all in one)."""

    megabytes: int = 10
    event_bytes: int = 16_384


@dataclass(frozen=True)
class Raw:
    """200 as an event stream with exactly these bytes."""

    body: bytes


Act = Say | Status | Html | Json | ErrorEvent | Cut | Unfinished | Quiet | Drip | Flood | Raw


class ScriptedProvider:
    """The server; make it with `start`."""

    def __init__(self) -> None:
        self.requests: list[Heard] = []
        self.otherwise: Act | Callable[[Heard], Act] = Say()
        self.base_url = ""
        self.port = 0
        self._acts: list[Act] = []
        self._gate = asyncio.Event()
        self._ended = asyncio.Event()
        self._asked = asyncio.Condition()

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, port: int = 0) -> AsyncIterator[ScriptedProvider]:
        """Serve on loopback until the block ends."""
        provider = cls()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", provider._complete)
        app.router.add_post("/v1/embeddings", provider._complete)
        app.router.add_get("/v1/models", provider._models)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        provider.port = runner.addresses[0][1]
        provider.base_url = f"http://127.0.0.1:{provider.port}/v1"
        try:
            yield provider
        finally:
            provider._ended.set()
            provider._gate.set()
            await runner.cleanup()

    def will(self, *acts: Act) -> None:
        """Answer the next requests so."""
        self._acts.extend(acts)

    def release(self) -> None:
        """Let every held answer go on."""
        self._gate.set()

    def hold(self) -> None:
        """Hold answers with `hold_after` again."""
        self._gate.clear()

    async def asked(self, times: int = 1) -> None:
        """Wait until `times` requests have come in all."""
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.requests) >= times)

    # ------------------------------------------------------------------------------------------------

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        heard = Heard(request.path, await request.json(), dict(request.headers))
        async with self._asked:
            self.requests.append(heard)
            self._asked.notify_all()
        act = self._acts.pop(0) if self._acts else self.otherwise
        if not isinstance(act, Act):
            act = act(heard)
        return await self._play(act, request, heard)

    async def _play(self, act: Act, request: web.Request, heard: Heard) -> web.StreamResponse:
        match act:
            case Status():
                body = act.body if act.body is not None else json.dumps({"error": dict(act.error or {"message": "no"})})
                return web.Response(
                    status=act.status, text=body, headers=dict(act.headers), content_type="application/json"
                )
            case Html():
                return web.Response(text=act.text, content_type="text/html")
            case Json():
                return web.json_response(dict(act.body))
            case Quiet(even_headers=False):
                await self._ended.wait()
                return web.Response()
            case _:
                response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
                await response.prepare(request)
                with contextlib.suppress(ConnectionError):
                    await self._stream(act, request, response, heard)
                return response

    async def _stream(  # noqa: C901
        self, act: Act, request: web.Request, response: web.StreamResponse, heard: Heard
    ) -> None:
        match act:
            case Say():
                await self._say(act, response, heard)
            case ErrorEvent():
                await self._words(response, act.after)
                await response.write(_event({"error": dict(act.error)}))
            case Cut():
                await self._words(response, act.after)
                if request.transport is not None:
                    request.transport.abort()
            case Unfinished():
                await self._words(response, act.text)
                if act.done:
                    await response.write(b"data: [DONE]\n\n")
            case Quiet():
                await self._words(response, act.after)
                await self._ended.wait()
            case Drip():
                while not self._ended.is_set():
                    await response.write(b" ")
                    await asyncio.sleep(act.pace_seconds)
            case Flood():
                for _ in range(act.megabytes * 1024 * 1024 // act.event_bytes):
                    await response.write(_event(_chunk("flood " * (act.event_bytes // 6))))
            case Raw():
                await response.write(act.body)
            case _:
                raise TypeError(act)

    async def _words(self, response: web.StreamResponse, text: str) -> None:
        if text:
            await response.write(_event(_chunk(text)))

    async def _say(self, act: Say, response: web.StreamResponse, heard: Heard) -> None:
        if act.thinking:
            await response.write(_event(_chunk(None, reasoning_content=act.thinking)))
        for number, piece in enumerate(act.words()):
            if number == act.hold_after:
                await self._gate.wait()
            await response.write(_event(_chunk(piece)))
            if act.pace_seconds:
                await asyncio.sleep(act.pace_seconds)
        if act.hold_after is not None and act.hold_after >= len(act.words()):
            await self._gate.wait()
        if act.finish:
            await response.write(_event(_chunk(None, finish=act.finish)))
        if act.usage and heard.body.get("stream_options", {}).get("include_usage"):
            usage: dict[str, object] = {
                "prompt_tokens": act.usage[0],
                "completion_tokens": act.usage[1],
                "total_tokens": sum(act.usage),
            }
            if act.cost is not None:
                usage["cost"] = act.cost
            await response.write(_event({**_chunk(None), "choices": [], "usage": usage}))
        await response.write(b"data: [DONE]\n\n")


def _chunk(text: str | None, *, finish: str | None = None, **delta: object) -> dict[str, object]:
    words = {**({"content": text} if text is not None else {}), **delta}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "delta": words, "finish_reason": finish}],
    }


def _event(data: Mapping[str, object]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


async def _serve(port: int, act: Act) -> None:
    async with ScriptedProvider.start(port) as provider:
        provider.otherwise = act
        print(provider.base_url, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A scripted OpenAI-compatible server on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--text", default="Hello from the script.")
    parser.add_argument("--pace-ms", type=int, default=0)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options.port, Say(options.text, pace_seconds=options.pace_ms / 1000)))
