"""Subscriptions: taking a plan, changing it, letting it end, and who is on which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.ports.till import Ware
from bot.services.money.allowances import Allowances
from bot.services.money.counter import Counter, Wish, asking
from bot.services.money.plans import no_such_plan
from bot.services.money.subscriptions_told import ware_of
from bot.services.oversight import audit
from bot.services.oversight.audit import Oversight
from bot.texts import N_
from db import functions_payments as functions
from db.functions_payments import PaymentRow
from db.ids import new_id
from db.models import Interval, Plan, Subscription, SubscriptionState
from db.queries.money import payments as payment_queries
from db.queries.money import subscriptions as queries
from db.queries.oversight import people as people_queries
from db.work import Actor, Database, Work

__all__ = ["Interval", "SubscriptionSeen", "SubscriptionState", "Subscriptions"]

PLAN = "/plan"


@dataclass(frozen=True, slots=True)
class SubscriptionSeen:
    """A subscription as its person sees it.

    `until` is when the paid period ends (None: until somebody ends it), `grace_until` when the plan ends unless what
    is due gets paid. `source` is stripe, discord, or house (arranged by an admin).
    """

    id: UUID
    plan_id: UUID
    plan_name: str
    source: str
    state: SubscriptionState
    interval: Interval | None
    price_cents: int | None
    currency: str | None
    since: datetime
    until: datetime | None
    grace_until: datetime | None
    is_renewing: bool

    @property
    def is_live(self) -> bool:
        """Whether it runs, paid or in its days of grace."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)

    @property
    def is_by_card(self) -> bool:
        """Whether it can be changed, ended and looked after here; Discord has its own place for that."""
        return self.source == "stripe" and self.is_live


