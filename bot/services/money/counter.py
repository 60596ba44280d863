"""Where something is paid: what buying tokens and subscribing to a plan have in common.

The order makes every step safe to lose: a pending payment is written first, then the till is asked for a page under
that payment's id (asking twice gives the same page), then the page is remembered. A page nobody was sent to expires.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, LimitReached, NotAllowed
from bot.ports.till import Till, TillRefused, TillUnreachable, Ware
from bot.services.money.payments_told import PaymentsTold
from bot.services.oversight import audit
from bot.services.oversight.switches import Switch, Switches
from bot.texts import N_
from db import functions_payments as functions
from db.functions_payments import PaymentRow
from db.ids import new_id
from db.models import Interval
from db.queries.money import payments as queries
from db.work import Actor, Database

PAGE_LIVES = timedelta(hours=23)
"""How long the till keeps a page open (a day), less what somebody needs to pay."""

PAID = "/wallet/paid?checkout={CHECKOUT_SESSION_ID}"
"""Where people come back to; the till fills in the name of the page they paid at."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to pay for: a plan by the month or year, or a package.

    `site` is the address at which their browser reaches us, where it is known; they come back to it.
    """

    user_id: UUID
    plan_id: UUID | None = None
    package_id: UUID | None = None
    interval: Interval | None = None
    language: str = "en"
    site: str = ""


class Counter:
    """Opens pages at the till. `site` is our own address, where people come back to; "" where there is none."""

    def __init__(
        self,
        database: Database,
        till: Till | None,
        told: PaymentsTold | None,
        *,
        site: Callable[[], str],
        switches: Switches | None,
        clock: Clock,
    ) -> None:
        self._database = database
        self._till = till
        self._told = told
        self._site = site
        self._switches = switches
        self._clock = clock

    @property
    def is_open(self) -> bool:
        """Whether there is a till at all."""
        return self._till is not None

    @property
    def is_play(self) -> bool:
        """Whether no real money moves."""
        return self._till is not None and self._till.is_play

    @property
    def till(self) -> Till:
        """The till. Raises `NotAllowed` where this house sells nothing."""
        if self._till is None:
            raise NotAllowed("nothing_on_sale", N_("Nothing is sold here, so nothing was charged."))
        return self._till

    @property
    def told(self) -> PaymentsTold:
        """Who works what the till tells. Raises `NotAllowed` where there is no till."""
        if self._told is None:
            raise NotAllowed("nothing_on_sale", N_("Nothing is sold here, so nothing was charged."))
        return self._told

    def address(self, path: str, site: str = "") -> str:
        """A page of ours, as the till can send people to it. Raises `NotAllowed` where we have no address."""
        site = site or self._site()
        if not site:
            raise NotAllowed(
                "no_way_back",
                N_("The web pages have no address here, so nothing was charged. Tell an admin: PUBLIC_URL is not set."),
            )
        return f"{site}{path}"

    def need_open(self) -> None:
        """Raise where nobody may begin to pay now."""
        _ = self.till
        if self._switches is not None:
            self._switches.need(Switch.PURCHASES)

    async def page(self, wish: Wish, ware: Callable[[PaymentRow], Ware], *, path: str) -> str | None:
        """The address at which this is paid; None where it is not for sale. `path` is our page to come back to.

        Raises `NotAllowed`, `LimitReached`, or `Conflict` where it was paid a moment ago or the till is away.
        """
        self.need_open()
        # Before anything is written: without an address nobody could come back.
        back_to, done_at = self.address(path, wish.site), self.address(PAID, wish.site)
        async with asking():
            known = await self._known_page(wish)
            if known is not None:
                return known
            row = await self._begin(wish)
            if row is None:
                return None
            opened = await self.till.checkout(
                ware(row),
                payment_id=row.id,
                customer_id=await self.customer(wish.user_id),
                language=wish.language,
                back_to=back_to,
                done_at=done_at,
            )
        async with self._database.work(Actor.user(wish.user_id)) as work:
            await functions.note_checkout(work.session, row.id, opened.id)
        return opened.url

    async def customer(self, user_id: UUID) -> str:
        """The person's id at the till, made at the first payment."""
        async with self._database.work(Actor.user(user_id)) as work:
            known = await queries.customer(work.session, user_id)
        if known is not None:
            return known
        made = await self.till.customer(user_id)
        async with self._database.work(Actor.user(user_id)) as work:
            await queries.add_customer(work.session, user_id, made)
            return await queries.customer(work.session, user_id) or made

    async def known_customer(self, user_id: UUID) -> str | None:
        """The person's id at the till, where they ever began to pay."""
        async with self._database.work(Actor.user(user_id)) as work:
            return await queries.customer(work.session, user_id)

    async def _known_page(self, wish: Wish) -> str | None:
        """The page that was opened for the same thing a moment ago, in another window or by a second click."""
        async with self._database.work(Actor.user(wish.user_id)) as work:
            row = await queries.open_payment(
                work.session,
                wish.user_id,
                plan_id=wish.plan_id,
                package_id=wish.package_id,
                interval=wish.interval,
                since=self._clock.now() - PAGE_LIVES,
            )
            price = await queries.price(
                work.session, plan_id=wish.plan_id, package_id=wish.package_id, interval=wish.interval
            )
        if row is None or row.checkout_reference is None:
            return None
        seen = await self.till.seen_checkout(row.checkout_reference)
        if seen.status == "complete":
            await self.told.look_at_checkout(seen.id)
            raise Conflict(
                "being_paid",
                N_("You paid for this a moment ago; nothing more was charged. It arrives as soon as it is confirmed."),
            )
        if seen.status == "open" and (row.amount_cents, row.currency) == price:
            return seen.url
        if seen.status == "open":
            # The price is another one by now.
            await self.till.close_checkout(seen.id)
        return None

    async def _begin(self, wish: Wish) -> PaymentRow | None:
        async with self._database.work(Actor.user(wish.user_id)) as work:
            today = self._clock.now() - timedelta(days=1)
            if await queries.begun_since(work.session, wish.user_id, today) >= limits.PAYMENTS_BEGUN_PER_DAY:
                raise LimitReached(
                    "payments_begun",
                    N_("You began to pay {most} times in a day, so nothing more was begun. Try again tomorrow."),
                    most=int(limits.PAYMENTS_BEGUN_PER_DAY),
                )
            row = await functions.begin_payment(
                work.session,
                new_id(),
                plan_id=wish.plan_id,
                package_id=wish.package_id,
                interval=wish.interval,
            )
            if row is not None:
                details = {"amount_cents": row.amount_cents, "currency": row.currency}
                await audit.record(work, "payment.begun", "payment", row.id, of=wish.user_id, details=details)
        return row


@asynccontextmanager
async def asking() -> AsyncGenerator[None]:
    """What the till does to us, as a person may read it."""
    try:
        yield
    except TillUnreachable as error:
        log.warning("till_unreachable", error=str(error))
        raise Conflict(
            "till_away",
            N_("The payment service does not answer. Nothing more was charged; try again in a minute."),
        ) from error
    except TillRefused as error:
        log.warning("till_refused", error=str(error), code=error.code)
        if error.code in ("card_declined", "subscription_payment_intent_requires_action"):
            raise NotAllowed(
                "card_declined",
                N_("Your card was declined, so nothing changed. Look after your card on the billing page."),
            ) from error
        raise NotAllowed(
            "till_refused",
            N_("The payment service did not do that, so nothing was charged. If it stays so, tell an admin."),
        ) from error
