"""Wallets as their owners see them: what they have, what came and went, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.services.money.allowances import Allowances, Due
from bot.services.money.gifts import Gift, Gifts
from bot.services.money.ledger import Balance, History, Hold, Ledger
from bot.services.money.limits_of import Allowed, Limits
from bot.services.money.usage import resets_at
from bot.texts import N_, Text
from db.models import TransferKind, WalletKind
from db.queries.money import ledger as queries
from db.work import Work

KINDS: Mapping[TransferKind, Text] = {
    TransferKind.PURCHASE: N_("bought"),
    TransferKind.BONUS: N_("on top of what was bought"),
    TransferKind.ALLOWANCE: N_("your plan's tokens of the month"),
    TransferKind.ADJUSTMENT: N_("changed by the house"),
    TransferKind.REPLY: N_("a reply"),
    TransferKind.SPEND: N_("spent"),
    TransferKind.GIFT: N_("a gift"),
    TransferKind.REFUND: N_("given back"),
    TransferKind.EXPIRY: N_("not used in time"),
}
"""What a movement is called in a wallet's history."""


@dataclass(frozen=True, slots=True)
class WalletSeen:
    """A wallet at a glance. `giveable` is what can be given on: bought or given tokens that nothing keeps back.

    `next_allowance` are the tokens the plan gives at `next_at`. `is_charged`: whether replies cost tokens here at all.
    """

    balance: Balance
    giveable: int
    holds: tuple[Hold, ...]
    gifts: tuple[Gift, ...]
    allowed: Allowed
    next_allowance: int
    next_at: datetime
    is_charged: bool

    @property
    def gifts_for_me(self) -> tuple[Gift, ...]:
        """Gifts that wait to be accepted."""
        return tuple(one for one in self.gifts if not one.is_from_me)

    @property
    def gifts_from_me(self) -> tuple[Gift, ...]:
        """Gifts that others have not accepted yet."""
        return tuple(one for one in self.gifts if one.is_from_me)


class Wallets:
    """Shows them. `work` is in their owner's name."""

    def __init__(
        self,
        ledger: Ledger,
        gifts: Gifts,
        plan_limits: Limits,
        allowances: Allowances,
        clock: Clock,
        *,
        is_charged: bool = False,
    ) -> None:
        self._ledger = ledger
        self._gifts = gifts
        self._limits = plan_limits
        self._allowances = allowances
        self._clock = clock
        self.is_charged = is_charged

    async def look(self, work: Work, user_id: UUID) -> WalletSeen:
        """One's own wallet. The tokens of a new month are in it, though they are granted when they are first used."""
        allowed = await self._limits.allowed(work, user_id)
        holds = await self._ledger.holds(work, user_id)
        due = await self._allowances.due(work, user_id)
        balance = with_due(await self._ledger.balance(work, user_id), due)
        pockets = await queries.pockets(work.session, user_id)
        return WalletSeen(
            balance=balance,
            giveable=sum(one.balance - one.held for one in pockets if one.kind is WalletKind.PAID),
            holds=holds,
            gifts=await self._gifts.open(work, user_id),
            allowed=allowed,
            next_allowance=allowed.token_allowance if self._allowances.is_given else 0,
            next_at=resets_at(self._clock.now()),
            is_charged=self.is_charged,
        )

    async def history(
        self, work: Work, user_id: UUID, after: str | None = None, limit: int = int(limits.WALLET_PAGE)
    ) -> History:
        """What came and went, newest first."""
        return await self._ledger.history(work, user_id, after, limit)


def with_due(balance: Balance, due: Due | None) -> Balance:
    """A balance as it is once what is due was granted. Pure."""
    if due is None:
        return balance
    ends, ending = due.ends_at, due.tokens
    if balance.expires_at is not None and balance.expires_at <= due.ends_at:
        ends = balance.expires_at
        ending = balance.expiring + (due.tokens if ends == due.ends_at else 0)
    return replace(
        balance, promo=balance.promo + due.tokens, free=balance.free + due.tokens, expiring=ending, expires_at=ends
    )
