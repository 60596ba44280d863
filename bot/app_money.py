"""Builds the services of money: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.services.cafe import Money
from bot.services.money.allowances import Allowances
from bot.services.money.gifts import Gifts
from bot.services.money.ledger import Ledger
from bot.services.money.limits_of import Limits
from bot.services.money.metering import Metering
from bot.services.money.packages import Packages
from bot.services.money.plans import Plans
from bot.services.money.wallets import Wallets
from bot.settings import PlansChoice, RepliesCost, Settings
from db.work import Database


class MoneyParts:
    """What money is made of in one program. `begin` before anybody is served."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, *, refuse_gifts: Callable[[], None] = lambda: None
    ) -> None:
        """`refuse_gifts` raises where the house takes no gifts now."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self.meter: Metering | None = None
        self.ledger = Ledger(clock)
        self.limits = Limits(clock)
        self.plans, self.packages = Plans(clock), Packages(clock)
        self.gifts = Gifts(database, self.ledger, clock, refuse_closed=refuse_gifts)
        self.allowances = Allowances(database, self.ledger, clock, is_given=False)
        self.wallets = Wallets(self.ledger, self.gifts, self.limits, self.allowances, clock)

    async def begin(self, *, is_paid_for: bool = False) -> None:
        """Write the plans a new house begins with; find out whether they are on, and whether answers cost tokens.

        `is_paid_for`: whether the house pays for its model.
        """
        await self.plans.seed(self._database)
        self.limits.is_on = await self._are_on()
        cost = self._settings.replies_cost
        is_charged = cost is RepliesCost.TOKENS or (cost is RepliesCost.AUTO and is_paid_for and self.limits.is_on)
        if is_charged or self.limits.is_on:
            self.meter = Metering(self._database, self._clock, is_charged=is_charged, has_plans=self.limits.is_on)
        self.wallets.is_charged = is_charged
        self.allowances.is_given = self.limits.is_on or is_charged

    def money(self) -> Money:
        """What faces may call."""
        return Money(
            ledger=self.ledger,
            limits=self.limits,
            plans=self.plans,
            packages=self.packages,
            gifts=self.gifts,
            allowances=self.allowances,
            wallets=self.wallets,
        )

    async def _are_on(self) -> bool:
        match self._settings.plans:
            case PlansChoice.ON:
                return True
            case PlansChoice.OFF:
                return False
            case PlansChoice.AUTO:
                by_card = bool(self._settings.stripe_secret_key.get_secret_value())
                return by_card or await self.plans.are_sold_on_discord(self._database)
