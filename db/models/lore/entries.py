"""Entries of lore books, what they were before, and how often they came in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt
from db.ids import new_id
from db.models.lore.rules import EntryRules, Mode
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class EntryChange(StrEnum):
    """What was done to an entry."""

    CREATED = "created"
    EDITED = "edited"
    MOVED = "moved"
    ENABLED = "enabled"
    DISABLED = "disabled"
    IMPORTED = "imported"
    DELETED = "deleted"
    RESTORED = "restored"


class EntryOrigin(BaseModel):
    """Where an entry's words come from. `conversation_id` and `message_id` (Discord's) where it was saved from talk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    author: str = ""
    language: str = ""
    conversation_id: UUID | None = None
    message_id: int | None = None
    speaker: str = ""


class EntryState(BaseModel):
    """A whole entry as it stood after a change.

    `raw` and `source_id` are kept where nothing else keeps them: when the entry is deleted. `restores` is the version
    that an undoing brought back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    name: str
    content: str
    is_enabled: bool
    mode: Mode
    folder: str
    tags: tuple[str, ...]
    place: int
    rules: EntryRules
    origin: EntryOrigin
    source_id: str | None = None
    raw: dict[str, Any] | None = None
    restores: int | None = None


class LoreEntry(Base):
    """One entry. `number` is what people call it by within its book (#12) and never used twice there.

    `tokens` counts `content` as the house's tokenizer does. `search_words` are the folded words of name, keys and
    content, for finding it. `source_id` finds it again in a newer version of the file it came from, `raw` is what that
    file said of it.
    """

    __tablename__ = "lore_entries"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        Index("ix_lore_entries_book_id_place", "book_id", "place", "number"),
        Index("ix_lore_entries_search_words", text("array_to_tsvector(search_words)"), postgresql_using="gin"),
        CheckConstraint("mode <> 'disabled'", name="switched_by_is_enabled"),
        CheckConstraint("content_sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        CheckConstraint("tokens >= 0", name="tokens_counted"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the owner of its book; seen by whoever may see the book",
        purpose="to tell characters what is true in a world",
        retention="as long as the book, or until somebody who may write in it deletes it",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("updated_by",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(server_default="")
    content: Mapped[str] = mapped_column(server_default="")
    tokens: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    is_enabled: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    mode: Mapped[Mode] = mapped_column(default=Mode.KEYWORD, server_default=Mode.KEYWORD.value)
    folder: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    place: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    rules: Mapped[EntryRules] = mapped_column(
        Document[EntryRules](EntryRules), default=EntryRules, server_default=text("'{}'::jsonb")
    )
    origin: Mapped[EntryOrigin] = mapped_column(
        Document[EntryOrigin](EntryOrigin), default=EntryOrigin, server_default=text("'{}'::jsonb")
    )
    source_id: Mapped[str | None]
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict[str, Any], server_default=text("'{}'::jsonb"))
    search_words: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    content_sha256: Mapped[str] = mapped_column(CHAR(64))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class LoreEntryVersion(Base):
    """An entry as it stood after one change; kept when the entry is deleted, so that it can come back."""

    __tablename__ = "lore_entry_versions"
    __table_args__ = (
        UniqueConstraint("entry_id", "version"),
        Index("ix_lore_entry_versions_book_id_id", "book_id", "id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the owner of its book; seen by whoever may write in it",
        purpose="to see who changed what, and to undo it",
        retention="the newest 50 of each entry, as long as the book",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("changed_by",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    # No foreign key: a deleted entry leaves its history.
    entry_id: Mapped[UUID]
    version: Mapped[int]
    change: Mapped[EntryChange]
    state: Mapped[EntryState] = mapped_column(Document[EntryState](EntryState))
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LoreEntryUse(Base):
    """How often an entry came into a prompt. Apart from the entry, so that answering changes no book."""

    __tablename__ = "lore_entry_uses"
    __table_args__ = (Index("ix_lore_entry_uses_book_id", "book_id"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the owner of its book; numbers only",
        purpose="to show which entries are of use",
        retention="as long as the entry",
        export=Export.NOTHING,
        erase=Erase.ROWS,
        note="numbers about a book, of which nobody else can be told by",
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("lore_entries.id", ondelete="CASCADE"), primary_key=True)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    activated_count: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    last_activated_at: Mapped[datetime | None]
