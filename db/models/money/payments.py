"""What was paid, by whom, for what; what Stripe and Discord told of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.ids import new_id
from db.models.money.plans import Interval
from db.personal import Erase, Export, Personal, Sharing


class PaymentState(StrEnum):
    """How a payment stands."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    EXPIRED = "expired"


class PaymentSource(StrEnum):
    """Who took the money."""

    STRIPE = "stripe"
    DISCORD = "discord"


class StripeCustomer(Base):
    """Under which id Stripe knows a person."""

    __tablename__ = "stripe_customers"
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who pays",
        purpose="so that a person pays under one account at Stripe",
        retention="as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Payment(Base):
    """One payment, for a plan's period or a package. Amounts in the smallest unit of `currency`.

    `reference` is its id at the source (Stripe's payment intent, Discord's entitlement), null until there is one.
    Amount and currency are null where Discord took the money: it does not tell us how much. What was promised for it
    (`tokens`, `bonus_tokens`) is what the package held when it was bought, however it is edited later; `tokens_back` of
    them were taken back, after a refund. `seen_at` is when the source was last asked: an older answer never overwrites
    a newer one.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_not_below_zero"),
        CheckConstraint("refunded_cents BETWEEN 0 AND amount_cents", name="refund_not_above_amount"),
        CheckConstraint("num_nonnulls(plan_id, package_id) = 1", name="for_one_thing"),
        CheckConstraint("num_nonnulls(amount_cents, currency) IN (0, 2)", name="amount_in_a_currency"),
        CheckConstraint("source <> 'stripe' OR amount_cents IS NOT NULL", name="stripe_tells_the_amount"),
        CheckConstraint(
            "tokens >= 0 AND bonus_tokens >= 0 AND tokens_back BETWEEN 0 AND tokens + bonus_tokens",
            name="tokens_back_not_above_tokens",
        ),
        Index("ix_payments_pending", "created_at", postgresql_where=text("state = 'pending'")),
        Index("uq_payments_source_reference", "source", "reference", unique=True),
        Index("ix_payments_user_id_created_at", "user_id", "created_at"),
        Index("ix_payments_created_at", "created_at"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who paid; seen also by admins",
        purpose="to account for money, as tax law asks",
        retention="ten years, without a reference to the person once they asked for erasure",
        export=Export.ROWS,
        erase=Erase.WORDS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id", ondelete="RESTRICT"), index=True)
    package_id: Mapped[UUID | None] = mapped_column(ForeignKey("token_packages.id", ondelete="RESTRICT"), index=True)
    subscription_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="SET NULL"), index=True
    )
    source: Mapped[PaymentSource]
    reference: Mapped[str | None]
    # Where the page stands at which it is paid, and the bill for a plan's period.
    checkout_reference: Mapped[str | None] = mapped_column(unique=True)
    invoice_reference: Mapped[str | None] = mapped_column(unique=True)
    interval: Mapped[Interval | None]
    amount_cents: Mapped[BigInt | None]
    refunded_cents: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    currency: Mapped[str | None]
    tokens: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    bonus_tokens: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    tokens_back: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    failure: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[PaymentState] = mapped_column(default=PaymentState.PENDING, server_default=PaymentState.PENDING.value)
    period_start: Mapped[datetime | None]
    period_end: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class PaymentEvent(Base):
    """A notice from Stripe, by its id: there once, in the transaction that did its work."""

    __tablename__ = "payment_events"
    __table_args__ = (Index("ix_payment_events_received_at", "received_at"),)
    personal: ClassVar = Personal(
        sharing=Sharing.SYSTEM,
        whose="nobody",
        purpose="so that a notice that comes twice is worked once",
        retention="90 days",
        export=Export.NOTHING,
        erase=Erase.EXPIRES,
        system_reason="ids of notices and of objects at Stripe, written by the program",
        note="no row names a person",
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    object_id: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str] = mapped_column(server_default="")
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Entitlement(Base):
    """What Discord says somebody has bought of us. Its presence is the truth; what was given for it stands beside."""

    __tablename__ = "entitlements"
    __table_args__ = (
        Index("ix_entitlements_user_id", "user_id"),
        Index("ix_entitlements_discord_user_id", "discord_user_id"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who bought it; seen also by admins",
        purpose="to give people what they bought at Discord",
        retention="as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[Snowflake] = mapped_column(primary_key=True, autoincrement=False)
    sku_id: Mapped[Snowflake]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    discord_user_id: Mapped[Snowflake | None]
    guild_id: Mapped[Snowflake | None]
    type: Mapped[SmallInt]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    is_consumed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    deleted_at: Mapped[datetime | None]
    granted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class TokenDebt(Base):
    """Tokens that should have been taken back (refund, dispute) but were spent already."""

    __tablename__ = "token_debts"
    __table_args__ = (CheckConstraint("tokens > 0", name="tokens_are_some"), Index("ix_token_debts_user_id", "user_id"))
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who spent them; seen also by admins",
        purpose="to know what a refund left open",
        retention="as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    tokens: Mapped[BigInt]
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
