"""What admins decide for a server, a channel or a character there, and what stands in the way of speaking."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class Summoners(StrEnum):
    """Who may ask characters into a channel."""

    EVERYONE = "everyone"
    ROLES = "roles"
    MANAGERS = "managers"


class AdultRule(StrEnum):
    """Where characters for adults may speak."""

    NEVER = "never"
    AGE_RESTRICTED = "age_restricted"


class Listen(StrEnum):
    """Which messages a character answers beyond those that speak to it."""

    ADDRESSED = "addressed"
    ALWAYS = "always"
    CHANCE = "chance"


class DeliveryMode(StrEnum):
    """How replies are shown (the stored form of `bot.ports.Delivery`)."""

    STREAMED = "streamed"
    PARAGRAPHS = "paragraphs"


class PlaceValues(BaseModel):
    """The settings of one level. None: whatever the level above says.

    The last five are a server's floor under its members' own limits, and stand at the server's level alone: active
    minutes a day there, the hours (minutes after local midnight, over midnight where the first is later) in which
    characters rest, minutes without a break, and the zone its days and nights are in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    may_speak: bool | None = None
    summoners: Summoners | None = None
    summoner_role_ids: tuple[int, ...] | None = None
    adult: AdultRule | None = None
    listen: Listen | None = None
    chance_percent: int | None = None
    answers_bots: bool | None = None
    banter: int | None = None
    replies_per_minute: int | None = None
    default_character_id: UUID | None = None
    language: str | None = None
    delivery: DeliveryMode | None = None
    minutes_a_day: int | None = None
    night_from: int | None = None
    night_to: int | None = None
    break_after: int | None = None
    time_zone: str | None = None


class PlaceSettings(Base):
    """One level of a server's settings: the server's own, a channel's, or a character's on that server."""

    __tablename__ = "place_settings"
    __table_args__ = (
        Index(
            "uq_place_settings_level",
            "guild_id",
            "channel_id",
            "character_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("channel_id IS NULL OR character_id IS NULL", name="one_level"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="the server; of a person it holds only who changed it last",
        purpose="to let admins decide where and how characters speak",
        retention="until changed, or until the bot has left the server for 30 days",
        export=Export.NOTHING,
        erase=Erase.WORDS,
        people=("updated_by",),
        system_reason="belongs to a server, not to a person; read in memory before anybody acts",
        note="updated_by is emptied when that person is erased",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    guild_id: Mapped[Snowflake]
    channel_id: Mapped[Snowflake | None]
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"), index=True)
    values: Mapped[PlaceValues] = mapped_column(Document[PlaceValues](PlaceValues))
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    # Since when the bot is no member of the server; 30 days later its settings are forgotten.
    left_at: Mapped[datetime | None]


class Trouble(Base):
    """Why characters could not speak in a channel, from when it was told until it works again."""

    __tablename__ = "troubles"
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to tell people once what an admin must do, and to show it in /doctor",
        retention="until it works again, or the channel is gone",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="a state of a channel, not a person's data",
        note="no row is about a person",
    )

    channel_id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[str] = mapped_column(server_default="")
    told_at: Mapped[datetime] = mapped_column(server_default=func.now())
