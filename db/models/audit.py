"""The audit log: who did what to what, sealed hour by hour in a chain of hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class AuditRecord(Base):
    """One thing that was done. Never changed, never removed; `commitment` binds it to its details without showing them.

    Ids of people and things are plain values, no references: the record outlives them, and says nothing more of them.
    `of_user_id` is whose data was looked at or changed.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at", "at"),
        Index("ix_audit_log_actor_id_at", "actor_id", "at"),
        Index("ix_audit_log_of_user_id_at", "of_user_id", "at"),
        Index("ix_audit_log_action_at", "action", "at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who did it and whose data it touched; searched by admins",
        purpose="to answer who did what, and who looked at what of whom",
        retention="for as long as the house stands; the details go with the person they are about",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    target_kind: Mapped[str] = mapped_column(server_default="")
    target_id: Mapped[str] = mapped_column(server_default="")
    of_user_id: Mapped[UUID | None]
    request_id: Mapped[str] = mapped_column(server_default="")
    commitment: Mapped[bytes] = mapped_column(LargeBinary)


class AuditDetail(Base):
    """What differed, and why it was done: erasable, since the log holds its salted hash only.

    Erased, salt and details are null and the row says since when: what is merely gone is a fault (`audit verify`).
    """

    __tablename__ = "audit_details"
    __table_args__ = (
        CheckConstraint("(erased_at IS NULL) = (salt IS NOT NULL AND details IS NOT NULL)", name="whole_or_erased"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="as the record it belongs to",
        purpose="to see what a change was",
        retention="until the person it is about asks for erasure",
        export=Export.ROWS,
        erase=Erase.ROWS,
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("audit_log.id", ondelete="RESTRICT"), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    erased_at: Mapped[datetime | None]


class AuditBatch(Base):
    """One hour's records under one hash, which also covers the batch before; `mac` signs it with the house's key."""

    __tablename__ = "audit_batches"
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="so that nobody can change the log unnoticed",
        retention="for as long as the house stands",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="hashes and counts only; written and checked by the program",
        note="no row is about a person",
    )

    number: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    records: Mapped[int]
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str]


class AuditSeal(Base):
    """In which batch a record is sealed, at which place, and the hash it had then."""

    __tablename__ = "audit_seals"
    __table_args__ = (Index("uq_audit_seals_place", "batch", "place", unique=True),)
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="to know which records a batch covers, in which order",
        retention="for as long as the house stands",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        system_reason="ids only; written and checked by the program",
        note="no row is about a person",
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("audit_log.id", ondelete="RESTRICT"), primary_key=True)
    batch: Mapped[BigInt] = mapped_column(ForeignKey("audit_batches.number", ondelete="RESTRICT"))
    place: Mapped[int]
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
