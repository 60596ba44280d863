"""Files on their way into a lore book."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class ImportState(StrEnum):
    """How far an import has come. The last three are final."""

    WAITING = "waiting"
    READING = "reading"
    STORING = "storing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LoreImport(Base):
    """A file that becomes a book, or the newer state of one (`book_id` set from the start).

    `content` is the file itself, emptied once the import is over. `choices` is what its owner decided where file and
    book disagree; `report` tells what was mapped, kept and refused. `done` of `total` entries are stored.
    """

    __tablename__ = "lore_imports"
    __table_args__ = (
        Index("ix_lore_imports_user_id_id", "user_id", "id"),
        Index("ix_lore_imports_created_at", "created_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who sent the file",
        purpose="to go on with an import after a restart, and to tell what became of the file",
        retention="30 days; the file itself until the import is over",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    book_id: Mapped[UUID | None] = mapped_column(ForeignKey("lore_books.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str]
    format: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[ImportState] = mapped_column(default=ImportState.WAITING, server_default=ImportState.WAITING.value)
    done: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    total: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict[str, Any], server_default=text("'{}'::jsonb"))
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict[str, Any], server_default=text("'{}'::jsonb"))
    failure: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    finished_at: Mapped[datetime | None]
