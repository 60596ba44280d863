"""What transport and providers must remember, kept in the database.

They ask for it through small Protocols of their own (`bot.transport.stores`, `bot.providers.tokens.FactorStore`), and
`bot.app` hands them these. Nothing here belongs to a person, so every work is a job's.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.providers.tokens import Learnt
from bot.services.keys.vault import Vault, VaultError
from db.queries import keys
from db.queries.talk import delivery
from db.work import Actor, Database

_JOB = Actor.job("stores")


class Webhooks:
    """Each channel's webhook. The token is sealed; the seal is bound to the channel and the webhook."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, channel_id: int) -> tuple[int, str] | None:
        """The webhook's id and token, or None. A token that no key of ours opens counts as none: a new one is made."""
        async with self._database.work(_JOB) as work:
            row = await delivery.webhook(work.session, channel_id)
        if row is None:
            return None
        try:
            token = self._vault.open(row.token_sealed, _seal_of(channel_id, row.webhook_id))
        except VaultError:
            return None
        return row.webhook_id, token.decode()

    async def put(self, channel_id: int, guild_id: int | None, webhook_id: int, token: str) -> None:
        """Keep the webhook in place of any other."""
        sealed = self._vault.seal(token.encode(), _seal_of(channel_id, webhook_id))
        async with self._database.work(_JOB) as work:
            await delivery.put_webhook(
                work.session, channel_id=channel_id, guild_id=guild_id, webhook_id=webhook_id, token_sealed=sealed
            )

    async def forget(self, channel_id: int, webhook_id: int) -> None:
        """The webhook is dead; another one kept meanwhile stays."""
        async with self._database.work(_JOB) as work:
            await delivery.forget_webhook(work.session, channel_id, webhook_id)


def _seal_of(channel_id: int, webhook_id: int) -> bytes:
    return f"webhooks:{channel_id}:{webhook_id}".encode()


class UploadedFaces:
    """Which application emoji holds which picture."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, sha256: str) -> int | None:
        """The emoji's id."""
        async with self._database.work(_JOB) as work:
            return await delivery.face(work.session, sha256)

    async def put(self, sha256: str, emoji_id: int, emoji_name: str) -> None:
        """Keep the emoji's id."""
        async with self._database.work(_JOB) as work:
            await delivery.put_face(work.session, sha256=sha256, emoji_id=emoji_id, emoji_name=emoji_name)


class CommandSyncs:
    """The hash of the commands that Discord was told last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, scope: str) -> str | None:
        """The hash for a scope."""
        async with self._database.work(_JOB) as work:
            return await delivery.command_sync(work.session, scope)

    async def put(self, scope: str, digest: str) -> None:
        """Keep the hash for a scope."""
        async with self._database.work(_JOB) as work:
            await delivery.put_command_sync(work.session, scope, digest)


class TokenFactors:
    """How many tokens each model counts where tiktoken counts one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Mapping[tuple[str, str], Learnt]:
        """Every factor learnt so far, by provider and model."""
        async with self._database.work(_JOB) as work:
            rows = await keys.token_factors(work.session)
        return {(row.provider, row.model): Learnt(row.factor, row.samples) for row in rows}

    async def save(self, provider: str, model: str, learnt: Learnt) -> None:
        """Keep what was learnt."""
        async with self._database.work(_JOB) as work:
            await keys.put_token_factor(work.session, provider, model, learnt.factor, learnt.samples)