class Subscriptions:
    """Who is on which plan, and how that changes. What was paid is told by the till alone."""

    def __init__(
        self, database: Database, counter: Counter, oversight: Oversight, *, allowances: Allowances, clock: Clock
    ) -> None:
        self._database = database
        self._counter = counter
        self._oversight = oversight
        self._allowances = allowances
        self._clock = clock

    @property
    def is_open(self) -> bool:
        """Whether plans can be paid by card here."""
        return self._counter.is_open

    # --------------------------------------------------------------------------------------------------- reading

    async def all_of(self, work: Work, user_id: UUID) -> tuple[SubscriptionSeen, ...]:
        """Every subscription of a person, newest first."""
        return tuple(_seen(row, plan) for row, plan in await queries.of(work.session, user_id))

    async def current(self, work: Work, user_id: UUID) -> SubscriptionSeen | None:
        """The one whose plan is in force; None: the plan that everybody has."""
        force = await queries.in_force(work.session, user_id)
        if force is None:
            return None
        found = [one for one in await self.all_of(work, user_id) if one.plan_id == force.plan_id]
        return next((one for one in found if one.source == force.source), None)

    # --------------------------------------------------------------------------------------------------- by card

    async def begin(
        self, user_id: UUID, plan_id: UUID, interval: Interval, *, language: str = "en", site: str = ""
    ) -> str:
        """The address at which this person subscribes to a plan.

        Raises `Conflict` where they already pay for one (`change` is for that), `NotFound`, and what `Counter.page`
        raises.
        """
        plan, running = await self._wanted(user_id, plan_id, interval)
        if running is not None:
            raise Conflict(
                "subscribed_already",
                N_("You have a plan that renews already, so nothing was charged. Change that one on your plan's page."),
            )

        def ware(row: PaymentRow) -> Ware:
            return Ware(ware_of(plan_id), plan.name, row.amount_cents or 0, row.currency or "", interval.value)

        await self._close_others(user_id, plan_id, interval)
        wish = Wish(user_id, plan_id=plan_id, interval=interval, language=language, site=site)
        url = await self._counter.page(wish, ware, path=PLAN)
        if url is None:
            raise no_such_plan()
        return url

    async def change(self, user_id: UUID, plan_id: UUID, interval: Interval) -> SubscriptionSeen | None:
        """Another plan or interval from now on; what is left of the paid period counts. The one in force afterwards.

        Raises `NotFound`, `NotAllowed` (the card was declined: nothing changed) or `Conflict`.
        """
        self._counter.need_open()
        plan, running = await self._wanted(user_id, plan_id, interval)
        if running is None or running.stripe_subscription_id is None:
            raise Conflict("not_subscribed", N_("You have no plan to change, so nothing was charged. Take one first."))
        if (running.plan_id, running.interval) == (plan_id, interval):
            raise Conflict("same_plan", N_("You are on that plan already. Nothing was changed."))
        amount = plan.price_yearly_cents if interval is Interval.YEAR else plan.price_monthly_cents
        ware = Ware(ware_of(plan_id), plan.name, amount or 0, plan.currency, interval.value)
        async with asking():
            seen = await self._counter.till.seen_subscription(running.stripe_subscription_id)
            # One change from how it stands now: a second click is the same change.
            key = f"switch:{running.id}:{seen.ware}:{seen.every}:{int(seen.period_start.timestamp())}:{ware.code}"
            await self._counter.till.switch(seen, ware, key=f"{key}:{interval.value}:{ware.amount_cents}")
            await self._counter.told.look_at_subscription(running.stripe_subscription_id)
        async with self._database.work(Actor.user(user_id)) as work:
            details = {"plan_id": [str(running.plan_id), str(plan_id)], "interval": interval.value}
            await audit.record(work, "subscription.switched", "subscription", running.id, of=user_id, details=details)
            return await self.current(work, user_id)

    async def renew(self, user_id: UUID, *, renews: bool) -> SubscriptionSeen | None:
        """Let the plan go on after its period, or end with it. Raises `Conflict` where there is none to change."""
        async with self._database.work(Actor.user(user_id)) as work:
            running = await queries.running(work.session, user_id, "stripe")
        if running is None or running.stripe_subscription_id is None:
            raise Conflict("not_subscribed", N_("You have no plan that renews, so nothing was changed."))
        async with asking():
            await self._counter.till.renew(running.stripe_subscription_id, renews=renews)
            await self._counter.told.look_at_subscription(running.stripe_subscription_id)
        async with self._database.work(Actor.user(user_id)) as work:
            details = {"auto_renew": [running.auto_renew, renews]}
            action = "subscription.renewal_switched"
            await audit.record(work, action, "subscription", running.id, of=user_id, details=details)
            return await self.current(work, user_id)

    async def portal(self, user_id: UUID, *, language: str = "en", site: str = "") -> str:
        """The address at which this person looks after cards and bills. Raises `NotFound` where they never paid."""
        till, back_to = self._counter.till, self._counter.address(PLAN, site)
        customer_id = await self._counter.known_customer(user_id)
        if customer_id is None:
            raise NotFound("never_paid", N_("You have not paid for anything yet, so there are no bills to look at."))
        async with asking():
            return await till.portal(customer_id, language=language, back_to=back_to)

    # -------------------------------------------------------------------------------------------------- by an admin

    async def arrange(
        self, staff: UUID, user_id: UUID, plan_id: UUID | None, until: datetime | None, *, why: str
    ) -> None:
        """Give a person a plan by hand until a day, or without an end; None takes an arranged one away. For admins.

        Raises `NotFound` or `InvalidInput`. A plan they pay for goes on beside it; the larger one is in force.
        """
        now = self._clock.now()
        if until is not None and not now < until <= now + timedelta(days=int(limits.ARRANGED_PLAN_DAYS_MAX)):
            raise InvalidInput(
                "arranged_until",
                N_("An arranged plan ends in the future, within {most} days, or without an end. Nothing was changed."),
                field="until",
                most=int(limits.ARRANGED_PLAN_DAYS_MAX),
            )
        async with self._oversight.at_work(
            staff, "subscription.arranged", "user", user_id, of=user_id, why=why, admin=True
        ) as work:
            if await people_queries.person(work.session, user_id) is None:
                raise NotFound("no_such_person", N_("There is no such person."))
            if plan_id is not None and await payment_queries.plan_of_ware(work.session, plan_id) is None:
                raise no_such_plan()
            await functions.arrange_plan(work.session, new_id(), user_id, plan_id, until)
            work.tell(plan_id=None if plan_id is None else str(plan_id), until=until)
        if plan_id is not None:
            async with self._database.work(Actor.job("arranged")) as work:
                await self._allowances.grant(work, user_id)

    # ------------------------------------------------------------------------------------------------------ within

    async def _wanted(self, user_id: UUID, plan_id: UUID, interval: Interval) -> tuple[Plan, Subscription | None]:
        """The plan, if it is for sale, and what runs by card."""
        async with self._database.work(Actor.user(user_id)) as work:
            plan = await payment_queries.plan_of_ware(work.session, plan_id)
            running = await queries.running(work.session, user_id, "stripe")
        if plan is None or not plan.is_active or plan.is_default:
            raise no_such_plan()
        amount = plan.price_yearly_cents if interval is Interval.YEAR else plan.price_monthly_cents
        if not amount:
            raise NotAllowed(
                "plan_by_agreement",
                N_("{name} is agreed on with an admin and cannot be bought like this. Nothing was charged."),
                name=plan.name,
            )
        return plan, running

    async def _close_others(self, user_id: UUID, plan_id: UUID, interval: Interval) -> None:
        """Let nobody pay for a second plan in another window."""
        self._counter.need_open()
        async with self._database.work(Actor.user(user_id)) as work:
            begun = await payment_queries.open_plan_payments(work.session, user_id)
        async with asking():
            for row in begun:
                if row.checkout_reference and (row.plan_id, row.interval) != (plan_id, interval):
                    await self._counter.till.close_checkout(row.checkout_reference)


def _seen(row: Subscription, plan: Plan) -> SubscriptionSeen:
    return SubscriptionSeen(
        id=row.id,
        plan_id=row.plan_id,
        plan_name=plan.name,
        source=row.source,
        state=row.state,
        interval=row.interval,
        price_cents=row.price_cents,
        currency=row.currency,
        since=row.started_at,
        until=row.period_end,
        grace_until=row.grace_until,
        is_renewing=row.auto_renew and row.state is not SubscriptionState.CANCELED,
    )
