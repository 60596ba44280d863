"""Grants: what a person may do with something that is another's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class Permission(StrEnum):
    """What a grant allows; each allows what stands before it, too."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class GrantStatus(StrEnum):
    """How a grant stands. Only an active one counts."""

    ASKED = "asked"
    ACTIVE = "active"
    DECLINED = "declined"
    REVOKED = "revoked"


class Grant(Base):
    """What one person may do with one lore book or character of another's.

    `granted_by` is null while it is only asked for.
    Where they opened it themselves, by code and password, they count as who granted it. `is_asking`: they ask to write
    in it, whatever they may do meanwhile.
    """

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("user_id", "book_id"),
        UniqueConstraint("user_id", "character_id"),
        CheckConstraint("num_nonnulls(book_id, character_id) = 1", name="about_one_thing"),
        Index("ix_grants_book_id_status", "book_id", "status"),
        Index("ix_grants_character_id_status", "character_id", "status"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who may; seen also by the owner of what it is about and by its admins",
        purpose="to let others read or write what somebody made",
        retention="until it is taken back, or as long as what it is about",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "granted_by", "revoked_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    book_id: Mapped[UUID | None] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    permission: Mapped[Permission]
    status: Mapped[GrantStatus] = mapped_column(default=GrantStatus.ACTIVE, server_default=GrantStatus.ACTIVE.value)
    is_asking: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    message: Mapped[str] = mapped_column(server_default="")
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
