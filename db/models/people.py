"""People: who uses BotCafé, what they tell characters of themselves, and the masks they wear."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class User(Base):
    """One account. `discord_id` is null for the house itself and for visitors who have no Discord account."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("username <> ''", name="username_given"),
        Index("ix_users_username_id", "username", "id"),
        # How a name begins, in any case of letters: how staff look for people (`people_named`).
        Index(
            "ix_users_username_begins",
            literal_column("lower(username)", Text()).label("name"),
            postgresql_ops={"name": "text_pattern_ops"},
        ),
        Index(
            "ix_users_display_name_begins",
            literal_column("lower(display_name)", Text()).label("name"),
            postgresql_ops={"name": "text_pattern_ops"},
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the person themselves; seen also by the turns of conversations they speak in",
        purpose="to recognise a person again and to call them by their name",
        retention="until the person asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    discord_id: Mapped[Snowflake | None] = mapped_column(unique=True)
    username: Mapped[str]
    display_name: Mapped[str]
    locale: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Pronouns(StrEnum):
    """How a person, or their persona, is spoken of. `other` comes with words of their own."""

    HE_HIM = "he_him"
    SHE_HER = "she_her"
    THEY_THEM = "they_them"
    HE_THEY = "he_they"
    SHE_THEY = "she_they"
    ANY = "any"
    OTHER = "other"


class PersonaGender(StrEnum):
    """A persona's gender. `unspecified` is a choice too: then nothing is said of it."""

    MALE = "male"
    FEMALE = "female"
    NON_BINARY = "non_binary"
    UNSPECIFIED = "unspecified"
    OTHER = "other"


class Profile(Base):
    """What a person tells characters of themselves where they wear no persona. Nobody else reads it.

    `name` is used in place of the Discord name, `nickname` is what characters call them. `time_zone` is an IANA name,
    `language` a tag of a catalogue that goes before Discord's own.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        CheckConstraint("(pronouns IS NOT DISTINCT FROM 'other') = (custom_pronouns <> '')", name="own_pronouns_given"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="the person themselves",
        purpose="to be called and spoken to as they wish",
        retention="until the person changes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(server_default="")
    nickname: Mapped[str] = mapped_column(server_default="")
    pronouns: Mapped[Pronouns | None]
    custom_pronouns: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")
    time_zone: Mapped[str | None]
    language: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Persona(Base):
    """A mask a person wears towards characters. Always private: it goes into their own turns' prompts only."""

    __tablename__ = "personas"
    __table_args__ = (
        Index("ix_personas_owner_id", "owner_id"),
        Index("uq_personas_default", "owner_id", unique=True, postgresql_where=text("is_default")),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("age BETWEEN 1 AND 10000", name="age_in_range"),
        CheckConstraint("(pronouns IS NOT DISTINCT FROM 'other') = (custom_pronouns <> '')", name="own_pronouns_given"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="its owner",
        purpose="to be somebody else towards characters",
        retention="until its owner deletes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("owner_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    gender: Mapped[PersonaGender] = mapped_column(default=PersonaGender.UNSPECIFIED)
    age: Mapped[SmallInt | None]
    pronouns: Mapped[Pronouns | None]
    custom_pronouns: Mapped[str] = mapped_column(server_default="")
    appearance: Mapped[str] = mapped_column(server_default="")
    picture_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"), index=True)
    preferred_topics: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'"))
    avoided_topics: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'"))
    custom_instructions: Mapped[str] = mapped_column(server_default="")
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class PersonaChoice(Base):
    """From when on a person wears a persona in a conversation (null: none). The newest row is what holds now."""

    __tablename__ = "persona_choices"
    __table_args__ = (Index("ix_persona_choices_newest", "user_id", "conversation_id", "id"),)
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who chose",
        purpose="to be the same somebody in each conversation, and to tell when that changed",
        retention="as long as the conversation",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    persona_id: Mapped[UUID | None] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"), index=True)
    chosen_at: Mapped[datetime] = mapped_column(server_default=func.now())
