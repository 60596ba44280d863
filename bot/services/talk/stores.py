"""What transport remembers between runs, kept in Postgres. Plain values in and out (`bot.transport.stores`)."""

from __future__ import annotations

import structlog

from bot.services.keys.vault import Vault, VaultError
from db.queries.talk import delivery
from db.work import Actor, Database

_log = structlog.get_logger(__name__)
_ACTOR = Actor.job("delivery")


class Webhooks:
    """The one webhook of each channel; its token is sealed, bound to channel and webhook."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, channel_id: int) -> tuple[int, str] | None:
        """The webhook's id and token, where one is known. One that cannot be opened any more counts as unknown."""
        async with self._database.work(_ACTOR) as work:
            row = await delivery.webhook(work.session, channel_id)
        if row is None:
            return None
        try:
            token = self._vault.open(row.token_sealed, _context(channel_id, row.webhook_id))
        except VaultError as error:
            # Another SECRET_KEY, or a row that was tampered with: a new webhook is made in its place.
            _log.warning("webhook_token_unreadable", channel_id=channel_id, reason=type(error).__name__)
            return None
        return row.webhook_id, token.decode()

    async def put(self, channel_id: int, guild_id: int | None, webhook_id: int, token: str) -> None:
        """Keep it, in place of whatever was kept for the channel."""
        sealed = self._vault.seal(token.encode(), _context(channel_id, webhook_id))
        async with self._database.work(_ACTOR) as work:
            await delivery.put_webhook(
                work.session, channel_id=channel_id, guild_id=guild_id, webhook_id=webhook_id, token_sealed=sealed
            )

    async def rotate(self) -> int:
        """Seal every token anew that another key of the house sealed; how many. What cannot be opened heals itself."""
        done = 0
        async with self._database.work(_ACTOR) as work:
            for row in await delivery.webhooks_sealed_otherwise(work.session, self._vault.newest_id):
                context = _context(row.channel_id, row.webhook_id)
                try:
                    row.token_sealed = self._vault.seal(self._vault.open(row.token_sealed, context), context)
                except VaultError:
                    continue
                done += 1
        return done

    async def forget(self, channel_id: int, webhook_id: int) -> None:
        """It is dead. Leaves another one, kept for the channel meanwhile, alone."""
        async with self._database.work(_ACTOR) as work:
            await delivery.forget_webhook(work.session, channel_id, webhook_id)


class UploadedFaces:
    """Which application emoji holds which picture."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, sha256: str) -> int | None:
        """The emoji's id, where the picture was uploaded before."""
        async with self._database.work(_ACTOR) as work:
            return await delivery.face(work.session, sha256)

    async def put(self, sha256: str, emoji_id: int, emoji_name: str) -> None:
        """Keep it, in place of whatever was kept for the picture."""
        async with self._database.work(_ACTOR) as work:
            await delivery.put_face(work.session, sha256=sha256, emoji_id=emoji_id, emoji_name=emoji_name)


class CommandSyncs:
    """What Discord was last told about our commands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, scope: str) -> str | None:
        """The hash that was synced last for this scope."""
        async with self._database.work(_ACTOR) as work:
            return await delivery.command_sync(work.session, scope)

    async def put(self, scope: str, digest: str) -> None:
        """Keep the hash of what was just synced."""
        async with self._database.work(_ACTOR) as work:
            await delivery.put_command_sync(work.session, scope, digest)


def _context(channel_id: int, webhook_id: int) -> bytes:
    return f"webhooks:{channel_id}:{webhook_id}".encode()
