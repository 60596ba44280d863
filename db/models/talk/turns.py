"""Turns: one trigger and the reply it earns, with the steps that let a restart finish what was begun."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, SmallInt, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class TurnState(StrEnum):
    """How far a reply has come. The last four are final but for `unknown`, which a restart settles by looking."""

    CLAIMED = "claimed"
    GENERATED = "generated"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class TurnKind(StrEnum):
    """What makes a character speak."""

    REPLY = "reply"
    GREETING = "greeting"
    CHANCE = "chance"
    """Nobody spoke to it; the server lets it join in by chance or always."""
    BANTER = "banter"
    """Another character spoke to it."""


class Rewording(StrEnum):
    """How a turn that was sent already is at work again."""

    ANEW = "anew"
    """The model words it again."""
    CONTINUED = "continued"
    """The model goes on with it."""
    EDITED = "edited"
    """Somebody changed it by hand; the words are known."""
    CHOSEN = "chosen"
    """Another of its wordings was chosen; the words are known."""


class Priority(StrEnum):
    """Which answers wait and which are left out when a channel is busy."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class PartState(StrEnum):
    """How far one Discord message of a reply has come: about to be posted, posted, final."""

    OPENING = "opening"
    OPENED = "opened"
    SENT = "sent"


UNFINISHED = (TurnState.CLAIMED, TurnState.GENERATED, TurnState.UNKNOWN)
"""States a restart picks up again."""


class Turn(Base):
    """A character's answer to one message. A message earns at most one from each character, however often it is heard.

    A greeting has no message: there `trigger_message_id` is the id of the interaction that summoned the character.
    `boot_id` names the run of the program that claimed it; `text` is the whole answer, null until it is generated.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("trigger_message_id", "character_id"),
        Index("ix_turns_conversation_id_id", "conversation_id", "id"),
        Index(
            "ix_turns_unfinished",
            "state",
            postgresql_where=sql("state IN ('claimed', 'generated', 'unknown')"),
        ),
        Index("ix_turns_controls", "conversation_id", postgresql_where=sql("has_controls")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who asked; seen by those who take part in the conversation",
        purpose="to answer every message once, also across crashes",
        retention="as long as the conversation",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("asker_id", "rewording_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"), index=True)
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    trigger_message_id: Mapped[Snowflake]
    state: Mapped[TurnState] = mapped_column(default=TurnState.CLAIMED)
    boot_id: Mapped[UUID]
    attempts: Mapped[SmallInt] = mapped_column(default=1, server_default=sql("1"))
    text: Mapped[str | None]
    reason: Mapped[str | None]
    stopped: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    kind: Mapped[TurnKind] = mapped_column(default=TurnKind.REPLY, server_default=TurnKind.REPLY.value)
    priority: Mapped[Priority] = mapped_column(default=Priority.NORMAL, server_default=Priority.NORMAL.value)
    # How many characters have spoken since a person did, this one included.
    chain: Mapped[SmallInt] = mapped_column(default=1, server_default=sql("1"))
    # Set while a sent reply is worded again; the wording it shows stays until the new one is whole.
    rewording: Mapped[Rewording | None]
    rewording_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    # The interaction through which the answer goes out, sealed; emptied when the turn is over.
    answer_token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Whether the button is under its last message.
    has_controls: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    claimed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    generated_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class TurnPart(Base):
    """One Discord message of a reply, numbered from 0: written before the request leaves, and once its id is known."""

    __tablename__ = "turn_parts"
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="as the turn it belongs to",
        purpose="to find a half-sent reply again instead of sending it twice",
        retention="as long as the turn",
        export=Export.ROWS,
        erase=Erase.ROWS,
    )

    turn_id: Mapped[UUID] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[SmallInt] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[PartState] = mapped_column(default=PartState.OPENING)
    message_id: Mapped[Snowflake | None] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
