"""A model that answers at once: an OpenAI-compatible server that notes when each request arrived.

A message that is traced holds `lantern NUMBER`; the answer repeats the number, so that what is said can be followed
through the program. Times are nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

from aiohttp import web

from bench.parts.wire import serve

NUMBERED = re.compile(r"lantern (\d+)")
_WORDS = ("The wick of ", "lantern {number}", " is trimmed, and it burns evenly tonight.")


class QuickModel:
    """Answers `/v1/chat/completions` without thinking."""

    def __init__(self) -> None:
        self.arrived: dict[int, int] = {}
        self.requests = 0

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """One answer, streamed in three pieces and its usage."""
        at = time.monotonic_ns()
        self.requests += 1
        body: dict[str, Any] = await request.json()
        number = _traced(body["messages"])
        if number is not None:
            self.arrived.setdefault(number, at)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        pieces = [word.format(number=number or 0) for word in _WORDS]
        events = [_event({"index": 0, "delta": {"content": piece}, "finish_reason": None}) for piece in pieces]
        events.append(_event({"index": 0, "delta": {}, "finish_reason": "stop"}))
        usage = {"prompt_tokens": 900, "completion_tokens": 14, "total_tokens": 914}
        events.append(_event(None, usage))
        await response.write(b"".join(events) + b"data: [DONE]\n\n")
        await response.write_eof()
        return response


def _traced(messages: list[dict[str, Any]]) -> int | None:
    """The number in the last message that has one."""
    for message in reversed(messages):
        content = message["content"]
        text = content if isinstance(content, str) else json.dumps(content)
        if found := NUMBERED.findall(text):
            return int(found[-1])
    return None


def _event(choice: dict[str, Any] | None, usage: dict[str, int] | None = None) -> bytes:
    chunk: dict[str, Any] = {
        "id": "bench", "object": "chat.completion.chunk", "created": 0, "model": "quick",
        "choices": [choice] if choice else [],
    }  # fmt: skip
    if usage:
        chunk["usage"] = usage
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


async def main() -> None:
    """Listen, say where, answer questions about what arrived."""
    model = QuickModel()
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/v1/chat/completions", model.complete)
    runner = web.AppRunner(app, access_log=None)

    async def start(_: dict[str, Any]) -> dict[str, Any]:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return {}

    async def where(_: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1:{runner.addresses[0][1]}/v1"}

    async def arrivals(_: dict[str, Any]) -> dict[str, Any]:
        return {"arrived": model.arrived, "requests": model.requests}

    await serve({"start": start, "where": where, "arrivals": arrivals})
    await runner.cleanup()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
