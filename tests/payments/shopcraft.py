"""People who buy, at a till over HTTP, on a real database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from bot.clock import SystemClock
from bot.ports.till import Notice
from bot.providers.stripe_till import StripeTill
from bot.services.money.allowances import Allowances
from bot.services.money.counter import Counter
from bot.services.money.ledger import Ledger
from bot.services.money.paid_tokens import PaidTokens
from bot.services.money.payments import Payments
from bot.services.money.payments_told import Outcome, PaymentsTold
from bot.services.money.plans import Plans
from bot.services.money.subscriptions import Subscriptions
from bot.services.money.subscriptions_told import SubscriptionsTold
from bot.services.money.verifying import verify
from bot.services.oversight.audit import Oversight
from db.engine import create_engine
from db.ids import new_id
from db.models import Interval, Payment, Plan, Subscription, TokenPackage, User
from db.work import Actor, Database
from tests.payments.conftest import Counter as TillCounter

SITE = "http://127.0.0.1:8080"
JOB = Actor.job("test")


class MovedClock(SystemClock):
    """The machine's clock, put forward: the database has no other."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def sleep(self, seconds: float) -> None:
        await super().sleep(0)


@dataclass
class Shop:
    """Our side whole, and the till's."""

    database: Database
    owner_url: str
    counter: TillCounter
    till: StripeTill
    clock: MovedClock = field(default_factory=MovedClock)
    people: dict[str, UUID] = field(default_factory=dict[str, UUID])

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.clock)
        self.allowances = Allowances(self.database, self.ledger)
        self.oversight = Oversight(self.database)
        self.told = PaymentsTold(
            self.database,
            self.till,
            tokens=PaidTokens(self.ledger, self.clock),
            subscriptions=SubscriptionsTold(self.allowances),
            clock=self.clock,
        )
        at = Counter(self.database, self.till, self.told, site=lambda: SITE, switches=None, clock=self.clock)
        self.payments = Payments(self.database, at, self.oversight)
        self.subscriptions = Subscriptions(
            self.database, at, self.oversight, allowances=self.allowances, clock=self.clock
        )

    async def open(self) -> None:
        """Plans and packages as a house begins with them."""
        await Plans().seed(self.database)

    async def person(self, name: str = "Robin", *, is_admin: bool = False) -> UUID:
        """Somebody."""
        if name not in self.people:
            async with self.database.work(JOB) as work:
                user = User(id=new_id(), username=name.lower(), display_name=name)
                work.session.add(user)
            self.people[name] = user.id
            if is_admin:
                await self.as_owner("INSERT INTO standings (user_id, role) VALUES (:person, 'admin')", person=user.id)
        return self.people[name]

    async def plan(self, code: str) -> Plan:
        """A plan by its code."""
        async with self.database.work(JOB) as work:
            return (await work.session.execute(select(Plan).where(Plan.code == code))).scalar_one()

    async def package(self) -> TokenPackage:
        """The smallest package that has a bonus."""
        async with self.database.work(JOB) as work:
            found = select(TokenPackage).where(TokenPackage.bonus_tokens > 0).order_by(TokenPackage.price_cents)
            return (await work.session.execute(found.limit(1))).scalar_one()

    async def buys_tokens(self, user_id: UUID, card: str = "works") -> str:
        """Somebody pays for the package; the session's id. Nobody has told us yet."""
        await self.payments.buy_package(user_id, (await self.package()).id)
        session = self.counter.row("sessions")["id"]
        await self.counter.play("pay", session=session, card=card)
        return str(session)

    async def subscribes(
        self, user_id: UUID, code: str = "starter", interval: Interval = Interval.MONTH, card: str = "works"
    ) -> str:
        """Somebody pays for a plan; the subscription's id at the till. Nobody has told us yet."""
        await self.subscriptions.begin(user_id, (await self.plan(code)).id, interval)
        await self.counter.play("pay", session=self.counter.row("sessions")["id"], card=card)
        return str(self.counter.row("subscriptions")["id"])

    def notices(self) -> list[Notice]:
        """Everything that happened at the till, oldest first, as notices."""
        return [_notice(event) for event in self.counter.till.shop.all("events")[::-1]]

    async def hears(self, *kinds: str) -> list[Outcome]:
        """We are told of everything so far, or of these kinds."""
        return [await self.told.take(one) for one in self.notices() if not kinds or one.kind in kinds]

    async def free(self, user_id: UUID) -> int:
        """Tokens somebody can spend."""
        async with self.database.work(Actor.user(user_id)) as work:
            return (await self.ledger.balance(work, user_id)).free

    async def rows(self, user_id: UUID) -> list[Payment]:
        """Somebody's payments, oldest first."""
        async with self.database.work(Actor.user(user_id)) as work:
            found = select(Payment).where(Payment.user_id == user_id).order_by(Payment.id)
            return list((await work.session.execute(found)).scalars())

    async def subscription_rows(self, user_id: UUID) -> list[Subscription]:
        """Somebody's subscriptions, oldest first."""
        async with self.database.work(Actor.user(user_id)) as work:
            found = select(Subscription).where(Subscription.user_id == user_id).order_by(Subscription.id)
            return list((await work.session.execute(found)).scalars())

    async def plan_code(self, user_id: UUID) -> str | None:
        """The plan somebody pays for, None: none."""
        async with self.database.work(Actor.user(user_id)) as work:
            current = await self.subscriptions.current(work, user_id)
            if current is None:
                return None
            plan = await work.session.get(Plan, current.plan_id)
            return None if plan is None else plan.code

    async def as_owner(self, statement: str, **values: Any) -> None:
        """A statement of somebody whom row security does not bind."""
        engine = create_engine(self.owner_url, as_owner=True)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(statement), values)
        finally:
            await engine.dispose()

    async def assert_sound(self) -> None:
        """Everything the ledger promises holds."""
        verdict = await verify(self.database, now=self.clock.now(), is_durable=False)
        assert verdict.is_sound, verdict.told()


def _notice(event: dict[str, Any]) -> Notice:
    created = datetime.fromtimestamp(event["created"], UTC)
    return Notice(event["id"], event["type"], event["data"]["object"]["id"], created)
