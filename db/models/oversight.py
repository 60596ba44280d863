"""What the program remembers of its own running, and what waits for staff: reports, publications, switches."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt
from db.ids import new_id
from db.models.creators import RequestState
from db.personal import Erase, Export, Personal, Sharing


class CommandSync(Base):
    """Which commands Discord was last given, by their hash, so that they are sent only when they changed.

    `scope` names the Discord (its API's address) and the application.
    """

    __tablename__ = "command_syncs"
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to sync commands only when they changed",
        retention="overwritten at each change",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="about the program, the same for everybody",
        note="no row is about a person",
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]
    synced_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class ReportedKind(StrEnum):
    """What a report is about."""

    MESSAGE = "message"
    CHARACTER = "character"
    CREATOR = "creator"
    BOOK = "book"
    PERSON = "person"


class ReportReason(StrEnum):
    """What somebody objects to."""

    HARASSMENT = "harassment"
    SEXUAL = "sexual"
    MINORS = "minors"
    SELF_HARM = "self_harm"
    IMPERSONATION = "impersonation"
    COPYRIGHT = "copyright"
    SPAM = "spam"
    OTHER = "other"


class ReportState(StrEnum):
    """How a report stands."""

    OPEN = "open"
    TAKEN = "taken"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class Report(Base):
    """Somebody tells staff of something. `excerpt` is what the reporter chose to show: the reported words."""

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_state_created_at", "state", "created_at"),
        Index("ix_reports_reporter_id", "reporter_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who reported; seen also by staff",
        purpose="so that staff learn of what should not be",
        retention="a year after it is closed",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("reporter_id", "about_user_id", "handled_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[ReportedKind]
    target_id: Mapped[str]
    about_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reason: Mapped[ReportReason]
    words: Mapped[str] = mapped_column(server_default="")
    excerpt: Mapped[str] = mapped_column(server_default="")
    link: Mapped[str] = mapped_column(server_default="")
    state: Mapped[ReportState] = mapped_column(default=ReportState.OPEN, server_default=ReportState.OPEN.value)
    handled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    answer: Mapped[str] = mapped_column(server_default="")
    handled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PublicationRequest(Base):
    """The owner of a lore book (or, where the house reviews them, of a character) asks to make it public."""

    __tablename__ = "publication_requests"
    __table_args__ = (
        CheckConstraint("num_nonnulls(book_id, character_id) = 1", name="about_one_thing"),
        Index("uq_publication_requests_book", "book_id", unique=True, postgresql_where=text("state = 'open'")),
        Index(
            "uq_publication_requests_character", "character_id", unique=True, postgresql_where=text("state = 'open'")
        ),
        Index("ix_publication_requests_state", "state", "created_at"),
        Index("ix_publication_requests_user_id", "user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who asks; seen also by staff, who answer",
        purpose="to decide what the house makes public",
        retention="as long as what it is about",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id", "decided_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    book_id: Mapped[UUID | None] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"))
    character_id: Mapped[UUID | None] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(server_default="")
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN, server_default=RequestState.OPEN.value)
    answer: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FeatureSwitch(Base):
    """A part of the house that an admin turned on or off. Without a row a part stands as it does by default."""

    __tablename__ = "feature_switches"
    personal: ClassVar = Personal(
        sharing=Sharing.PUBLIC,
        whose="nobody; the admin who switched is noted",
        purpose="to close a part of the house without a restart",
        retention="until an admin removes it",
        export=Export.NOTHING,
        erase=Erase.WORDS,
        people=("updated_by",),
        note="it is the house's; the reference to who switched goes with their account",
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    note: Mapped[str] = mapped_column(server_default="")
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class DailyFigure(Base):
    """One number of one day, added up over the whole house: what plots are drawn from.

    It outlives what it counts, since conversations are forgotten and people leave.
    """

    __tablename__ = "daily_figures"
    personal: ClassVar = Personal(
        sharing=Sharing.STAFF,
        whose="nobody",
        purpose="to see how the house is used, what it costs and what it earns",
        retention="for as long as the house stands",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        note="sums over everybody; no row is about a person",
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    figure: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[BigInt]
