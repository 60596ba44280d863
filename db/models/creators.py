"""Creators: the public face of whoever makes characters, who follows them, and what the house says of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class CreatorKind(StrEnum):
    """What a creator mainly does."""

    WRITER = "writer"
    ARTIST = "artist"
    WORLDBUILDER = "worldbuilder"
    GAME_MASTER = "game_master"
    DEVELOPER = "developer"
    EDUCATOR = "educator"
    STUDIO = "studio"
    HOBBYIST = "hobbyist"
    OTHER = "other"


class Experience(StrEnum):
    """How long somebody has been at it."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    PROFESSIONAL = "professional"


class PageVisibility(StrEnum):
    """Who sees a creator's page: everybody and the directory, whoever has the address, or nobody else."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class Commissions(StrEnum):
    """Whether a creator takes commissions."""

    CLOSED = "closed"
    OPEN = "open"
    WAITLIST = "waitlist"


class OtherLink(BaseModel):
    """A link to somewhere else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: str
    url: str


class CreatorLinks(BaseModel):
    """Where else a creator is found. Empty: not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    website: str = ""
    github: str = ""
    twitter: str = ""
    linkedin: str = ""
    discord: str = ""
    youtube: str = ""
    others: list[OtherLink] = Field(default_factory=list[OtherLink])


class Creator(Base):
    """A creator's profile, one a person at most. `username` is the first part of their pages' addresses.

    `featured_characters` are ids in the order shown; one that is gone or no longer public is left out when shown.
    """

    __tablename__ = "creators"
    __table_args__ = (
        CheckConstraint("username ~ '^[a-z0-9][a-z0-9_-]{1,30}[a-z0-9]$'", name="username_fits_an_address"),
        CheckConstraint("display_name <> ''", name="display_name_given"),
        Index("ix_creators_tags", "tags", postgresql_using="gin"),
        Index(
            "ix_creators_search_words",
            text("array_to_tsvector(search_words)"),
            postgresql_using="gin",
            postgresql_where=text("visibility = 'public'"),
        ),
        *(
            Index(
                f"ix_creators_{name}",
                text(f"{measure} DESC"),
                text("id DESC"),
                postgresql_where=text("visibility = 'public'"),
            )
            for name, measure in (
                ("created_at", "created_at"),
                ("active", "coalesce(last_active_at, created_at)"),
                ("followers", "followers"),
            )
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the creator; seen by everybody unless the page is private",
        purpose="to show who makes the characters",
        retention="until the creator deletes it or asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    username: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    # What the username looks like (bot.services.characters.names.skeleton): nobody stands beside robin as r0bin.
    username_looks: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    username_changed_at: Mapped[datetime | None]
    display_name: Mapped[str]
    bio: Mapped[str] = mapped_column(server_default="")
    avatar_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"), index=True)
    banner_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"), index=True)
    links: Mapped[CreatorLinks] = mapped_column(
        Document[CreatorLinks](CreatorLinks), default=CreatorLinks, server_default=text("'{}'::jsonb")
    )
    kind: Mapped[CreatorKind | None]
    specialties: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    experience: Mapped[Experience | None]
    location: Mapped[str] = mapped_column(server_default="")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    featured_characters: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list[UUID], server_default=text("'{}'::uuid[]")
    )
    visibility: Mapped[PageVisibility] = mapped_column(
        default=PageVisibility.PUBLIC, server_default=PageVisibility.PUBLIC.value
    )
    accepts_collaborations: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    commissions: Mapped[Commissions] = mapped_column(
        default=Commissions.CLOSED, server_default=Commissions.CLOSED.value
    )
    commission_info: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    # Folded words of names, specialties and tags: what the directory finds.
    search_words: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    # How many follow them; a trigger keeps it.
    followers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    last_active_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class FormerUsername(Base):
    """What a creator was called before. Until then the old address leads to the new one, and nobody else takes it."""

    __tablename__ = "former_usernames"
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the creator; seen by whoever asks for the old address",
        purpose="so that links to a creator keep leading to them, and to nobody who passes for them",
        retention="90 days after the change, or as long as the creator's page",
        export=Export.ROWS,
        erase=Erase.ROWS,
    )

    username: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    username_looks: Mapped[str] = mapped_column(Text(collation="C"), index=True)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]


class Verification(StrEnum):
    """What the house vouches for. That somebody asked is in `verification_requests`."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    PREMIUM = "premium"


class CreatorStanding(Base):
    """What the house says of a creator; only staff write it."""

    __tablename__ = "creator_standings"
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="the creator; seen wherever their page is",
        purpose="to show whom the house vouches for and features",
        retention="as long as the creator's page",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("decided_by",),
    )

    creator_id: Mapped[UUID] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"), primary_key=True)
    verification: Mapped[Verification] = mapped_column(
        default=Verification.UNVERIFIED, server_default=Verification.UNVERIFIED.value
    )
    is_featured: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    featured_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class RequestState(StrEnum):
    """How something asked of the house stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class VerificationRequest(Base):
    """A creator asks to be verified; staff answer."""

    __tablename__ = "verification_requests"
    __table_args__ = (
        Index("uq_verification_requests_open", "creator_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_verification_requests_state", "state", "created_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who asked; seen also by staff, who answer",
        purpose="to decide whether the house vouches for a creator",
        retention="as long as the creator's page",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "decided_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(server_default="")
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN, server_default=RequestState.OPEN.value)
    answer: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Follow(Base):
    """Somebody follows a creator, once."""

    __tablename__ = "follows"
    __table_args__ = (Index("ix_follows_creator_id_created_at", "creator_id", "created_at"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who follows; seen also by whom they follow, others see numbers only",
        purpose="to keep up with a creator",
        retention="until taken back, or as long as both accounts",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("follower_id",),
    )

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BookRating(Base):
    """What one reader thinks of a lore book: one to five stars, and words if they like."""

    __tablename__ = "book_ratings"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_in_range"),
        Index("ix_book_ratings_book_id", "book_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who rated; the words are seen by the book's owner too, others see the average only",
        purpose="to show which books others found good",
        retention="until taken back, or as long as the book",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    book_id: Mapped[UUID] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"), primary_key=True)
    stars: Mapped[SmallInt]
    words: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
