"""People: who uses BotCafé."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class User(Base):
    """One account. `discord_id` is null for the house itself and for visitors who have no Discord account."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("username <> ''", name="username_given"),)
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
