"""What applications sell, and who has bought what (docs: Monetization)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class SkuType(IntEnum):
    """What can be sold (docs: SKU, SKU Types); a subscription brings a group of its own along (6)."""

    DURABLE = 2
    CONSUMABLE = 3
    SUBSCRIPTION = 5
    SUBSCRIPTION_GROUP = 6


class EntitlementType(IntEnum):
    """How somebody came to have something (docs: Entitlement, Entitlement Types)."""

    PURCHASE = 1
    APPLICATION_SUBSCRIPTION = 8


@dataclass
class Sku:
    """Something an application sells. `price` is in cents of a dollar: shown here, told to nobody by the API."""

    id: str
    application_id: str
    name: str
    type: int
    slug: str
    flags: int
    price: int = 0


@dataclass
class Entitlement:
    """What a person (or a server) has bought. Times are ISO 8601."""

    id: str
    application_id: str
    sku_id: str
    type: int
    user_id: str
    guild_id: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    consumed: bool = False
    deleted: bool = False
    #: A subscription that was cancelled, and ends with the period that is paid.
    ending: bool = False
    #: When the paid period of a subscription ends; the API tells it of the subscription only.
    period_ends_at: str | None = None
