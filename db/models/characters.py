"""Characters, the pictures they wear, and what people think of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class Visibility(StrEnum):
    """Who may talk with a character."""

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"


class CharacterGender(StrEnum):
    """A character's gender, where its maker says one."""

    MALE = "male"
    FEMALE = "female"
    NON_BINARY = "non_binary"
    OTHER = "other"


class Tone(StrEnum):
    """The feeling a character speaks with."""

    FRIENDLY = "friendly"
    PROFESSIONAL = "professional"
    PLAYFUL = "playful"
    MYSTERIOUS = "mysterious"
    WISE = "wise"
    HUMOROUS = "humorous"
    EMPATHETIC = "empathetic"
    AUTHORITATIVE = "authoritative"


class Formality(StrEnum):
    """How formally a character speaks."""

    VERY_CASUAL = "very_casual"
    CASUAL = "casual"
    NEUTRAL = "neutral"
    FORMAL = "formal"
    VERY_FORMAL = "very_formal"


class Humor(StrEnum):
    """How much a character jokes, and how."""

    NONE = "none"
    LIGHT = "light"
    MODERATE = "moderate"
    DARK = "dark"
    SARCASTIC = "sarcastic"


class CommunicationStyle(StrEnum):
    """How a character goes about saying things."""

    DIRECT = "direct"
    ELABORATE = "elaborate"
    CONCISE = "concise"
    STORYTELLING = "storytelling"
    QUESTIONING = "questioning"


class ResponseLength(StrEnum):
    """How long a character's answers are."""

    VERY_SHORT = "very_short"
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"
    VERY_LONG = "very_long"


class Creativity(StrEnum):
    """How far a character strays from the expected."""

    CONSERVATIVE = "conservative"
    MODERATE = "moderate"
    CREATIVE = "creative"
    HIGHLY_CREATIVE = "highly_creative"


class KnowledgeSharing(StrEnum):
    """How much a character tells of what it knows."""

    VERY_LIMITED = "very_limited"
    LIMITED = "limited"
    BALANCED = "balanced"
    GENEROUS = "generous"
    VERY_GENEROUS = "very_generous"


class CharacterTraits(BaseModel):
    """Personality and behaviour. None: the maker did not choose, and nothing is said of it in a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tone: Tone | None = None
    formality: Formality | None = None
    humor: Humor | None = None
    style: CommunicationStyle | None = None
    length: ResponseLength | None = None
    creativity: Creativity | None = None
    knowledge: KnowledgeSharing | None = None


class SpeechExample(BaseModel):
    """One exchange that shows how a character speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str
    character: str


class DepthNote(BaseModel):
    """A note that stands `depth` messages before the end of the history, as a message of `role`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    depth: int = 4
    role: Literal["system", "user", "assistant"] = "system"


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
        retention="until a day after no character or persona wears it any more, or its owner asks for erasure",
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
    """Somebody to talk with. `slug` is unique among its owner's characters, whatever its case.

    `nickname` is what it is called and calls itself, where that is not its whole name. `provider` and `model` choose
    among the house's, null being the house's own choice. `is_adult` characters speak in age-restricted channels only.
    A deleted character (`deleted_at`) is gone for everybody but its owner, who may have it back for a day.
    """

    __tablename__ = "characters"
    __table_args__ = (
        UniqueConstraint("owner_id", "slug"),
        Index("ix_characters_public_slug", "slug", postgresql_where=text("visibility = 'public'")),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("slug <> '' AND slug = lower(slug)", name="slug_is_lower"),
        CheckConstraint("age BETWEEN 1 AND 200", name="age_in_range"),
        CheckConstraint("temperature BETWEEN 0 AND 2", name="temperature_in_range"),
        Index("ix_characters_tags", "tags", postgresql_using="gin"),
        Index(
            "ix_characters_search_words",
            text("array_to_tsvector(search_words)"),
            postgresql_using="gin",
            postgresql_where=text("visibility = 'public' AND deleted_at IS NULL"),
        ),
        Index(
            "ix_characters_published_at",
            text("published_at DESC"),
            postgresql_where=text("visibility = 'public' AND deleted_at IS NULL"),
        ),
        # What pages show goes from row to row of these, however many there are.
        *(
            Index(
                f"ix_characters_{name}",
                text(f"{measure} DESC"),
                text("id DESC"),
                postgresql_where=text("visibility = 'public' AND deleted_at IS NULL AND NOT is_adult"),
            )
            for name, measure in (
                ("popularity", "popularity"),
                ("rating", "rating"),
                ("newest", "coalesce(published_at, created_at)"),
            )
        ),
        Index("ix_characters_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
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
    nickname: Mapped[str] = mapped_column(server_default="")
    gender: Mapped[CharacterGender | None]
    age: Mapped[SmallInt | None]
    traits: Mapped[CharacterTraits] = mapped_column(
        Document[CharacterTraits](CharacterTraits), default=CharacterTraits, server_default=text("'{}'::jsonb")
    )
    # Folded words of name, description and tags: what /discover finds. Kept by bot.services.characters.searching.
    search_words: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    provider: Mapped[str | None]
    model: Mapped[str | None]
    temperature: Mapped[float | None]
    is_adult: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # What character cards know beside: who it is at length, its nature, where the story stands, what is said last.
    definition: Mapped[str] = mapped_column(server_default="")
    personality: Mapped[str] = mapped_column(server_default="")
    scenario: Mapped[str] = mapped_column(server_default="")
    last_instructions: Mapped[str] = mapped_column(server_default="")
    other_greetings: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list[str], server_default=text("'{}'::text[]")
    )
    group_greetings: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list[str], server_default=text("'{}'::text[]")
    )
    note: Mapped[DepthNote] = mapped_column(
        Document[DepthNote](DepthNote), default=DepthNote, server_default=text("'{}'::jsonb")
    )
    creator_notes: Mapped[str] = mapped_column(server_default="")
    card_creator: Mapped[str] = mapped_column(server_default="")
    card_version: Mapped[str] = mapped_column(server_default="")
    card_spec: Mapped[str | None]
    # The card as it came, so that what nobody here knows is written back.
    card: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # How many people like or keep it, and its stars times 10,000 (0: fewer than three rated it). Triggers keep both.
    popularity: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    rating: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    published_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class CharacterReaction(Base):
    """What one person thinks of a character: one row for both, gone when neither holds any more."""

    __tablename__ = "character_reactions"
    __table_args__ = (
        Index("ix_character_reactions_character_id", "character_id"),
        CheckConstraint("liked OR favorited", name="says_something"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who reacted; others see numbers only",
        purpose="to find one's favourites again, and to show what is popular",
        retention="until taken back, or as long as the character",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"), primary_key=True)
    liked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    favorited: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
