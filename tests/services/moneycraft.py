"""People with tokens and plans, for tests of the rules of money."""

from dataclasses import dataclass
from uuid import UUID

from bot.services.money.allowances import Allowances
from bot.services.money.gifts import Gifts
from bot.services.money.ledger import Balance, Ledger
from bot.services.money.limits_of import Limits
from bot.services.money.packages import Packages
from bot.services.money.plans import Plans
from bot.services.money.wallets import Wallets
from bot.services.people import People
from db.engine import connection_arguments
from db.models import TransferKind
from db.raw import connect
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA


@dataclass
class Mint:
    """The money of a house, and two people in it."""

    database: Database
    clock: FakeClock
    url: str
    ledger: Ledger
    gifts: Gifts
    limits: Limits
    plans: Plans
    packages: Packages
    allowances: Allowances
    wallets: Wallets
    robin: UUID
    sasha: UUID

    async def as_owner(self, statement: str, *values: object) -> None:
        """What staff or a provider does elsewhere, done by the tables' owner."""
        connection = await connect(connection_arguments(self.url, as_owner=True))
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    async def ask(self, statement: str) -> object:
        """One value, as the tables' owner sees it."""
        connection = await connect(connection_arguments(self.url, as_owner=True))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def subscribe(self, person: UUID, code: str, **values: object) -> None:
        """A subscription to a plan; `values` in place of what it would be: active, without an end."""
        columns = {"state": "active", "period_end": None, "grace_until": None, "source": "house"} | values
        await self.as_owner(
            "INSERT INTO subscriptions (id, user_id, plan_id, source, state, period_end, grace_until, auto_renew)"
            " SELECT gen_random_uuid(), $1, p.id, $3, $4, $5, $6, true FROM plans AS p WHERE p.code = $2",
            person, code, columns["source"], columns["state"], columns["period_end"], columns["grace_until"],
        )  # fmt: skip

    async def override(self, person: UUID, **limits: int) -> None:
        """Limits that staff decided for one person."""
        pairs = ", ".join(f"'{name}', {value}" for name, value in limits.items())
        await self.as_owner(
            "INSERT INTO standings (user_id, role, status, overrides)"
            f" VALUES ($1, 'user', 'active', jsonb_build_object({pairs}))"
            " ON CONFLICT (user_id) DO UPDATE SET overrides = excluded.overrides",
            person,
        )

    async def stand(self, person: UUID, role: str = "user", status: str = "active") -> None:
        """A person's standing."""
        await self.as_owner(
            "INSERT INTO standings (user_id, role, status) VALUES ($1, $2, $3)"
            " ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, status = excluded.status",
            person, role, status,
        )  # fmt: skip

    async def buy(self, person: UUID, amount: int, key: str = "bought") -> None:
        """Tokens somebody bought."""
        async with self.database.work(Actor.job("test")) as work:
            await self.ledger.issue(work, person, amount, TransferKind.PURCHASE, f"{key}:{person}")

    async def balance(self, person: UUID) -> Balance:
        """What somebody has."""
        async with self.database.work(Actor.user(person)) as work:
            return await self.ledger.balance(work, person)


async def mint(database: Database, clock: FakeClock, url: str, *, is_on: bool = True) -> Mint:
    """A house with its plans, and Robin and Sasha in it. `is_on`: whether plans are."""
    ledger, limits, people = Ledger(clock), Limits(clock, is_on=is_on), People(database)
    gifts = Gifts(database, ledger, clock)
    allowances = Allowances(database, ledger, clock, is_given=is_on)
    plans = Plans(clock)
    await plans.seed(database)
    return Mint(
        database,
        clock,
        url,
        ledger,
        gifts,
        limits,
        plans,
        Packages(clock),
        allowances,
        Wallets(ledger, gifts, limits, allowances, clock),
        robin=await people.arrive(ROBIN),
        sasha=await people.arrive(SASHA),
    )
