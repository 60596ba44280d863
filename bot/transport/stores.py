"""What transport asks of others, above all what it remembers between runs, as Protocols that speak in plain values.

`bot.app` gives each of them something that keeps it in Postgres. They carry no types of ours, so that whoever
implements them imports nothing from transport.
"""

from __future__ import annotations

from typing import Protocol


class WebhookStore(Protocol):
    """The one webhook of each channel. The token is a secret: keep it sealed, never log it."""

    async def get(self, channel_id: int) -> tuple[int, str] | None:
        """The webhook's id and token, where one is known for this channel."""
        ...

    async def put(self, channel_id: int, guild_id: int | None, webhook_id: int, token: str) -> None:
        """Keep it, in place of whatever was kept for the channel."""
        ...

    async def forget(self, channel_id: int, webhook_id: int) -> None:
        """It is dead. Leaves another one, kept for the channel meanwhile, alone."""
        ...


class FaceStore(Protocol):
    """Which application emoji holds which picture."""

    async def get(self, sha256: str) -> int | None:
        """The emoji's id, where the picture was uploaded before."""
        ...

    async def put(self, sha256: str, emoji_id: int, emoji_name: str) -> None:
        """Keep it, in place of whatever was kept for the picture."""
        ...


class PictureSource(Protocol):
    """Where the bytes of a picture come from."""

    async def read(self, sha256: str) -> bytes | None:
        """The picture's file, or None where it is lost."""
        ...


class FaceAddresses(Protocol):
    """Where a face's picture can be fetched by Discord."""

    async def url(self, sha256: str) -> str | None:
        """The picture's address, or None where it has none."""
        ...


class SyncStore(Protocol):
    """What Discord was last told about our commands."""

    async def get(self, scope: str) -> str | None:
        """The hash that was synced last for this scope."""
        ...

    async def put(self, scope: str, digest: str) -> None:
        """Keep the hash of what was just synced."""
        ...
