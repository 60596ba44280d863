"""The till: who takes people's money for us, and what it tells.

Amounts are whole numbers of a currency's smallest unit. A notice only says that there is something to look at: what a
till tells of is always asked for anew, by its id.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from bot.errors import BotCafeError

Every = Literal["month", "year"]


class TillError(BotCafeError):
    """The till did not do what was asked. `detail` says why without anything a person or the till wrote."""


class TillUnreachable(TillError):
    """No answer, or one that says to come back later: it may or may not have happened. Repeating it is safe."""


class TillRefused(TillError):
    """It understood and will not. `code` is its own machine-readable word for why, "" where it gave none."""

    def __init__(self, detail: str, /, *, code: str = "", is_gone: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.is_gone = is_gone


class NotFromTheTill(TillError):
    """A notice that is forged, stale, or no notice at all."""


@dataclass(frozen=True, slots=True)
class Ware:
    """What is paid for. `code` is ours, whatever name and price become; `every` is None for what is paid once."""

    code: str
    name: str
    amount_cents: int
    currency: str
    every: Every | None


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page at which somebody pays, and until when."""

    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CheckoutSeen:
    """How such a page stands. `payment_id` is ours; None: this page is not one of ours."""

    id: str
    payment_id: UUID | None
    status: Literal["open", "complete", "expired"]
    is_paid: bool
    customer_id: str | None
    subscription_id: str | None
    intent_id: str | None
    amount_cents: int
    currency: str
    url: str | None


@dataclass(frozen=True, slots=True)
class SubscriptionSeen:
    """How a subscription stands. `ware` is the code of what is subscribed to; `item_id` is its line at the till.

    `payment_id` is the payment of ours that began it, where it was begun here.
    """

    id: str
    payment_id: UUID | None
    customer_id: str
    status: str
    item_id: str
    ware: str
    every: Every
    amount_cents: int
    currency: str
    started_at: datetime
    period_start: datetime
    period_end: datetime
    renews: bool
    canceled_at: datetime | None
    ended_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it is paid for, or may be any day."""
        return self.status in ("active", "trialing", "past_due")


@dataclass(frozen=True, slots=True)
class InvoiceSeen:
    """A bill for a subscription's period."""

    id: str
    customer_id: str
    subscription_id: str | None
    status: str
    amount_cents: int
    currency: str
    intent_id: str | None
    period_start: datetime
    period_end: datetime
    created_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class ChargeSeen:
    """Money that moved, and how much of it went back. `payment_id` is ours, where the till carried it along."""

    id: str
    payment_id: UUID | None
    customer_id: str | None
    intent_id: str | None
    amount_cents: int
    refunded_cents: int
    currency: str
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A payer's bank wants the money back."""

    id: str
    charge_id: str
    intent_id: str | None
    status: str

    @property
    def is_won(self) -> bool:
        """The money is ours after all."""
        return self.status in ("won", "warning_closed")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened at the till: its id, its kind in the till's words, and the object to look at."""

    id: str
    kind: str
    object_id: str
    created_at: datetime


class Till(Protocol):
    """What we ask of a till. Every call raises `TillUnreachable` or `TillRefused`; `key` makes one safe to repeat."""

    @property
    def is_play(self) -> bool:
        """Whether no real money moves."""
        ...

    async def customer(self, user_id: UUID) -> str:
        """The id under which the till knows a person from now on."""
        ...

    async def checkout(
        self, ware: Ware, *, payment_id: UUID, customer_id: str, language: str, back_to: str, done_at: str
    ) -> Checkout:
        """A page at which this person pays this. The same payment gets the same page."""
        ...

    async def close_checkout(self, checkout_id: str) -> None:
        """Let nobody pay there any more. What is paid or closed already stays as it is."""
        ...

    async def portal(self, customer_id: str, *, language: str, back_to: str) -> str:
        """The address at which a person looks after cards and bills."""
        ...

    async def seen_checkout(self, checkout_id: str) -> CheckoutSeen:
        """How a page stands."""
        ...

    async def seen_subscription(self, subscription_id: str) -> SubscriptionSeen:
        """How a subscription stands."""
        ...

    async def seen_invoice(self, invoice_id: str) -> InvoiceSeen:
        """How a bill stands."""
        ...

    async def invoices(self, subscription_id: str) -> tuple[InvoiceSeen, ...]:
        """A subscription's bills, newest first."""
        ...

    async def seen_charge(self, charge_id: str) -> ChargeSeen:
        """What became of money that moved."""
        ...

    async def seen_dispute(self, dispute_id: str) -> DisputeSeen:
        """How a dispute stands."""
        ...

    async def renew(self, subscription_id: str, *, renews: bool) -> SubscriptionSeen:
        """Let a subscription go on after its period, or end with it."""
        ...

    async def switch(self, seen: SubscriptionSeen, ware: Ware, *, key: str) -> SubscriptionSeen:
        """Another plan or interval from now on; what is left of the paid period counts."""
        ...

    async def end(self, subscription_id: str) -> None:
        """End a subscription at once. One that is over stays so."""
        ...

    async def refund(self, intent_id: str, amount_cents: int | None, *, key: str) -> ChargeSeen:
        """Give money back, all that is left of it where no amount is named."""
        ...

    def read(self, body: bytes, signature: str | None) -> Notice:
        """What a notice says. Raises `NotFromTheTill`."""
        ...

    def notices(self, since: datetime) -> AsyncIterator[Notice]:
        """Everything the till told of since then that concerns us, newest first."""
        ...

    async def listen_at(self, url: str) -> None:
        """Have notices sent there from now on; only for a till of play money."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...
