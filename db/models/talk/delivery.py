"""What carries words between Discord and the program: the inbox, cursors, webhooks, faces."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CHAR, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.personal import Erase, Export, Personal, Sharing


class InboxState(StrEnum):
    """How far a heard message has come."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    DONE = "done"
    DROPPED = "dropped"


class InboxMessage(Base):
    """A message that speaks to a character, written down before anything else happens.

    `heard` is the message (`bot.ports.Heard`) and whom it speaks to, as JSON (`bot.services.talk.inbox`). Its primary
    key makes a message that Discord delivers twice arrive once.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_waiting", "message_id", postgresql_where=text("state IN ('received', 'claimed')")),
        Index("ix_inbox_done_at", "done_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="who wrote the message",
        purpose="to lose no message between Discord and the answer, also across crashes",
        retention="7 days after it was answered or dropped",
        export=Export.NOTHING,
        erase=Erase.EXPIRES,
        system_reason="a message waits here before its author is known as a user",
        note="the message itself is exported from messages; this copy is gone after 7 days",
    )

    message_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    channel_id: Mapped[Snowflake] = mapped_column(index=True)
    heard: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[InboxState] = mapped_column(default=InboxState.RECEIVED)
    reason: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]


class ChannelCursor(Base):
    """The last message seen in a channel, so that what was written while we were away can be fetched."""

    __tablename__ = "channel_cursors"
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to catch up after an absence",
        retention="overwritten with each message",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="a position in a channel, not a person's data",
        note="no row is about a person",
    )

    channel_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    last_message_id: Mapped[Snowflake]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Webhook(Base):
    """The webhook through which characters speak in a channel. Its token is sealed (`bot.services.keys.vault`)."""

    __tablename__ = "webhooks"
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to speak with a character's own name and face",
        retention="until the channel or the webhook is gone",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="a credential of the application in a channel, used for everybody",
        note="no row is about a person",
    )

    channel_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    guild_id: Mapped[Snowflake | None]
    webhook_id: Mapped[Snowflake]
    token_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UploadedFace(Base):
    """A picture uploaded as an application emoji, whose CDN address serves as an avatar without a public address."""

    __tablename__ = "faces"
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to upload each picture once",
        retention="until the picture or the emoji is gone",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="a cache by content, the same whoever wears the picture",
        note="the picture itself is exported from media",
    )

    sha256: Mapped[str] = mapped_column(CHAR(64), primary_key=True)
    emoji_id: Mapped[Snowflake]
    emoji_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
