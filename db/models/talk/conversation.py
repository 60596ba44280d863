"""Conversations, who takes part, and what was said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class ConversationKind(StrEnum):
    """How many speak: one person with one character, with several, or several people."""

    SINGLE = "single"
    MULTI = "multi"
    GROUP = "group"


class ConversationVia(StrEnum):
    """By which way characters speak there (the stored form of `bot.ports.Via`)."""

    WEBHOOK = "webhook"
    BOT = "bot"
    INTERACTION = "interaction"


class ConversationStatus(StrEnum):
    """Whether characters listen."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class ParticipantRole(StrEnum):
    """What a participant may do and, for characters, who answers when nobody is named."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MODERATOR = "moderator"


class MessageKind(StrEnum):
    """Who wrote a message, and why."""

    USER = "user"
    CHARACTER = "character"
    GREETING = "greeting"
    SYSTEM = "system"


class MessageType(StrEnum):
    """What a message mostly is. Voice messages are Discord's to play; we know only that there was one."""

    TEXT = "text"
    IMAGE = "image"
    FILE = "file"
    CODE = "code"
    VOICE = "voice"
    SYSTEM = "system"


class MessageSensitivity(StrEnum):
    """Who could hear it where it was said (the stored form of `bot.ports.Sensitivity`)."""

    PUBLIC = "public"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


class ConversationSettings(BaseModel):
    """What the owner of a conversation decides for it. None: as the place and the character have it.

    `allow_files`: whether what comes with messages is taken in. `retention_days`: messages older than that are
    forgotten. `keeps_history`: if not, everything said is forgotten when the conversation ends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_files: bool = True
    retention_days: int | None = None
    keeps_history: bool = True
    provider: str | None = None
    model: str | None = None


class PromptPartRecord(BaseModel):
    """What one piece of a prompt cost and whether it went in (the stored form of `bot.ports.PromptPart`).

    `book_id` is the lore book it is from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    label: str
    tokens: int
    included: bool = True
    reason: str = ""
    whose: str = "shared"
    book_id: UUID | None = None


class PromptMessageRecord(BaseModel):
    """One message of a prompt as it was sent; pictures by name only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    content: str
    name: str | None = None
    pictures: tuple[str, ...] = ()


class Conversation(Base):
    """What is spoken in one place, from a summons to its end. At most one is active in a channel or thread.

    `channel_id` is where the words are shown, `webhook_channel_id` the channel whose webhook speaks there (the parent
    of a thread). `owner_id` is who began it.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "uq_conversations_active_channel",
            "channel_id",
            unique=True,
            postgresql_where=text("status = 'active' AND via <> 'interaction'"),
        ),
        # Where the bot is no member, each person has a conversation of their own.
        Index(
            "uq_conversations_active_interaction",
            "channel_id",
            "owner_id",
            unique=True,
            postgresql_where=text("status = 'active' AND via = 'interaction'"),
        ),
        Index("ix_conversations_owner_id", "owner_id"),
        CheckConstraint("(via = 'bot') <= (guild_id IS NULL)", name="bot_speaks_in_direct_messages"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who began it; seen by those who take part, and by its own turns",
        purpose="to know which characters listen where",
        retention="until its owner deletes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("owner_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    guild_id: Mapped[Snowflake | None]
    channel_id: Mapped[Snowflake]
    webhook_channel_id: Mapped[Snowflake]
    kind: Mapped[ConversationKind] = mapped_column(default=ConversationKind.SINGLE)
    status: Mapped[ConversationStatus] = mapped_column(default=ConversationStatus.ACTIVE)
    via: Mapped[ConversationVia] = mapped_column(
        default=ConversationVia.WEBHOOK, server_default=ConversationVia.WEBHOOK.value
    )
    title: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    is_muted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    settings: Mapped[ConversationSettings] = mapped_column(
        Document[ConversationSettings](ConversationSettings),
        default=ConversationSettings,
        server_default=text("'{}'::jsonb"),
    )
    # What creators' {{setvar}} keeps, by name.
    variables: Mapped[dict[str, str]] = mapped_column(
        Document[dict[str, str]](dict[str, str]), default=dict[str, str], server_default=text("'{}'::jsonb")
    )
    # The recap, the last message it covers, and since when one is being made.
    summary: Mapped[str] = mapped_column(server_default="")
    summarized_at: Mapped[datetime | None]
    summarized_through: Mapped[UUID | None]
    recap_begun_at: Mapped[datetime | None]
    # The conversation this one branched off.
    forked_from: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_activity_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def is_active(self) -> bool:
        """Whether it goes on."""
        return self.status is ConversationStatus.ACTIVE


class Participant(Base):
    """One person or one character in a conversation, from `joined_at` until `left_at`."""

    __tablename__ = "participants"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (character_id IS NULL)", name="either_user_or_character"),
        Index(
            "uq_participants_present_user",
            "conversation_id",
            "user_id",
            unique=True,
            postgresql_where=text("left_at IS NULL AND user_id IS NOT NULL"),
        ),
        Index(
            "uq_participants_present_character",
            "conversation_id",
            "character_id",
            unique=True,
            postgresql_where=text("left_at IS NULL AND character_id IS NOT NULL"),
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the person who takes part; seen by the others in the conversation",
        purpose="to know who speaks and who may see the conversation",
        retention="as long as the conversation",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "invited_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"), index=True)
    # Who summoned the character, and so may dismiss it.
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    role: Mapped[ParticipantRole] = mapped_column(default=ParticipantRole.PRIMARY)
    # A person's own mark: the conversation stands at the top of their list, and of nobody else's.
    is_pinned: Mapped[bool] = mapped_column(server_default=text("false"))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
    left_at: Mapped[datetime | None]


