"""Creator programs: what the house offers creators, who applied, and who takes part."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class ProgramStatus(StrEnum):
    """Whether people may apply. A draft is seen by staff only."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ProgramTier(BaseModel):
    """One way to take part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str = ""
    benefits: list[str] = Field(default_factory=list[str])


class Program(Base):
    """A program creators apply to. `places` null: as many as are accepted."""

    __tablename__ = "programs"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("places > 0", name="places_are_some"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PUBLIC,
        whose="nobody; the admin who made it is noted",
        purpose="to tell creators what is offered and asked",
        retention="until an admin deletes it",
        export=Export.NOTHING,
        erase=Erase.WORDS,
        people=("created_by",),
        note="it is the house's; the reference to who made it goes with their account",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    requirements: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    benefits: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    tiers: Mapped[list[ProgramTier]] = mapped_column(
        Document[list[ProgramTier]](list[ProgramTier]), default=list[ProgramTier], server_default=text("'[]'::jsonb")
    )
    status: Mapped[ProgramStatus] = mapped_column(default=ProgramStatus.DRAFT, server_default=ProgramStatus.DRAFT.value)
    deadline_at: Mapped[datetime | None]
    places: Mapped[int | None]
    featured_creators: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list[UUID], server_default=text("'{}'::uuid[]")
    )
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class ApplicationState(StrEnum):
    """How an application stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Application(Base):
    """A creator applies to a program; staff review it."""

    __tablename__ = "applications"
    __table_args__ = (
        Index(
            "uq_applications_open",
            "program_id",
            "user_id",
            unique=True,
            postgresql_where=text("state IN ('submitted', 'in_review')"),
        ),
        Index("ix_applications_state", "state", "created_at"),
        Index("ix_applications_user_id", "user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who applied; seen also by staff, who review it",
        purpose="to decide who takes part in a program",
        retention="as long as the program",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "reviewed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("programs.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    tier: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    state: Mapped[ApplicationState] = mapped_column(
        default=ApplicationState.SUBMITTED, server_default=ApplicationState.SUBMITTED.value
    )
    answer: Mapped[str] = mapped_column(server_default="")
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reviewed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class EnrolmentState(StrEnum):
    """Whether somebody takes part."""

    ACTIVE = "active"
    COMPLETED = "completed"
    LEFT = "left"
    REMOVED = "removed"


class Enrolment(Base):
    """A creator takes part in a program."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("program_id", "user_id"),
        Index("ix_enrolments_user_id", "user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who takes part; seen also by staff",
        purpose="to know who takes part in a program",
        retention="as long as the program",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("programs.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id", ondelete="SET NULL"), index=True)
    tier: Mapped[str] = mapped_column(server_default="")
    state: Mapped[EnrolmentState] = mapped_column(
        default=EnrolmentState.ACTIVE, server_default=EnrolmentState.ACTIVE.value
    )
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
