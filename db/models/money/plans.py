"""Plans, who is on which, and what of their limits is used up."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigInt, SmallInt, Snowflake
from db.ids import new_id
from db.personal import Erase, Export, Personal, Sharing
from db.types import Document


class AnalyticsLevel(StrEnum):
    """How much a creator sees of how their characters are used."""

    BASIC = "basic"
    ADVANCED = "advanced"


class SupportLevel(StrEnum):
    """How quickly somebody is helped."""

    COMMUNITY = "community"
    EMAIL = "email"
    PRIORITY = "priority"


class PlanLimits(BaseModel):
    """What a plan allows. None: as much as the house allows anybody; `providers` None: all there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    characters: int | None = None
    messages_per_month: int | None = None
    file_uploads: int | None = None
    file_size_mb: int | None = None
    website_sources: int | None = None
    text_sources: int | None = None
    history_days: int | None = None
    providers: list[str] | None = None
    api_access: bool = False
    custom_branding: bool = False
    analytics_level: AnalyticsLevel = AnalyticsLevel.BASIC
    support_level: SupportLevel = SupportLevel.COMMUNITY


class Plan(Base):
    """What people subscribe to. A price of null is agreed on by hand; `is_default` is for who has no subscription."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_-]{0,31}$'", name="code_is_plain"),
        CheckConstraint("price_monthly_cents >= 0 AND price_yearly_cents >= 0", name="prices_not_below_zero"),
        CheckConstraint("token_allowance >= 0", name="allowance_not_below_zero"),
        CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_is_iso"),
        Index("uq_plans_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.PUBLIC,
        whose="nobody",
        purpose="to say what is offered for which price",
        retention="until an admin deletes it",
        export=Export.NOTHING,
        erase=Erase.NOTHING,
        note="no row is about a person",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(Text(collation="C"), unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    price_monthly_cents: Mapped[BigInt | None]
    price_yearly_cents: Mapped[BigInt | None]
    currency: Mapped[str] = mapped_column(default="usd", server_default="usd")
    features: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list[str], server_default=text("'{}'::text[]"))
    token_allowance: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    limits: Mapped[PlanLimits] = mapped_column(
        Document[PlanLimits](PlanLimits), default=PlanLimits, server_default=text("'{}'::jsonb")
    )
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    discord_sku_id: Mapped[Snowflake | None] = mapped_column(unique=True)
    place: Mapped[SmallInt] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class SubscriptionState(StrEnum):
    """How a subscription stands. `past_due` still counts, until `grace_until`."""

    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Interval(StrEnum):
    """How often is paid."""

    MONTH = "month"
    YEAR = "year"


class Subscription(Base):
    """Who is on which plan, one at a time. `source` is who says so: stripe, discord, or an admin by hand."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index(
            "uq_subscriptions_current",
            "user_id",
            "source",
            unique=True,
            postgresql_where=text("state IN ('active', 'past_due')"),
        ),
        Index("ix_subscriptions_user_id_state", "user_id", "state"),
        Index("ix_subscriptions_period_end", "period_end", postgresql_where=text("state IN ('active', 'past_due')")),
        CheckConstraint("source IN ('stripe', 'discord', 'house')", name="source_is_known"),
    )
    personal: ClassVar = Personal(
        sharing=Sharing.SHARED,
        whose="who subscribed; seen also by staff",
        purpose="to give people what they pay for",
        retention="as long as the account",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="RESTRICT"), index=True)
    source: Mapped[str]
    state: Mapped[SubscriptionState] = mapped_column(
        default=SubscriptionState.ACTIVE, server_default=SubscriptionState.ACTIVE.value
    )
    interval: Mapped[Interval | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    period_start: Mapped[datetime | None]
    period_end: Mapped[datetime | None]
    grace_until: Mapped[datetime | None]
    auto_renew: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    canceled_at: Mapped[datetime | None]
    # What is paid for a period; null where Discord took the money or an admin arranged it.
    price_cents: Mapped[BigInt | None]
    currency: Mapped[str | None]
    stripe_subscription_id: Mapped[str | None] = mapped_column(unique=True)
    discord_entitlement_id: Mapped[Snowflake | None] = mapped_column(unique=True)
    # When the source was last asked: an older answer never overwrites a newer one.
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class UsageCounter(Base):
    """How much of a limit is used in a month. `period` is its first day, UTC."""

    __tablename__ = "usage_counters"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_below_zero"),)
    personal: ClassVar = Personal(
        sharing=Sharing.PRIVATE,
        whose="who used it",
        purpose="to hold people to the limits of their plan",
        retention="13 months",
        export=Export.ROWS,
        erase=Erase.ROWS,
        people=("user_id",),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    counter: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[BigInt] = mapped_column(default=0, server_default=text("0"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
