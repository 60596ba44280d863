"""What belongs to a single message: what came with it, reactions, earlier wordings, its prompt, ratings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.ids import new_id
from db.models.talk.conversation import PromptMessageRecord
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class AttachmentKind(StrEnum):
    """What came with a message (the stored form of `bot.ports.AttachedKind`)."""

    IMAGE = "image"
    TEXT = "text"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"


class MessageAttachment(Base):
    """Something that came with a message. Its bytes stay with Discord; the words of a text file are kept in `text`."""

    __tablename__ = "message_attachments"
    __table_args__ = (UniqueConstraint("message_id", "number"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="as the message it came with",
        purpose="so that characters know what they were shown",
        retention="as long as the message",
        export=Export.ROWS,
        erase=Erase.ROWS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    number: Mapped[SmallInt]
    discord_id: Mapped[Snowflake]
    kind: Mapped[AttachmentKind]
    name: Mapped[str]
    mime: Mapped[str | None]
    size_bytes: Mapped[BigInt]
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str | None]
    text: Mapped[str | None]


class MessageReaction(Base):
    """One person's emoji under a message: the character itself, or `:name:` for a server's own."""

    __tablename__ = "message_reactions"
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who reacted; seen by those who take part in the conversation",
        purpose="so that characters notice",
        retention="as long as the message, or until it is taken away",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    emoji: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class EditReason(StrEnum):
    """How an earlier wording was left behind."""

    AUTHOR = "author"
    """Who wrote the message changed it in Discord."""
    PANEL = "panel"
    """Somebody who may changed a character's words by hand."""
    CONTINUED = "continued"
    """A character went on with what it had said."""


class MessageEdit(Base):
    """An earlier wording of a message, kept when it was changed."""

    __tablename__ = "message_edits"
    __table_args__ = (Index("ix_message_edits_message_id_id", "message_id", "id"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="as the message, and who changed it",
        purpose="to show that words were changed, by whom, and what they were",
        retention="as long as the message",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("edited_by",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    previous: Mapped[str]
    reason: Mapped[EditReason]
    edited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    edited_at: Mapped[datetime] = mapped_column(server_default=func.now())


class VariantPrompt(Base):
    """The whole prompt behind one wording, for who asked. Others never see it: it may hold their persona."""

    __tablename__ = "variant_prompts"
    __table_args__ = (Index("ix_variant_prompts_created_at", "created_at"),)
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who asked",
        purpose="to show on request exactly what the model was told (/why)",
        retention="7 days",
        export=Export.NOTHING,
        erase=Erase.ROWS,
        people=("asker_id",),
        note="made of rows that are exported themselves; gone after 7 days",
    )

    variant_id: Mapped[UUID] = mapped_column(ForeignKey("message_variants.id", ondelete="CASCADE"), primary_key=True)
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    messages: Mapped[list[PromptMessageRecord]] = mapped_column(
        Document[list[PromptMessageRecord]](list[PromptMessageRecord])
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Rating(Base):
    """How one person liked one reply: 1 to 5, with words if they like."""

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("turn_id", "user_id"),
        Index("ix_ratings_character_id", "character_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="one_to_five"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who rated; the character's maker sees the average of several",
        purpose="to show makers how their characters are liked",
        retention="as long as the reply",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    stars: Mapped[SmallInt]
    words: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
