"""What the program remembers of its own running."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
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
