"""What lore did in a reply: every decision, what runs on from it, and what people called in by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class RunBook(BaseModel):
    """A book as it was in force in a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    name: str
    version: int
    scope: str


class LoreRun(Base):
    """One decision about lore, for one wording of a reply. Tokens as the engine counted them; `took_us` microseconds.

    `refused` counts entries that something spoke for and that stayed out; the nearest misses are written down as
    `LoreActivation`, those beyond them stand packed in `rest` (compressed JSON).
    `warnings` tell what could not be done as it was asked (a place the prompt has not, meanings nobody could compare).
    """

    __tablename__ = "lore_runs"
    __table_args__ = (
        UniqueConstraint("turn_id", "number"),
        Index("ix_lore_runs_conversation_id_id", "conversation_id", "id"),
        Index("ix_lore_runs_ran_at", "ran_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="those who take part in the conversation; words of entries only for who may read the book",
        purpose="to say why an entry was in a prompt or was not",
        retention="LORE_LOG_DAYS days, or as long as the turn",
        export=Export.ROWS,
        erase=Erase.ROWS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    # Which wording of the reply, from 0.
    number: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    # How many messages the conversation had then.
    message_index: Mapped[int]
    books: Mapped[list[RunBook]] = mapped_column(Document[list[RunBook]](list[RunBook]))
    budget: Mapped[int]
    spent: Mapped[int]
    beside: Mapped[int]
    refused: Mapped[int]
    model: Mapped[str | None]
    threshold: Mapped[float | None]
    warnings: Mapped[list[Any]] = mapped_column(JSONB, default=list[Any], server_default=text("'[]'::jsonb"))
    rest: Mapped[bytes | None] = mapped_column(LargeBinary)
    took_us: Mapped[int]
    ran_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LoreActivation(Base):
    """What was decided about one entry in a run. `entry_id` and `parent_id` may name entries that are gone since.

    `method` is what spoke for it (keyword, vector, sticky, constant, manual), `exclusion_reason` why it stayed out, of
    `bot.services.lore.engine.reasons`; `detail` holds what that reason speaks of: place of the key, tokens short, the
    die's points, who stood in the way.
    """

    __tablename__ = "lore_activations"
    __table_args__ = (
        Index("ix_lore_activations_run_id", "run_id"),
        Index("ix_lore_activations_entry_id_id", "entry_id", text("id DESC")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="as the run it belongs to",
        purpose="as the run it belongs to",
        retention="as the run it belongs to",
        export=Export.ROWS,
        erase=Erase.ROWS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("lore_runs.id", ondelete="CASCADE"))
    # The run's own, for row security: both are written by one statement. It goes with the run.
    conversation_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    book_id: Mapped[UUID]
    entry_name: Mapped[str]
    method: Mapped[str | None]
    score: Mapped[float | None]
    matched_keywords: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list[str], server_default=text("'{}'::text[]")
    )
    vector_similarity: Mapped[float | None]
    position_inserted: Mapped[str | None]
    tokens_used: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    was_included: Mapped[bool]
    exclusion_reason: Mapped[str | None]
    wave: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    parent_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict[str, Any], server_default=text("'{}'::jsonb"))


class LoreFired(Base):
    """An entry with a timed effect came in at this turn. Gone with the turn, and written anew with every wording.

    `message_at` is the place in time of the message that was answered, as `bot.services.lore.engine.scene.Said.id`.
    `state` is what the SillyTavern-compatible scan keeps of it, empty otherwise.
    """

    __tablename__ = "lore_fired"
    __table_args__ = (
        Index("ix_lore_fired_conversation_id_turn_id", "conversation_id", "turn_id"),
        # What goes with an entry is looked for by it.
        Index("ix_lore_fired_entry_id", "entry_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="those who take part in the conversation",
        purpose="to know what runs on (sticky) or must wait (cooldown)",
        retention="as long as the turn",
        export=Export.NOTHING,
        erase=Erase.ROWS,
        note="ids and times only; what they tell is in the log of activations",
    )

    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("lore_entries.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_at: Mapped[BigInt]
    state: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict[str, Any], server_default=text("'{}'::jsonb"))


class LoreCall(Base):
    """An entry that a person called in by hand, for the next `replies` replies of a conversation.

    `after` is the place in time of its newest message then (`bot.services.lore.engine.scene.Said.id`): how many replies
    are left is counted from there, so a reply that is taken back does not count.
    """

    __tablename__ = "lore_calls"
    __table_args__ = (UniqueConstraint("conversation_id", "entry_id"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who called it; seen also by turns of the conversation",
        purpose="to put an entry into a prompt because somebody wants it there",
        retention="until its replies are given, or as long as the conversation",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("lore_entries.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    replies: Mapped[SmallInt]
    after: Mapped[BigInt]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
