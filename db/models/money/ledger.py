"""The ledger: wallets, transfers between them, the two entries of each, and what is held back for what is not done yet.

Double entry in whole tokens. The program may read what is its actor's and write nothing: every change is made by the
reviewed functions of `db.security_ledger`. Transfers and entries are added and never changed; a trigger sees to it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing


class WalletKind(StrEnum):
    """What a wallet is for. A person has the first two; the others are the house's, split into shards."""

    PAID = "paid"
    """Tokens that were bought: one wallet a person."""
    PROMO = "promo"
    """Tokens that were given: one wallet for each moment at which they end. Spent before paid ones."""
    ISSUED = "issued"
    """Where tokens come from; below zero by all that there are."""
    SPENT = "spent"
    """Where tokens go that replies cost."""
    EXPIRED = "expired"
    """Where given tokens go when their time is over."""


class Wallet(Base):
    """One account of the ledger. `balance` is the sum of its entries, `held` what is held back of it.

    `version` counts its entries. `pseudonym` is one for all wallets of a person, and what remains of them when their
    account is erased. A person's paid wallet is the lock of all their wallets (`db.security_ledger`).
    """

    __tablename__ = "wallets"
    __table_args__ = (
        CheckConstraint("balance >= 0 OR kind = 'issued'", name="balance_not_below_zero"),
        CheckConstraint("held >= 0 AND (held = 0 OR held <= balance)", name="held_is_there"),
        CheckConstraint("user_id IS NULL OR kind IN ('paid', 'promo')", name="people_have_two_kinds"),
        CheckConstraint("expires_at IS NULL OR kind = 'promo'", name="only_given_tokens_end"),
        Index(
            "uq_wallets_user_id_kind_expires_at",
            "user_id",
            "kind",
            "expires_at",
            unique=True,
            postgresql_where=text("user_id IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_wallets_house_kind_shard",
            "kind",
            "shard",
            unique=True,
            postgresql_where=text("kind IN ('issued', 'spent', 'expired')"),
        ),
        Index("ix_wallets_pseudonym", "pseudonym"),
        Index("ix_wallets_expires_at", "expires_at", postgresql_where=text("kind = 'promo' AND balance > 0")),
        Index("ix_wallets_left_behind", "id", postgresql_where=text("user_id IS NULL AND balance > 0")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who owns the tokens; seen also by staff. The house's own wallets are nobody's",
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
    shard: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    expires_at: Mapped[datetime | None]
    balance: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    held: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    version: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TransferKind(StrEnum):
    """Why tokens moved."""

    PURCHASE = "purchase"
    """Bought: a payment."""
    BONUS = "bonus"
    """Given on top of what was bought."""
    ALLOWANCE = "allowance"
    """Given with a plan, once for each period."""
    ADJUSTMENT = "adjustment"
    """Given or taken by an admin."""
    REPLY = "reply"
    """What a character's reply took."""
    SPEND = "spend"
    """Spent on something else."""
    GIFT = "gift"
    """From one person to another."""
    REFUND = "refund"
    """The whole or a part of an earlier transfer, the other way (`reverses_id`)."""
    EXPIRY = "expiry"
    """Given tokens whose time is over, and what erased accounts leave behind."""


class Transfer(Base):
    """Tokens moved from one wallet (`debit_id`) to another, once and for good.

    `key` makes asking twice harmless: `request_hash` is of what was asked under it, and what takes several transfers is
    numbered by `part`. `about` is what it is about, by kind: a payment, a gift, a turn. `short` is what was asked for
    beyond what there was.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("key", "part"),
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint("short >= 0 AND part >= 0", name="counts_not_below_zero"),
        CheckConstraint("debit_id <> credit_id", name="between_two"),
        CheckConstraint("(kind = 'refund') = (reverses_id IS NOT NULL)", name="refunds_name_what_they_reverse"),
        CheckConstraint("(kind = 'allowance') = (period IS NOT NULL)", name="allowances_name_their_period"),
        CheckConstraint("length(key) BETWEEN 1 AND 200", name="key_has_a_length"),
        Index("ix_transfers_debit_id", "debit_id", "id"),
        Index("ix_transfers_credit_id", "credit_id", "id"),
        Index("ix_transfers_reverses_id", "reverses_id", postgresql_where=text("reverses_id IS NOT NULL")),
        Index("ix_transfers_hold_id", "hold_id", postgresql_where=text("hold_id IS NOT NULL")),
        Index("ix_transfers_about", "about", postgresql_where=text("about IS NOT NULL")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="whoever owns one of its wallets; seen also by staff",
        purpose="to account for every token",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str]
    part: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[TransferKind]
    debit_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    credit_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    amount: Mapped[BigInt]
    short: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    about: Mapped[UUID | None]
    period: Mapped[str | None]
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.id", ondelete="RESTRICT"))
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id", ondelete="RESTRICT"))
    actor_kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Entry(Base):
    """One side of a transfer: what one wallet gained (or, below zero, lost), and what it had then.

    `version` numbers the wallet's entries without a gap, so that one taken out is missed.
    """

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_is_some"),
        UniqueConstraint("wallet_id", "transfer_id"),
        Index("ix_entries_transfer_id", "transfer_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="whoever owns the wallet; seen also by staff",
        purpose="to account for every token",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"), primary_key=True)
    version: Mapped[BigInt] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.id", ondelete="RESTRICT"))
    amount: Mapped[BigInt]
    balance_after: Mapped[BigInt]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HoldKind(StrEnum):
    """What tokens are held back for."""

    GIFT = "gift"
    """Somebody else (`to_user_id`) may accept them."""
    REPLY = "reply"
    """A reply is being made; what it takes is known when it is done."""
    SPEND = "spend"
    """Something else is being made."""


class HoldState(StrEnum):
    """How something held back stands. All but the first are for good."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class Hold(Base):
    """Tokens of a person held back: moved when it is done (`posted`), freed when it fails or takes too long.

    `short` is what was to be paid beyond what there was: the house bears it.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_once"),
        CheckConstraint("(state = 'posted') = (posted IS NOT NULL)", name="posted_says_how_much"),
        CheckConstraint("posted >= 0 AND short >= 0", name="counts_not_below_zero"),
        CheckConstraint("kind = 'gift' OR to_user_id IS NULL", name="only_gifts_are_for_somebody"),
        CheckConstraint("to_user_id <> user_id", name="none_to_oneself"),
        CheckConstraint("length(key) BETWEEN 1 AND 200", name="key_has_a_length"),
        Index("ix_holds_user_id_state", "user_id", "state"),
        Index("ix_holds_user_id_created_at", "user_id", "created_at"),
        Index("ix_holds_to_user_id", "to_user_id", postgresql_where=text("state = 'pending'")),
        Index("ix_holds_expires_at", "expires_at", postgresql_where=text("state = 'pending'")),
        Index("ix_holds_about", "about", postgresql_where=text("about IS NOT NULL")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="whose tokens are held back, and for whom; seen also by staff",
        purpose="so that two replies at once cannot spend the same tokens, and a gift waits until it is accepted",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("user_id", "to_user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    to_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[HoldKind]
    state: Mapped[HoldState] = mapped_column(default=HoldState.PENDING, server_default=HoldState.PENDING.value)
    amount: Mapped[BigInt]
    posted: Mapped[BigInt | None]
    short: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    about: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HoldPart(Base):
    """How much a hold keeps of one wallet, in the order in which it is spent (`number`)."""

    __tablename__ = "hold_parts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_some"),
        Index("ix_hold_parts_wallet_id", "wallet_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="whoever owns the wallet; seen also by staff",
        purpose="to give back to the wallet a hold took from",
        retention="for as long as the ledger",
        export=Export.ROWS,
        erase=Erase.WORDS,
    )

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id", ondelete="RESTRICT"), primary_key=True)
    number: Mapped[SmallInt] = mapped_column(primary_key=True)
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey("wallets.id", ondelete="RESTRICT"))
    amount: Mapped[BigInt]
