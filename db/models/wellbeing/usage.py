"""What a person used: which minutes, as bits, and the sums of each of their days."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.personal import Erase, Export, Personal, Sharing


class UsageMinutes(Base):
    """Which minutes of an hour (UTC) a person was active in a server; 0 is everywhere outside servers.

    Bit n of `mask` is minute n. A set has no doubles: a minute counts once however often, wherever and on how many
    devices somebody is in it, and again after a restart.
    """

    __tablename__ = "usage_minutes"
    __table_args__ = (
        CheckConstraint("mask > 0 AND mask < 1152921504606846976", name="sixty_minutes"),
        CheckConstraint("date_trunc('hour', hour, 'UTC') = hour", name="whole_hour"),
        Index("ix_usage_minutes_hour", "hour"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to count their active minutes, for the limits they set",
        retention="40 days; the sums of days stay in daily_usage",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False, server_default=text("0"))
    mask: Mapped[BigInt]


class DailyUsage(Base):
    """The sums of one of a person's days (in their time zone)."""

    __tablename__ = "daily_usage"
    __table_args__ = (
        CheckConstraint(
            "least(conversations, messages, tokens, characters, lore_entries, minutes) >= 0",
            name="counts_up",
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to show them what they used",
        retention="a year, or until they delete it",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    conversations: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    messages: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    tokens: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    characters: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    lore_entries: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    minutes: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
