"""How the recap of a conversation came to be. Its words stand with the conversation; here is what each making took."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class Recap(Base):
    """One making of a recap: by a model, or by hand where `model` is null. Null tokens or cost are unknown, not zero.

    `made_by` is who asked for it or wrote it, null where it was made by itself; `lines` is how many lines went into it.
    """

    __tablename__ = "recaps"
    __table_args__ = (Index("ix_recaps_conversation_id_id", "conversation_id", "id"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who asked for it or wrote it; seen by those who take part in the conversation",
        purpose="to account for tokens and cost, and to tell who changed a recap by hand",
        retention="as long as the conversation",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("made_by",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    lines: Mapped[int]
    provider: Mapped[str | None]
    model: Mapped[str | None]
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    cost_micros: Mapped[BigInt | None]
    price_source: Mapped[str | None]
    total_ms: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
