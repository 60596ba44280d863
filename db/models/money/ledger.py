"""The ledger: wallets, transfers between them, the two entries of each, and what is held back for work under way.

Double entry in whole tokens. The program may read what is its actor's and write nothing: every change is made by the
reviewed functions of `db.security_ledger`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class WalletKind(StrEnum):
    """What a wallet is for. A person has the first two; the others are the house's, one of each."""

    PAID = "paid"
    """Tokens that were bought."""
    PROMO = "promo"
    """Tokens that were given: allowances, bonuses. Spent before paid ones."""
    ESCROW = "escrow"
    """Gifts on their way."""
    ISSUED = "issued"
    """Where tokens come from; its balance is below zero by all that were ever issued."""
    SPENT = "spent"
    """Where tokens go that replies cost."""
    EXPIRED = "expired"
    """Where tokens go that were taken back: refunds, disputes, what expired."""


class Wallet(Base):
    """One account of the ledger. `balance` is the sum of its entries, `held` what is held back of it.

    `pseudonym` is what remains of the owner when their account is erased.
    """

    __tablename__ = "wallets"
    __table_args__ = (
        CheckConstraint("balance >= 0 OR kind = 'issued'", name="balance_not_below_zero"),
        CheckConstraint("held >= 0 AND (held = 0 OR held <= balance)", name="held_is_there"),
        CheckConstraint("user_id IS NULL OR kind IN ('paid', 'promo')", name="people_have_two_kinds"),
        Index("uq_wallets_user_id_kind", "user_id", "kind", unique=True, postgresql_where=text("user_id IS NOT NULL")),
        Index(
            "uq_wallets_house_kind",
            "kind",
            unique=True,
            postgresql_where=text("kind IN ('escrow', 'issued', 'spent', 'expired')"),
        ),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who owns the tokens; the house's own wallets are nobody's",
        purpose="to know how many tokens somebody has",
        retention="for as long as the ledger; after erasure under a random pseudonym",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    pseudonym: Mapped[UUID] = mapped_column(default=uuid4, server_default=func.gen_random_uuid())
    kind: Mapped[WalletKind]
    balance: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    held: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TransferKind(StrEnum):
    """Why tokens moved."""

    PURCHASE = "purchase"
    BONUS = "bonus"
    ALLOWANCE = "allowance"
    PROMOTION = "promotion"
    SPEND = "spend"
    GIFT = "gift"
    GIFT_ACCEPTED = "gift_accepted"
    GIFT_RETURNED = "gift_returned"
    REFUND = "refund"
    TAKEN_BACK = "taken_back"
    EXPIRY = "expiry"
    ADJUSTMENT = "adjustment"


class Transfer(Base):
    """Tokens moved from one wallet to another, once and for good. `key` makes asking twice harmless.

    `request_hash` is of what was asked under that key; `reverses_id` is what this gives back.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint("debit_id <> credit_id", name="between_two"),
        Index("ix_transfers_debit_id_created_at", "debit_id", "created_at"),
        Index("ix_transfers_credit_id_created_at", "credit_id", "created_at"),
        Index("ix_transfers_reverses_id", "reverses_id"),
        Index("ix_transfers_about", "about_kind", "about_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="whoever owns one of its wallets",
        purpose="to account for every token",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("asked_by",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[TransferKind]
    debit_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    credit_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    amount: Mapped[BigInt]
    about_kind: Mapped[str] = mapped_column(server_default="")
    about_id: Mapped[str] = mapped_column(server_default="")
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id", ondelete="RESTRICT"))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Entry(Base):
    """One side of a transfer: what one wallet gained (or, below zero, lost), and what it had then. Append-only."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_is_some"),
        Index("ix_entries_wallet_id_created_at", "wallet_id", "created_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="whoever owns the wallet",
        purpose="to account for every token",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.id", ondelete="RESTRICT"), primary_key=True)
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"), primary_key=True)
    amount: Mapped[BigInt]
    balance_after: Mapped[BigInt]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HoldState(StrEnum):
    """How something held back stands."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class Hold(Base):
    """Tokens of a wallet held back for work under way: paid when it is done, freed when it fails or takes too long."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_once"),
        Index("ix_holds_wallet_id_state", "wallet_id", "state"),
        Index("ix_holds_expires_at", "expires_at", postgresql_where=text("state = 'pending'")),
        Index("ix_holds_about", "about_kind", "about_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="whoever owns the wallet",
        purpose="so that two replies at once cannot spend the same tokens",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    amount: Mapped[BigInt]
    state: Mapped[HoldState] = mapped_column(default=HoldState.PENDING, server_default=HoldState.PENDING.value)
    about_kind: Mapped[str] = mapped_column(server_default="")
    about_id: Mapped[str] = mapped_column(server_default="")
    transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id", ondelete="RESTRICT"), index=True)
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
