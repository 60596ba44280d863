"""The rehearsal's OpenAI-compatible server: `/v1/models` and `/v1/chat/completions`, streamed or whole, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

from aiohttp import web

from bot.rehearsal import reply, scene

MODEL = "rehearsal"
_MOST_BYTES = 8 * 1024 * 1024
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds before the first word, between words, and for a whole answer at most."""

    first: float = 0.25
    word: float = 0.04
    most: float = 8.0


NATURAL = Pace()
FAST = Pace(0.0, 0.0, 0.0)


class RehearsalServer:
    """The server; `start` serves until its block ends."""

    def __init__(self, pace: Pace = NATURAL) -> None:
        self._pace = pace
        self.port = 0

    @property
    def base_url(self) -> str:
        """Where a client finds it."""
        return f"http://127.0.0.1:{self.port}/v1"

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, port: int = 0, pace: Pace = NATURAL) -> AsyncGenerator[RehearsalServer]:
        """Serve on loopback; port 0 takes a free one. Raises `OSError` where the port is taken."""
        server = cls(pace)
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_get("/v1/models", server._models)
        app.router.add_post("/v1/chat/completions", server._complete)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            server.port = runner.addresses[0][1]
            yield server
        finally:
            await runner.cleanup()

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "botcafe"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            asked = _Asked.read(await request.json())
        except (ValueError, TypeError) as error:
            body = {"error": {"message": str(error), "type": "invalid_request_error", "code": "invalid_request"}}
            return web.json_response(body, status=400)
        text = await asyncio.to_thread(asked.answer)
        text, finish = asked.trimmed(text)
        usage = {
            "prompt_tokens": asked.prompt_tokens,
            "completion_tokens": _tokens(text),
            "total_tokens": asked.prompt_tokens + _tokens(text),
        }
        if asked.stream:
            return await self._stream(request, text, finish, usage if asked.wants_usage else None)
        message = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        return web.json_response({**_head("chat.completion"), "choices": [message], "usage": usage})

    async def _stream(
        self, request: web.Request, text: str, finish: str, usage: Mapping[str, int] | None
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        head = _head("chat.completion.chunk")
        words = re.findall(r"\S+\s*|\s+", text)
        wait = min(self._pace.word, self._pace.most / max(len(words), 1))
        with contextlib.suppress(ConnectionError):  # the reader left; there is nobody to tell
            if self._pace.first:
                await asyncio.sleep(self._pace.first)
            for word in words:
                await response.write(_event({**head, "choices": [_choice({"content": word})]}))
                if wait:
                    await asyncio.sleep(wait)
            await response.write(_event({**head, "choices": [_choice({}, finish)]}))
            if usage:
                await response.write(_event({**head, "choices": [], "usage": usage}))
            await response.write(b"data: [DONE]\n\n")
        return response


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, checked."""

    messages: tuple[tuple[str, str], ...]
    stream: bool
    wants_usage: bool
    seed: int | None
    max_tokens: int | None
    stop: tuple[str, ...]

    @classmethod
    def read(cls, body: object) -> _Asked:
        """Raises `ValueError` in words for what cannot be understood."""
        if not isinstance(body, Mapping):
            raise ValueError("The body must be a JSON object.")
        fields = cast(Mapping[str, object], body)
        messages = fields.get("messages")
        if not isinstance(messages, list) or not messages:
            raise ValueError("`messages` must be a list with at least one message.")
        options = fields.get("stream_options")
        stop = fields.get("stop")
        seed = fields.get("seed")
        limit = fields.get("max_tokens") or fields.get("max_completion_tokens")
        return cls(
            messages=tuple(_message(message) for message in cast(list[object], messages)),
            stream=bool(fields.get("stream")),
            wants_usage=isinstance(options, Mapping) and bool(cast(Mapping[str, object], options).get("include_usage")),
            seed=seed if isinstance(seed, int) else None,
            max_tokens=limit if isinstance(limit, int) and limit > 0 else None,
            stop=(stop,) if isinstance(stop, str) else tuple(cast(list[str], stop)) if isinstance(stop, list) else (),
        )

    @property
    def prompt_tokens(self) -> int:
        return sum(_tokens(content) for _, content in self.messages)

    def answer(self) -> str:
        return reply.answer(scene.read(self.messages), self.seed)

    def trimmed(self, text: str) -> tuple[str, str]:
        """The answer up to its stop strings and its length, and why it ends."""
        ends = [found for mark in self.stop if mark and (found := text.find(mark)) >= 0]
        text = text[: min(ends)] if ends else text
        if self.max_tokens is not None and _tokens(text) > self.max_tokens:
            return text[: self.max_tokens * _CHARACTERS_PER_TOKEN].rsplit(" ", 1)[0], "length"
        return text, "stop"


def _message(message: object) -> tuple[str, str]:
    if not isinstance(message, Mapping):
        raise ValueError("Every message must be an object.")
    fields = cast(Mapping[str, object], message)
    content = fields.get("content")
    if isinstance(content, list):
        parts = [cast(Mapping[str, object], part) for part in cast(list[object], content) if isinstance(part, Mapping)]
        content = "\n".join(str(part.get("text", "")) for part in parts)
    return str(fields.get("role", "user")), content if isinstance(content, str) else ""


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _head(kind: str) -> dict[str, object]:
    return {"id": f"rehearsal-{uuid4().hex[:12]}", "object": kind, "created": int(time.time()), "model": MODEL}


def _choice(delta: Mapping[str, str], finish: str | None = None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _event(data: Mapping[str, object]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"
