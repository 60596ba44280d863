"""Lore books, and where they are in force."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.ids import new_id
from db.models.characters import Visibility
from db.models.lore.rules import Timing
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class BookCategory(StrEnum):
    """What a book is about."""

    GENERAL = "general"
    MEMORIES = "memories"
    REFERENCE = "reference"
    WORLDBUILDING = "worldbuilding"


class Difficulty(StrEnum):
    """For whom a book is written."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class LoreScope(StrEnum):
    """Where an attached book is in force."""

    SERVER = "server"
    CHANNEL = "channel"
    CHARACTER = "character"
    PERSONA = "persona"
    CONVERSATION = "conversation"


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GroupSettings(_Settings):
    """How many of a group come in at once, and whether those with more keys found go before others."""

    winners: int = 1
    scores: bool = False


class BookSettings(_Settings):
    """What holds for all entries of a book; `bot.services.lore.engine.book.Book` says what each means.

    `is_compatible`: the book is run as SillyTavern would. `query_depth`: how many of the newest messages are compared
    with entries by meaning. `threshold` None: the embedding model's own.
    """

    scan_depth: int = 2
    token_budget: int | None = None
    recursion: bool = True
    steps: int = 8
    at_least: int = 0
    at_least_depth: int = 20
    constants_first: bool = True
    timing: Timing = Timing.TURNS
    is_compatible: bool = False
    query_depth: int = 2
    threshold: float | None = None
    groups: dict[str, GroupSettings] = Field(default_factory=dict[str, GroupSettings])


class AttachmentOverrides(_Settings):
    """What a book does otherwise where it is attached. None: as the book says."""

    scan_depth: int | None = None
    token_budget: int | None = None
    recursion: bool | None = None


class LoreBook(Base):
    """A lore book. `code` is what one tells a friend to find it by.

    `version` grows by one with every change of the book or an entry, so that whoever keeps a copy notices. Counts are
    kept by whoever changes entries. `password_hash` guards a book that is opened by its code; `shared_until` ends every
    sharing. `raw` is what the file it came from said beside what stands here, for writing it back. A deleted book is
    gone for everybody but its owner, who may have it back for a day. `is_curated`, `is_featured` and `curator_notes`
    are the operator's.
    """

    __tablename__ = "lore_books"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_lore_books_owner_id_name", "owner_id", "name"),
        # The visibility spelt out, as a condition must be to use it.
        Index("ix_lore_books_public", "name", postgresql_where=text("visibility = 'public' AND deleted_at IS NULL")),
        Index("ix_lore_books_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("code ~ '^[a-z0-9]{8}$'", name="code_is_short"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="its owner; seen by those it is shared with, by everybody once public, and by turns where it is attached",
        purpose="to keep what is true in a world",
        retention="until its owner deletes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("owner_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(Text(collation="C"))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    category: Mapped[BookCategory] = mapped_column(
        default=BookCategory.GENERAL, server_default=BookCategory.GENERAL.value
    )
    difficulty: Mapped[Difficulty | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.PRIVATE, server_default=Visibility.PRIVATE.value)
    shared_until: Mapped[datetime | None]
    password_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    allow_fork: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    allow_collaboration: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    accepts_requests: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_curated: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_featured: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    curator_notes: Mapped[str] = mapped_column(server_default="")
    forked_from: Mapped[UUID | None] = mapped_column(ForeignKey("lore_books.id", ondelete="SET NULL"), index=True)
    # The character whose card it came with, and goes out with again.
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="SET NULL"), index=True)
    settings: Mapped[BookSettings] = mapped_column(
        Document[BookSettings](BookSettings), default=BookSettings, server_default=text("'{}'::jsonb")
    )
    version: Mapped[BigInt] = mapped_column(default=1, server_default=text("1"))
    # The number of the newest entry there ever was.
    last_number: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    entry_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    token_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    size_bytes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    view_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    fork_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    last_viewed_at: Mapped[datetime | None]
    source_format: Mapped[str | None]
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict[str, Any], server_default=text("'{}'::jsonb"))
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class LoreAttachment(Base):
    """A book in force somewhere: of the five columns that may say where, exactly the one of its scope is set.

    It holds as long as `attached_by` may read the book. `place` orders the books of one scope.
    """

    __tablename__ = "lore_attachments"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(guild_id, channel_id, character_id, persona_id, conversation_id) = 1"
            " AND (scope = 'server') = (guild_id IS NOT NULL)"
            " AND (scope = 'channel') = (channel_id IS NOT NULL)"
            " AND (scope = 'character') = (character_id IS NOT NULL)"
            " AND (scope = 'persona') = (persona_id IS NOT NULL)"
            " AND (scope = 'conversation') = (conversation_id IS NOT NULL)",
            name="one_place",
        ),
        UniqueConstraint(
            "book_id", "guild_id", "channel_id", "character_id", "persona_id", "conversation_id",
            name="uq_lore_attachments_place", postgresql_nulls_not_distinct=True,
        ),
        Index("ix_lore_attachments_guild_id", "guild_id", postgresql_where=text("guild_id IS NOT NULL")),
        Index("ix_lore_attachments_channel_id", "channel_id", postgresql_where=text("channel_id IS NOT NULL")),
        Index("ix_lore_attachments_character_id", "character_id", postgresql_where=text("character_id IS NOT NULL")),
        Index("ix_lore_attachments_persona_id", "persona_id", postgresql_where=text("persona_id IS NOT NULL")),
        Index(
            "ix_lore_attachments_conversation_id",
            "conversation_id",
            postgresql_where=text("conversation_id IS NOT NULL"),
        ),
    )  # fmt: skip
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who attached it; seen also by the book's owner, and by turns it is in force in",
        purpose="to know which books count where",
        retention="until it is detached, or as long as the book and the place",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("attached_by",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    scope: Mapped[LoreScope]
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake | None]
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    persona_id: Mapped[UUID | None] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    attached_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    is_enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    overrides: Mapped[AttachmentOverrides] = mapped_column(
        Document[AttachmentOverrides](AttachmentOverrides),
        default=AttachmentOverrides,
        server_default=text("'{}'::jsonb"),
    )
    place: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