class Message(Base):
    """Something said in a conversation. A character's words may have several variants; `content` is the chosen one."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        Index(
            "uq_messages_discord_message_id",
            "discord_message_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("discord_message_id IS NOT NULL"),
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who wrote it, and for a character's words who asked; seen by those who take part in the conversation",
        purpose="to remember what was said, so that characters can answer in context",
        retention="until deleted, or until the conversation or its author is erased",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("author_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    turn_id: Mapped[UUID | None] = mapped_column(ForeignKey("turns.id", ondelete="SET NULL"), index=True)
    kind: Mapped[MessageKind]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="SET NULL"), index=True)
    discord_message_id: Mapped[Snowflake | None]
    content: Mapped[str]
    chosen_variant: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    type: Mapped[MessageType] = mapped_column(default=MessageType.TEXT, server_default=MessageType.TEXT.value)
    # What the author was called when they said it: a persona's name, a nickname. Empty: their Discord name.
    speaker_name: Mapped[str] = mapped_column(server_default="")
    # An id only: who reads this row cannot read the persona.
    persona_id: Mapped[UUID | None] = mapped_column(ForeignKey("personas.id", ondelete="SET NULL"), index=True)
    reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    # The channel a line was said in, where that is not the conversation's own: lines that a fork took along.
    said_in: Mapped[Snowflake | None]
    sensitivity: Mapped[MessageSensitivity] = mapped_column(
        default=MessageSensitivity.PRIVATE, server_default=MessageSensitivity.PRIVATE.value
    )
    edited_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MessageVariant(Base):
    """One wording of a character's message, with what it cost. Null tokens or cost are unknown, not zero.

    `cost_micros` is in millionths of a US dollar; `number` counts from 0.
    """

    __tablename__ = "message_variants"
    __table_args__ = (UniqueConstraint("message_id", "number"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="as the message it belongs to",
        purpose="to offer other wordings, and to account for tokens and cost",
        retention="as long as the message",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    number: Mapped[SmallInt]
    content: Mapped[str]
    provider: Mapped[str]
    model: Mapped[str]
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    cost_micros: Mapped[BigInt | None]
    price_source: Mapped[str | None]
    finish_reason: Mapped[str]
    first_token_ms: Mapped[int | None]
    total_ms: Mapped[int | None]
    prompt_parts: Mapped[list[PromptPartRecord]] = mapped_column(
        Document[list[PromptPartRecord]](list[PromptPartRecord]),
        default=list[PromptPartRecord],
        server_default=text("'[]'::jsonb"),
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
