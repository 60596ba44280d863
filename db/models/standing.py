"""How a person stands with the house: their role, whether they may come in, and what staff wrote down about them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class UserRole(StrEnum):
    """What a person may do for the house, beyond what everybody may."""

    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    """Whether a person may use the house."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    BANNED = "banned"


class LimitOverrides(BaseModel):
    """Limits an admin set for one person. None: their plan's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    characters: int | None = None
    messages_per_month: int | None = None
    file_uploads: int | None = None


class Standing(Base):
    """One person's standing. Who has no row is a user in good standing.

    `suspended_until` null with the status `suspended` means until somebody lifts it. A suspension that is over counts
    as over, whatever the status says.
    """

    __tablename__ = "standings"
    __table_args__ = (
        CheckConstraint("suspended_until IS NULL OR status = 'suspended'", name="until_of_suspended"),
        Index(
            "ix_standings_not_plain", "role", "status", postgresql_where=text("role <> 'user' OR status <> 'active'")
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the person themselves; seen also by staff, who write it",
        purpose="to know who may steer the house, and who is kept out of it",
        retention="as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "updated_by"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[UserRole] = mapped_column(default=UserRole.USER, server_default=UserRole.USER.value)
    status: Mapped[AccountStatus] = mapped_column(
        default=AccountStatus.ACTIVE, server_default=AccountStatus.ACTIVE.value
    )
    reason: Mapped[str] = mapped_column(server_default="")
    suspended_until: Mapped[datetime | None]
    overrides: Mapped[LimitOverrides] = mapped_column(
        Document[LimitOverrides](LimitOverrides), default=LimitOverrides, server_default=text("'{}'::jsonb")
    )
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class UserTag(Base):
    """A word by which staff find a person again."""

    __tablename__ = "user_tags"
    __table_args__ = (CheckConstraint("tag <> ''", name="tag_given"), Index("ix_user_tags_tag", "tag"))
    personal: ClassVar = Personal(
        sharing=Sharing.STAFF,
        whose="the person it is about; written and read by staff",
        purpose="to sort people for support and moderation",
        retention="until staff take it away, or as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "added_by"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AdminNote(Base):
    """What staff noted about a person."""

    __tablename__ = "admin_notes"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text_given"),
        Index("ix_admin_notes_user_id_created_at", "user_id", "created_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.STAFF,
        whose="the person it is about; written and read by staff",
        purpose="so that whoever helps next knows what happened before",
        retention="as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "author_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
