"""Reads what came with messages: by ids, because Discord's addresses of files expire after a day.

The message is fetched again for a fresh address, and only Discord's own file host is asked.
"""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

import aiohttp
import structlog
from discord.asset import Asset

from bot.errors import Closed, StageClosed
from bot.ports import Place
from bot.transport.executor import Call, Done, Executor, Refused
from bot.transport.refusals import UNKNOWN_MESSAGE, answered

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=6)
_CHUNK = 1 << 16

log = structlog.get_logger(__name__)


class DiscordFiles:
    """A `bot.ports.Files`. What a file is, its reader finds out: Discord's own word on that is its sender's."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def read(self, place: Place, message_id: int, attachment_id: int, *, most_bytes: int) -> bytes:
        """The bytes of an attachment. Raises `StageClosed` where it is gone, too large or cannot be had."""
        attachment = await self._attachment(place, message_id, attachment_id)
        if int(str(attachment.get("size") or 0)) > most_bytes:
            raise StageClosed(Closed.TOO_LARGE, channel_id=place.channel_id)
        address = str(attachment.get("url") or "")
        if not is_discords(address):
            log.error("file_elsewhere", host=urlsplit(address).hostname)
            raise StageClosed(Closed.REFUSED, channel_id=place.channel_id)
        try:
            return await fetched(address, most_bytes=most_bytes)
        except StageClosed as closed:
            raise StageClosed(closed.reason, channel_id=place.channel_id) from None

    async def _attachment(self, place: Place, message_id: int, attachment_id: int) -> dict[str, object]:
        ids = {"channel_id": place.channel_id, "message_id": message_id}
        outcome = await self._executor.request(Call("GET", _MESSAGE, ids))
        if isinstance(outcome, Refused) and outcome.code == UNKNOWN_MESSAGE:
            raise StageClosed(Closed.FILE_GONE, channel_id=place.channel_id)
        message = answered(outcome, "read_message_history", place) if not isinstance(outcome, Done) else outcome.body
        fields = cast("dict[str, object]", message) if isinstance(message, dict) else {}
        for one in cast("list[dict[str, object]]", fields.get("attachments") or []):
            if str(one.get("id")) == str(attachment_id):
                return one
        raise StageClosed(Closed.FILE_GONE, channel_id=place.channel_id)


async def fetched(address: str, *, most_bytes: int) -> bytes:
    """What lies at one of Discord's own addresses of files. Raises `StageClosed`; also for any other address."""
    if not is_discords(address):
        raise StageClosed(Closed.REFUSED)
    try:
        return await _download(address, most_bytes)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("file_unread", error=type(error).__name__)
        raise StageClosed(Closed.UNREACHABLE) from None


async def _download(address: str, most_bytes: int) -> bytes:
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False) as session,
        session.get(address, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as response,
    ):
        if response.status != 200:
            raise StageClosed(Closed.FILE_GONE if response.status in (403, 404) else Closed.UNREACHABLE)
        read = bytearray()
        async for piece in response.content.iter_chunked(_CHUNK):
            read += piece
            if len(read) > most_bytes:
                raise StageClosed(Closed.TOO_LARGE)
        return bytes(read)


def is_discords(address: str) -> bool:
    """Whether a file lies where Discord keeps files: its two hosts, or wherever discord.py's pictures are pointed."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None:
        return False
    if parts.scheme == "https" and host in _HOSTS and port in (None, 443):
        return True
    home = urlsplit(Asset.BASE)
    return (parts.scheme, host, port) == (home.scheme, home.hostname, home.port)
