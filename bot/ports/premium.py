"""What is sold through Discord itself: its SKUs, and who has what (entitlements).

That somebody has an entitlement is the truth; no event tells of somebody who cancels, and events can be missed.
Source: https://discord.com/developers/docs/monetization/overview
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from bot.errors import BotCafeError
from bot.ports.places import Caller


class PremiumAway(BotCafeError):
    """Discord does not answer, or refuses to."""


class SkuKind(IntEnum):
    """What a SKU is; Discord's own numbers. A subscription brings a group of its own along, which nobody buys."""

    DURABLE = 2
    CONSUMABLE = 3
    SUBSCRIPTION = 5
    GROUP = 6


@dataclass(frozen=True, slots=True)
class Sku:
    """Something on sale at Discord. What it costs Discord tells the buyer alone."""

    id: int
    name: str
    kind: SkuKind
    is_available: bool


@dataclass(frozen=True, slots=True)
class Bought:
    """What somebody has bought. `ends_at` is None until it is known to end."""

    id: int
    sku_id: int
    discord_user_id: int | None
    guild_id: int | None
    type: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_consumed: bool
    is_deleted: bool


class Premium(Protocol):
    """What we ask of Discord's shop. Every call raises `PremiumAway`."""

    async def skus(self) -> tuple[Sku, ...]:
        """Everything our application sells."""
        ...

    def bought(self) -> AsyncIterator[Bought]:
        """Everything people have of us now, oldest first."""
        ...

    async def one(self, entitlement_id: int) -> Bought | None:
        """One of them; None where there is none any more."""
        ...

    async def consume(self, entitlement_id: int) -> None:
        """Say that what was bought was handed out: it can be bought again."""
        ...

    async def person(self, discord_id: int) -> Caller | None:
        """Who somebody is whom we have not met."""
        ...
