"""The inbox, the cursors of channels, and what transport remembers: webhooks, faces, synced commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import ChannelCursor, CommandSync, InboxMessage, InboxState, UploadedFace, Webhook

WAITING = (InboxState.RECEIVED, InboxState.CLAIMED)


async def reheard(session: AsyncSession, message_id: int, heard: Mapping[str, Any]) -> None:
    """The message was changed before it was answered."""
    await session.execute(update(InboxMessage).where(InboxMessage.message_id == message_id).values(heard=dict(heard)))


async def waiting(session: AsyncSession) -> Sequence[InboxMessage]:
    """Messages that were heard and are not done with, oldest first."""
    statement = select(InboxMessage).where(InboxMessage.state.in_(WAITING)).order_by(InboxMessage.message_id)
    return (await session.scalars(statement)).all()


async def move_cursors(session: AsyncSession, cursors: Mapping[int, int]) -> None:
    """Remember the last message seen in each channel; a cursor never goes back."""
    if not cursors:
        return
    statement = insert(ChannelCursor).values(
        [{"channel_id": channel, "last_message_id": message} for channel, message in cursors.items()]
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[ChannelCursor.channel_id],
            set_={
                "last_message_id": func.greatest(ChannelCursor.last_message_id, statement.excluded.last_message_id),
                "updated_at": func.now(),
            },
        )
    )


async def cursors(session: AsyncSession) -> Mapping[int, int]:
    """The last message seen, by channel."""
    rows = await session.execute(select(ChannelCursor.channel_id, ChannelCursor.last_message_id))
    return {row.channel_id: row.last_message_id for row in rows}


async def webhook(session: AsyncSession, channel_id: int) -> Webhook | None:
    """The webhook of a channel."""
    return await session.get(Webhook, channel_id)


async def webhooks_sealed_otherwise(session: AsyncSession, key_id: bytes) -> Sequence[Webhook]:
    """Webhooks whose token another key of the house sealed than this one, locked: they are to be sealed anew."""
    # A sealed value is: version (1 byte), the id of the key that sealed it (8), and the rest.
    sealed_with = func.substring(Webhook.token_sealed, 2, 8)
    return (await session.scalars(select(Webhook).where(sealed_with != key_id).with_for_update())).all()


async def put_webhook(
    session: AsyncSession, *, channel_id: int, guild_id: int | None, webhook_id: int, token_sealed: bytes
) -> None:
    """Keep a channel's webhook in place of any other."""
    values = {"guild_id": guild_id, "webhook_id": webhook_id, "token_sealed": token_sealed}
    statement = insert(Webhook).values(channel_id=channel_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[Webhook.channel_id], set_=values))


async def forget_webhook(session: AsyncSession, channel_id: int, webhook_id: int) -> None:
    """A webhook is dead; another one kept for the channel meanwhile stays."""
    await session.execute(delete(Webhook).where(Webhook.channel_id == channel_id, Webhook.webhook_id == webhook_id))


async def face(session: AsyncSession, sha256: str) -> int | None:
    """The application emoji that holds a picture."""
    return await session.scalar(select(UploadedFace.emoji_id).where(UploadedFace.sha256 == sha256))


async def put_face(session: AsyncSession, *, sha256: str, emoji_id: int, emoji_name: str) -> None:
    """Keep which application emoji holds a picture."""
    values = {"emoji_id": emoji_id, "emoji_name": emoji_name}
    statement = insert(UploadedFace).values(sha256=sha256, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[UploadedFace.sha256], set_=values))


async def command_sync(session: AsyncSession, scope: str) -> str | None:
    """The hash of the commands that were synced last."""
    return await session.scalar(select(CommandSync.hash).where(CommandSync.scope == scope))


async def put_command_sync(session: AsyncSession, scope: str, digest: str) -> None:
    """Keep the hash of what was just synced."""
    statement = insert(CommandSync).values(scope=scope, hash=digest)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[CommandSync.scope], set_={"hash": digest, "synced_at": func.now()}
        )
    )
