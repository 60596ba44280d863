"""Limits people set themselves: what holds and from when, what came of it, what they want to be told, their habits."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt
from db.ids import new_id
from db.models.wellbeing.moods import SaidIn
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class Strictness(StrEnum):
    """What happens when a day's or a week's minutes are used up, the loosest first."""

    WARN = "warn"
    """The person is told; characters go on."""
    COOL_DOWN = "cool_down"
    """Characters rest for a while, then go on for a while, and so on."""
    STOP = "stop"
    """Characters rest until the day or the week is over."""


class NightWindow(BaseModel):
    """When characters rest: minutes after local midnight; over midnight where `begins` is later than `ends`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: int
    ends: int


class SelfRules(BaseModel):
    """Everything a person limited. None: not limited. Minutes, or tokens where the name says so.

    `paused_until` null with `is_paused`: for good. `time_zone` is an IANA name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str = "UTC"
    daily_minutes: int | None = None
    weekly_minutes: int | None = None
    strictness: Strictness = Strictness.STOP
    break_after: int | None = None
    break_minutes: int = 0
    nights: tuple[NightWindow, ...] = ()
    daily_tokens: int | None = None
    monthly_tokens: int | None = None
    is_paused: bool = False
    paused_until: datetime | None = None


class SelfLimits(Base):
    """One version of a person's rules. The newest that has begun holds; one that has not begun waits for its day.

    A version is never changed, so that what held when can always be told. `replaced_at`: it was taken back before it
    began.
    """

    __tablename__ = "self_limits"
    __table_args__ = (Index("ix_self_limits_holds", "user_id", "holds_from", "id"),)
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to hold the limits they asked for",
        retention="what holds: until they change it; what held before: a year",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    rules: Mapped[SelfRules] = mapped_column(Document[SelfRules](SelfRules))
    set_in: Mapped[SaidIn]
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
    holds_from: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class LimitEventKind(StrEnum):
    """What came of a limit."""

    WARNED = "warned"
    COOLED_DOWN = "cooled_down"
    STOPPED = "stopped"
    NIGHT = "night"
    PAUSED = "paused"
    BREAK = "break"
    SPENDING = "spending"
    FLOOR = "floor"
    TRIGGER = "trigger"


class LimitEvent(Base):
    """That a limit was reached, a break was due, or something happened of which the person wanted to be told.

    `period` names what it counts for once (`day 2026-05-04`, `night 2026-05-04`, …): said once, however often it is
    met. `told_at`: the person has read it, or was written to.
    """

    __tablename__ = "limit_events"
    __table_args__ = (Index("uq_limit_events_once", "user_id", "kind", "period", unique=True),)
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="their own history of their limits, and to say a thing once",
        retention="90 days",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[LimitEventKind]
    period: Mapped[str]
    trigger_id: Mapped[UUID | None] = mapped_column(ForeignKey("self_triggers.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime | None]
    happened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime | None]


class TriggerKind(StrEnum):
    """Of what a person wants to be told."""

    LATE_NIGHTS = "late_nights"
    """So many nights in a row with minutes between midnight and five."""
    LONG_DAYS = "long_days"
    """So many days in a row with more than `minutes`."""
    LONG_SITTING = "long_sitting"
    """One sitting of `minutes` without a break."""
    WEEK_OVER_WEEK = "week_over_week"
    """This week already has `minutes` more than the whole of the last."""
    LOW_MOODS = "low_moods"
    """So many days in a row with a low mood; only while they keep check-ins."""


class SelfTrigger(Base):
    """What a person wants to be told ("tell me when …"), in the person's own words where they gave some."""

    __tablename__ = "self_triggers"
    __table_args__ = (
        CheckConstraint("times BETWEEN 1 AND 60", name="times_in_range"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_in_range"),
        Index("ix_self_triggers_user_id", "user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to tell them what they asked to be told",
        retention="until they remove it",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[TriggerKind]
    times: Mapped[SmallInt] = mapped_column(default=1, server_default=text("1"))
    minutes: Mapped[SmallInt | None]
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SelfHabit(Base):
    """Something good a person means to do so many times a week."""

    __tablename__ = "self_habits"
    __table_args__ = (
        CheckConstraint("times_a_week BETWEEN 1 AND 7", name="times_in_a_week"),
        Index("ix_self_habits_user_id", "user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to show them how they get on with what they mean to do",
        retention="until they remove it",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    times_a_week: Mapped[SmallInt]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HabitDay(Base):
    """That a habit was kept on a day (the person's own)."""

    __tablename__ = "habit_days"
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="their progress",
        retention="as long as the habit, at most a year",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    habit_id: Mapped[UUID] = mapped_column(ForeignKey("self_habits.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())
