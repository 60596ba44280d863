"""Tokens given: gifts between people, and packages of them on sale."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class GiftState(StrEnum):
    """How a gift stands. Until it is accepted its tokens lie in escrow."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


class Gift(Base):
    """Tokens one person gives another. `hold_id` is their escrow, `key` what the giver asked under, once."""

    __tablename__ = "gifts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint("sender_id <> recipient_id", name="none_to_oneself"),
        CheckConstraint("(state = 'offered') = (settled_at IS NULL)", name="settled_once"),
        Index("ix_gifts_sender_id_id", "sender_id", "id"),
        Index("ix_gifts_recipient_id_id", "recipient_id", "id"),
        Index("ix_gifts_expires_at", "expires_at", postgresql_where=text("state = 'offered'")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who gives and who is given; nobody else",
        purpose="to let people give each other tokens",
        retention="until one of the two asks for erasure, for their part of it",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("sender_id", "recipient_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    amount: Mapped[BigInt]
    message: Mapped[str] = mapped_column(server_default="")
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="SET NULL"), index=True)
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id", ondelete="RESTRICT"), unique=True)
    state: Mapped[GiftState] = mapped_column(default=GiftState.OFFERED, server_default=GiftState.OFFERED.value)
    # Where it was announced, so that the announcement can tell how it ended.
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake | None]
    message_id: Mapped[Snowflake | None]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TokenPackage(Base):
    """Tokens on sale. `price_cents` is in `currency`'s smallest unit; `bonus_tokens` come on top, as given ones."""

    __tablename__ = "token_packages"
    __table_args__ = (
        CheckConstraint("tokens > 0 AND bonus_tokens >= 0", name="tokens_are_some"),
        CheckConstraint("price_cents > 0", name="price_is_some"),
        CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_is_iso"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PUBLIC,
        whose="nobody",
        purpose="to sell tokens",
        retention="until an admin deletes it",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        note="no row is about a person",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    tokens: Mapped[BigInt]
    bonus_tokens: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    price_cents: Mapped[BigInt]
    currency: Mapped[str] = mapped_column(default="usd", server_default="usd")
    discord_sku_id: Mapped[Snowflake | None] = mapped_column(unique=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    place: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
