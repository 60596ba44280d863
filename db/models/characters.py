"""Characters and the pictures they wear."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class Visibility(StrEnum):
    """Who may talk with a character."""

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"


class SpeechExample(BaseModel):
    """One exchange that shows how a character speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str
    character: str


class Media(Base):
    """A picture, by its content. The bytes lie in the data directory, named by `sha256`; a row is one owner's claim."""

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("owner_id", "sha256"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        CheckConstraint("size_bytes > 0", name="size_is_positive"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who uploaded it; seen also by whoever may see a character that wears it",
        purpose="to show a character's face",
        retention="until its owner removes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("owner_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(CHAR(64), index=True)
    mime: Mapped[str]
    size_bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Character(Base):
    """Somebody to talk with. `slug` is unique among its owner's characters, whatever its case."""

    __tablename__ = "characters"
    __table_args__ = (
        UniqueConstraint("owner_id", "slug"),
        Index("ix_characters_public_slug", "slug", postgresql_where=text("visibility = 'public'")),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("slug <> '' AND slug = lower(slug)", name="slug_is_lower"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="its owner; seen by everybody once public, and by the turns of conversations it takes part in",
        purpose="to speak as the character its owner made",
        retention="until its owner deletes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("owner_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    # Ordered by code point whatever the server's locale, so that a prefix is a range of the index.
    slug: Mapped[str] = mapped_column(Text(collation="C"))
    description: Mapped[str] = mapped_column(server_default="")
    system_prompt: Mapped[str] = mapped_column(server_default="")
    greeting: Mapped[str] = mapped_column(server_default="")
    examples: Mapped[list[SpeechExample]] = mapped_column(
        Document[list[SpeechExample]](list[SpeechExample]),
        default=list[SpeechExample],
        server_default=text("'[]'::jsonb"),
    )
    phrases: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    picture_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"), index=True)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PRIVATE)
    is_demo: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
