"""Builds what people pay with: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import AsyncExitStack
from typing import cast

import structlog

from bot.app_money import MoneyParts
from bot.clock import Clock
from bot.ports.premium import Premium
from bot.ports.till import Till, TillError
from bot.services.money.counter import Counter
from bot.services.money.entitlements import Entitlements
from bot.services.money.paid_tokens import PaidTokens
from bot.services.money.paying import Paying
from bot.services.money.payments import Payments
from bot.services.money.payments_told import PaymentsTold
from bot.services.money.renewal import Renewal
from bot.services.money.subscriptions import Subscriptions
from bot.services.money.subscriptions_told import SubscriptionsTold
from bot.services.oversight.rules import OversightRules
from bot.services.people import People
from bot.settings import Settings
from db.work import Database

HOOK = "/hooks/stripe"

log = structlog.get_logger(__name__)


class TillParts:
    """The till and what stands on it. Without one everything is there all the same, and says that nothing is sold."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        *,
        money: MoneyParts,
        oversight: OversightRules,
        till: Till | None = None,
        premium: Premium | None = None,
        people: People | None = None,
    ) -> None:
        self._database = database
        self._till = till
        self._settings = settings
        self._site = settings.public_url
        subscriptions = SubscriptionsTold(money.allowances)
        told = None
        tokens = PaidTokens(money.ledger, clock)
        if till is not None:
            told = PaymentsTold(database, till, tokens=tokens, subscriptions=subscriptions, clock=clock)
        counter = Counter(database, till, told, site=lambda: self._site, switches=oversight.switches, clock=clock)
        self.renewal = Renewal(database, till, told, clock)
        self.entitlements = Entitlements(
            database,
            premium,
            people=people or People(database, clock),
            tokens=tokens,
            allowances=money.allowances,
            clock=clock,
        )
        self.paying = Paying(
            entitlements=self.entitlements,
            payments=Payments(database, counter, oversight.oversight),
            subscriptions=Subscriptions(
                database, counter, oversight.oversight, allowances=money.allowances, clock=clock
            ),
        )

    async def sell_locally(self, admin_discord_id: int) -> None:
        """Let what the local Discord sells stand for our plans and packages of the same names."""
        from bot.demo import shop

        await self.entitlements.look_on_sale()
        await shop.stand_for(self._database, self.entitlements.named(), admin_discord_id)

    async def reached_at(self, web_url: str) -> None:
        """The web face is open at this address. A till of play money tells us there what happens."""
        self._site = self._settings.public_url or web_url
        if self._till is None or not self._settings.stripe_base_url or self._settings.stripe_webhook_secret:
            return
        try:
            await self._till.listen_at(f"{web_url}{HOOK}")
        except TillError as error:
            log.warning("till_does_not_tell", error=str(error), effect="payments arrive when people come back")


async def open_till(settings: Settings, exits: AsyncExitStack) -> Till | None:
    """The till, where one is set up. Its library takes a third of a second and 33 MB to import."""
    key = settings.stripe_secret_key.get_secret_value()
    if not key:
        return None
    module = await asyncio.to_thread(importlib.import_module, "bot.providers.stripe_till")
    secrets = settings.stripe_webhook_secret.get_secret_value()
    till = await module.StripeTill.open(
        key,
        tuple(one.strip() for one in secrets.split(",") if one.strip()),
        base_url=settings.stripe_base_url,
        is_play=bool(settings.stripe_base_url),
    )
    exits.push_async_callback(till.close)
    return cast("Till", till)
