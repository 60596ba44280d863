"""People with tokens, for tests of the ledger."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from bot.services.money.ledger import Balance, Ledger
from bot.services.money.verifying import verify
from db.engine import create_engine
from db.ids import new_id
from db.models import HoldKind, TransferKind, User
from db.work import Actor, Database
from tests.fakes.clock import FakeClock

JOB = Actor.job("test")


@dataclass
class Bank:
    """A ledger on a database of its own, at a time that stands still."""

    database: Database
    clock: FakeClock
    ledger: Ledger
    known: dict[str, UUID] = field(default_factory=dict)

    async def person(self, name: str = "Robin") -> UUID:
        """Somebody, without tokens."""
        if name not in self.known:
            async with self.database.work(JOB) as work:
                user = User(id=new_id(), username=name.lower(), display_name=name)
                work.session.add(user)
            self.known[name] = user.id
        return self.known[name]

    async def paid(self, user_id: UUID, amount: int, key: str | None = None):
        """Tokens that were bought."""
        async with self.database.work(JOB) as work:
            return await self.ledger.issue(work, user_id, amount, TransferKind.PURCHASE, key or f"buy:{new_id()}")

    async def given(self, user_id: UUID, amount: int, days: int | None = None, key: str | None = None):
        """Tokens that were given; they end after so many days."""
        ends = None if days is None else self.clock.now() + timedelta(days=days)
        async with self.database.work(JOB) as work:
            return await self.ledger.issue(
                work, user_id, amount, TransferKind.BONUS, key or f"give:{new_id()}", expires_at=ends
            )

    async def balance(self, user_id: UUID) -> Balance:
        """What somebody sees of their own."""
        async with self.database.work(Actor.user(user_id)) as work:
            return await self.ledger.balance(work, user_id)

    async def hold(
        self, user_id: UUID, amount: int, key: str | None = None, *, to: UUID | None = None, hours=1, **more
    ):
        """Tokens somebody keeps back themselves; for a gift, where `to` names somebody."""
        async with self.database.work(Actor.user(user_id)) as work:
            return await self.ledger.hold(
                work,
                user_id,
                amount,
                key or f"hold:{new_id()}",
                self.clock.now() + timedelta(hours=hours),
                kind=HoldKind.REPLY if to is None else HoldKind.GIFT,
                to=to,
                **more,
            )

    async def post(self, by: UUID, hold_id: UUID, actual: int | None = None):
        """As the person `by`."""
        async with self.database.work(Actor.user(by)) as work:
            return await self.ledger.post(work, hold_id, actual)

    async def void(self, by: UUID, hold_id: UUID):
        """As the person `by`."""
        async with self.database.work(Actor.user(by)) as work:
            return await self.ledger.void(work, hold_id)

    async def sweep(self):
        """As the job does."""
        async with self.database.work(JOB) as work:
            return await self.ledger.sweep(work)

    async def assert_sound(self) -> None:
        """Everything the ledger promises holds."""
        verdict = await verify(self.database, now=self.clock.now(), is_durable=False)
        assert verdict.is_sound, verdict.told()


async def as_owner(owner_url: str, statement: str, **values: object) -> None:
    """A statement of somebody whom row security does not bind."""
    engine = create_engine(owner_url, as_owner=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(statement), values)
    finally:
        await engine.dispose()
