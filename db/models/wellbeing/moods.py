"""A person's check-ins. Whatever is said in one is sealed with that person's own key; the rest is when, and whose."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class SaidIn(StrEnum):
    """Which face a person used."""

    DISCORD = "discord"
    WEB = "web"


class MoodSource(StrEnum):
    """How an entry came."""

    DISCORD = "discord"
    WEB = "web"
    IMPORT = "import"


class PersonKey(Base):
    """The key that seals one person's words: random, and itself sealed by the house's vault.

    Without this row nothing it sealed can be read again, in no backup either.
    """

    __tablename__ = "person_keys"
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to seal what they write about how they are",
        retention="until nothing is sealed with it any more, or the person asks for erasure",
        export=Export.NOTHING,
        erase=Erase.ROWS,
        people=("user_id",),
        note="a copy holds what it seals, opened",
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MoodSettings(Base):
    """That a person keeps check-ins, what they were told when they said yes, and how they want them kept.

    No row: they keep none. `reminded_at` is when they were last written to. `sealed_choices` holds moods,
    activities and trackers of their own. Quiet hours are minutes after local midnight. `keep_days` null: until they
    delete them. `in_discord`: notes and pictures may be sent back through Discord; `in_prompts`: characters may be
    told, where nobody else reads.
    """

    __tablename__ = "mood_settings"
    __table_args__ = (
        CheckConstraint("consent_version > 0", name="version_is_positive"),
        CheckConstraint("keep_days BETWEEN 1 AND 3650", name="days_in_range"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet_hours_whole"),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439", name="quiet_hours_in_a_day"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to keep check-ins only for who said yes, and only as they said",
        retention="until they withdraw their yes; withdrawing removes every check-in with it",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    consent_version: Mapped[SmallInt]
    consented_at: Mapped[datetime] = mapped_column(server_default=func.now())
    consented_in: Mapped[SaidIn]
    keep_days: Mapped[SmallInt | None] = mapped_column(default=90)
    in_discord: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    in_prompts: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    quiet_from: Mapped[SmallInt | None]
    quiet_to: Mapped[SmallInt | None]
    reminded_at: Mapped[datetime | None]
    sealed_choices: Mapped[bytes | None] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class MoodEntry(Base):
    """One check-in. When it was felt stands in the open, to keep order and to forget in time; all else is `sealed`.

    `fingerprint` is keyed with the person's own key: the same check-in twice is one.
    """

    __tablename__ = "mood_entries"
    __table_args__ = (
        UniqueConstraint("user_id", "fingerprint"),
        Index("ix_mood_entries_felt", "user_id", "felt_at", "id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="their own diary of how they are",
        retention="as long as they chose (90 days, where they chose nothing)",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    felt_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[MoodSource]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class MoodReminder(Base):
    """A time of day at which a person wants to be asked. `weekdays` has bit 0 for Monday; `next_at` is when it is due.

    `refused_at`: Discord let no direct message through; nothing is sent any more until the person switches it on again.
    """

    __tablename__ = "mood_reminders"
    __table_args__ = (
        UniqueConstraint("user_id", "at_minute"),
        CheckConstraint("at_minute BETWEEN 0 AND 1439", name="minute_of_a_day"),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="some_weekday"),
        Index("ix_mood_reminders_due", "next_at", postgresql_where=text("refused_at IS NULL")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to ask them how they are when they want to be asked",
        retention="until they switch it off",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    at_minute: Mapped[SmallInt]
    weekdays: Mapped[SmallInt] = mapped_column(default=127, server_default=text("127"))
    next_at: Mapped[datetime]
    refused_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
