"""What is known of providers: how their token counts differ from ours."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt
from db.personal import Erase, Export, Personal, Sharing


class TokenFactor(Base):
    """A model's token count over tiktoken's, learnt from the provider's own figures."""

    __tablename__ = "token_factors"
    __table_args__ = (CheckConstraint("factor > 0", name="factor_is_positive"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to keep prompts within a model's context",
        retention="for as long as the model is used",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="a property of a model, the same for everybody",
        note="no row is about a person",
    )

    provider: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    factor: Mapped[float]
    samples: Mapped[BigInt]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
