"""The HTTP client under a provider: connect deadline, no redirects, and an end to bodies that never end.

The library's requests travel over aiohttp, which discord.py has loaded anyway: 2 MB less than httpx's own way, and less
CPU for each request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import httpx2

from bot.providers.deadlines import Deadlines

# A chat answer of 90 seconds, with all its JSON around each token, stays far below.
MOST_BYTES = 8 * 1024 * 1024
# Limits of requests lie above; each answer under way holds a connection.
_MOST_CONNECTIONS = 1000


class _Body(httpx2.AsyncByteStream):
    """A response's body, which breaks off after `MOST_BYTES`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        try:
            async for piece in self._response.content.iter_any():
                seen += len(piece)
                if seen > MOST_BYTES:
                    break
                yield piece
        except aiohttp.ClientError as error:
            raise httpx2.ReadError(type(error).__name__) from None
        if seen > MOST_BYTES:
            raise httpx2.RemoteProtocolError("the answer has no end")

    async def aclose(self) -> None:
        """Give the connection back where the body was read to its end, else end it."""
        self._response.release()


class _Transport(httpx2.AsyncBaseTransport):
    """httpx's requests over aiohttp. Reading has no deadline here: the stopwatch above knows better."""

    def __init__(self, deadlines: Deadlines, *, trust_environment: bool) -> None:
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=deadlines.connect)
        self._trust_environment = trust_environment
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises `httpx2.ConnectTimeout` and `httpx2.ConnectError`."""
        try:
            response = await self._opened().request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=await request.aread(),
                allow_redirects=False,
            )
        except aiohttp.ConnectionTimeoutError:
            raise httpx2.ConnectTimeout("connecting took too long") from None
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ConnectError(type(error).__name__) from None
        return httpx2.Response(response.status, headers=response.raw_headers, stream=_Body(response), request=request)

    async def aclose(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        # Not in the constructor: a session belongs to the loop it was made in.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # httpx does it
                trust_env=self._trust_environment,
            )
        return self._session


def capped_client(deadlines: Deadlines, *, trust_environment: bool) -> httpx2.AsyncClient:
    """A client for one server. `trust_environment`: whether the environment's proxies (HTTPS_PROXY …) stand between."""
    transport = _Transport(deadlines, trust_environment=trust_environment)
    return httpx2.AsyncClient(transport=transport, trust_env=False, timeout=None, follow_redirects=False)
