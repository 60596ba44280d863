"""One run: clients, faults by a plan that a seed repeats, looks at all balances meanwhile, and the judge at the end."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from sqlalchemy import text

from bench.ledger_parts.clients import Bank
from bench.ledger_parts.judging import Judgement, Reads, judge, look
from bench.ledger_parts.program import BankProgram
from bench.ledger_parts.server import BankServer
from bench.ledger_parts.size import Size
from db.ids import new_id
from db.models import User
from db.work import Actor, Database

_GONE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
_LOOK_SECONDS = 0.03
_LAST_ANSWERS_SECONDS = 25.0
_RETURN_SECONDS = 30.0


_FUND = text(
    "SELECT count(*) FROM unnest(CAST(:people AS uuid[])) AS p(who),"
    " ledger_issue(p.who, 120, 'purchase', 'load:fund:' || p.who, NULL, 'paid', NULL)"
)


@dataclass
class Outcome:
    """What a run came to. `slowest_recovery` is from a fault to the next answer, in seconds."""

    acked: int
    retries: int
    lost: int
    reads: int
    app_kills: int
    db_kills: int
    seconds: float
    judgement: Judgement
    slowest_recovery: float = 0.0
    plan: list[str] = field(default_factory=list)


class BankRun:
    """A bank on a database of its own, with faults."""

    def __init__(
        self, server: BankServer, database: str, program: BankProgram, people: list[UUID], size: Size, seed: int
    ) -> None:
        self._server = server
        self._name = database
        self._program = program
        self._people = people
        self._size = size
        self._dice = random.Random(f"faults:{seed}")
        self.bank = Bank(program.url, people, hot=size.hot, seed=seed)
        self.reads = Reads()
        self._plan: list[str] = []
        self._slowest = 0.0

    async def run(
        self,
        *,
        acked: int,
        kills: Mapping[str, int],
        reads: int,
        settings: Mapping[str, str] | None = None,
        at_most: float = 1_800.0,
    ) -> Outcome:
        """Go on until there were so many answers, kills and reads, or the time is over; then judge."""
        began = time.monotonic()
        app_before, db_before = self._program.kills, self._server.kills
        clients = [asyncio.create_task(self.bank.client(number)) for number in range(self._size.clients)]
        looking = asyncio.create_task(self._look())
        faults = self._faults(kills, settings or {})
        try:
            while time.monotonic() - began < at_most:
                fault = next(faults, None)
                if fault is not None:
                    # Spread over the whole of it, and yet at no moment that can be foreseen.
                    due = acked * (1 + len(self._plan)) / (1 + sum(kills.values()))
                    await self._acked(due, until=began + at_most)
                    await asyncio.sleep(self._dice.uniform(*self._size.pause_seconds))
                    await fault
                elif self.bank.journal.acked >= acked and self.reads.count >= reads:
                    break
                else:
                    await asyncio.sleep(0.05)
            self.bank.is_over.set()
            await self._last_answers(clients)
        finally:
            for task in (*clients, looking):
                task.cancel()
            await asyncio.gather(*clients, looking, return_exceptions=True)
        seconds = time.monotonic() - began
        return Outcome(
            acked=self.bank.journal.acked,
            retries=self.bank.journal.retries,
            lost=self.bank.journal.lost,
            reads=self.reads.count,
            app_kills=self._program.kills - app_before,
            db_kills=self._server.kills - db_before,
            seconds=seconds,
            judgement=await self._judge(),
            slowest_recovery=self._slowest,
            plan=self._plan,
        )

    async def _acked(self, wanted: float, *, until: float) -> None:
        """Return once there were so many answers, or the time is over."""
        while time.monotonic() < until:
            if self.bank.journal.acked >= wanted:
                return
            await asyncio.sleep(0.05)

    async def _last_answers(self, clients: Sequence[asyncio.Task[None]]) -> None:
        """Everybody's last intent is answered, or it is wrong that it was not."""
        done, waiting = await asyncio.wait(clients, timeout=_LAST_ANSWERS_SECONDS)
        for task in done:
            task.result()
        journal = self.bank.journal
        unanswered = [one for one in journal.intents if one.answer is None and one.refused is None]
        journal.strange += [f"never answered: {one.op} {one.body}, {one.trouble}" for one in unanswered]
        journal.intents = [one for one in journal.intents if one.answer is not None or one.refused is not None]
        assert len(unanswered) == len(waiting)

    async def _judge(self) -> Judgement:
        database = Database(self._server.url(self._name), pool_size=1, max_overflow=0)
        owner = await self._server.connect(self._name)
        try:
            return await judge(self.bank, database, owner, self.reads, again=self._size.again)
        finally:
            await owner.close()
            await database.close()

    def _faults(self, kills: Mapping[str, int], settings: Mapping[str, str]):
        which = [name for name, count in kills.items() for _ in range(count)]
        self._dice.shuffle(which)
        for name in which:
            yield self._fault(name, settings)

    async def _fault(self, name: str, settings: Mapping[str, str]) -> None:
        self._plan.append(f"{name}@{self.bank.journal.acked}")
        if name == "app":
            await self._program.kill()
            await self._program.start()
        else:
            await self._server.kill()
            await self._server.start(**settings)
        began, before = time.monotonic(), self.bank.journal.acked
        while time.monotonic() - began < _RETURN_SECONDS:
            await asyncio.sleep(0.01)
            if self.bank.journal.acked > before:
                break
        self._slowest = max(self._slowest, time.monotonic() - began)

    async def _look(self) -> None:
        known = set(self._people)
        while True:
            with contextlib.suppress(*_GONE):
                owner = await self._server.connect(self._name)
                try:
                    while True:
                        await look(owner, self.reads, known)
                        await asyncio.sleep(_LOOK_SECONDS)
                finally:
                    with contextlib.suppress(*_GONE):
                        owner.terminate()
            await asyncio.sleep(0.1)


async def people_of(url: str, count: int) -> list[UUID]:
    """So many people, each with some tokens."""
    database = Database(url, pool_size=1, max_overflow=0)
    try:
        async with database.work(Actor.job("bank")) as work:
            users = [User(id=new_id(), username="somebody", display_name="Somebody") for _ in range(count)]
            work.session.add_all(users)
        people = [user.id for user in users]
        async with database.work(Actor.job("bank")) as work:
            await work.session.execute(_FUND, {"people": people})
        return people
    finally:
        await database.close()
