"""The HTTP client under a provider: connect deadline, no redirects, and an end to bodies that never end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
from openai import DefaultAsyncHttpxClient

from bot.providers.deadlines import Deadlines

# A chat answer of 90 seconds, with all its JSON around each token, stays far below.
MOST_BYTES = 8 * 1024 * 1024


class _Capped(httpx2.AsyncByteStream):
    """A response body that breaks off after `MOST_BYTES`."""

    def __init__(self, body: AsyncIterator[bytes], close: httpx2.AsyncByteStream) -> None:
        self._body = body
        self._close = close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for piece in self._body:
            seen += len(piece)
            if seen > MOST_BYTES:
                raise httpx2.RemoteProtocolError("the answer has no end")
            yield piece

    async def aclose(self) -> None:
        await self._close.aclose()


async def _cap(response: httpx2.Response) -> None:
    stream = response.stream
    if isinstance(stream, httpx2.AsyncByteStream):
        response.stream = _Capped(aiter(stream), stream)


def capped_client(deadlines: Deadlines, *, trust_environment: bool) -> httpx2.AsyncClient:
    """A client for one server. Reading has no deadline here: the stopwatch above it knows better."""
    return DefaultAsyncHttpxClient(
        timeout=httpx2.Timeout(None, connect=deadlines.connect),
        follow_redirects=False,
        trust_env=trust_environment,
        event_hooks={"response": [_cap]},
    )
