"""What row security costs: the same transactions as the program's role and as one it does not bind."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from bench.parts.report import Machine, percentile, show
from bot.local.postgres import LocalPostgres
from bot.ports import Caller
from bot.services.people import People
from db.engine import connection_arguments
from db.ids import new_id
from db.migrate import upgrade
from db.raw import RawConnection, connect
from db.work import Actor, Database


@dataclass(frozen=True)
class Size:
    """How much there is, and how often is asked."""

    people: int
    messages_each: int
    rounds: int


FULL = Size(people=100, messages_each=5_000, rounds=4_000)
QUICK = Size(people=20, messages_each=2_000, rounds=800)
SLICE = Size(people=3, messages_each=30, rounds=20)
"""What the tests run: it shows that both sides answer the same, not how fast."""

WANTED_P50_MS = 1.0
WANTED_P99_MS = 3.0

QUESTIONS: Mapping[str, str] = {
    "the last 20 messages": (
        "SELECT id, content FROM messages WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT 20"
    ),
    "one's characters": "SELECT id, name FROM characters WHERE owner_id = $2 ORDER BY id LIMIT 25",
    "entries of a book": "SELECT id, content FROM lore_entries WHERE book_id = $3 ORDER BY number LIMIT 25",
    "one's wallet": "SELECT id, balance FROM wallets WHERE user_id = $2",
}

_BEGIN = (
    "BEGIN; SELECT set_config('botcafe.actor_kind', '{kind}', true),"
    " set_config('botcafe.actor_user', '{user_id}', true),"
    " set_config('botcafe.actor_conversation', '{conversation_id}', true)"
)


@dataclass(frozen=True)
class Home:
    """What one person has."""

    user: UUID
    conversation: UUID
    book: UUID


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one kind of transaction, bound and free, and whether both gave the same rows."""

    question: str
    bound: tuple[float, float]
    free: tuple[float, float]
    is_same: bool

    @property
    def p50(self) -> float:
        """How much longer half of the bound ones take, in ms."""
        return self.bound[0] - self.free[0]

    @property
    def p99(self) -> float:
        """How much longer all but the slowest hundredth of the bound ones take, in ms."""
        return self.bound[1] - self.free[1]


async def measure(size: Size) -> list[Cost]:
    """Fill a server with so many people, and ask as one of them, both ways in turn."""
    with tempfile.TemporaryDirectory(prefix="botcafe-bench-", ignore_cleanup_errors=True) as folder:
        server = LocalPostgres(Path(folder), durable=False)
        url = await server.start()
        try:
            await upgrade(url)
            homes = await _settle(url, size)
            free = await connect(connection_arguments(url, as_owner=True))
            bound = await connect(connection_arguments(url))
            found = [await _ask(bound, free, homes, name, sql, size.rounds) for name, sql in QUESTIONS.items()]
            await bound.close()
            await free.close()
            return found
        finally:
            await server.stop()


async def _settle(url: str, size: Size) -> list[Home]:
    database = Database(url)
    people = People(database)
    homes: list[Home] = []
    owner = await connect(connection_arguments(url, as_owner=True))
    for number in range(1, size.people + 1):
        user = await people.arrive(Caller(number, f"user{number}", f"User {number}", "en-US"))
        homes.append(await _furnish(owner, user, number, size.messages_each))
    await owner.execute("VACUUM ANALYZE")
    await owner.close()
    await database.close()
    return homes


async def _furnish(owner: RawConnection, user: UUID, number: int, messages: int) -> Home:
    home = Home(user, new_id(), new_id())
    await owner.execute(
        "INSERT INTO conversations (id, owner_id, channel_id, webhook_channel_id, kind, status)"
        " VALUES ($1, $2, $3, $3, 'single', 'active')",
        home.conversation, user, 1000 + number,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO messages (id, conversation_id, kind, author_id, content, created_at)"
        " SELECT gen_random_uuid(), $1, 'user', $2, 'words ' || n, now() - make_interval(secs => n)"
        " FROM generate_series(1, $3::integer) AS n",
        home.conversation, user, messages,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO characters (id, owner_id, name, slug, visibility)"
        " SELECT gen_random_uuid(), $1, 'Mira', 'mira' || n, CASE WHEN n % 5 = 0 THEN 'public' ELSE 'private' END"
        " FROM generate_series(1, 20) AS n",
        user,
    )
    await owner.execute(
        "INSERT INTO lore_books (id, owner_id, code, name) VALUES ($1, $2, $3, 'bench')",
        home.book, user, f"{number:08}",
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO lore_entries (id, book_id, number, content, content_sha256)"
        " SELECT gen_random_uuid(), $1, n, 'the lamp is green', repeat('0', 64) FROM generate_series(1, 200) AS n",
        home.book,
    )
    await owner.execute("INSERT INTO wallets (id, user_id, kind) VALUES ($1, $2, 'paid')", new_id(), user)
    return home


async def _ask(bound: RawConnection, free: RawConnection, homes: list[Home], name: str, sql: str, rounds: int) -> Cost:
    took: dict[str, list[float]] = {"bound": [], "free": []}
    is_same = True
    for number in range(rounds):
        home = homes[number % len(homes)]
        actor = Actor.user(home.user)
        wanted = [
            value for place, value in enumerate((home.conversation, home.user, home.book), 1) if f"${place}" in sql
        ]
        one = _numbered(sql)
        rows: list[Any] = []
        # In turn, so that both meet the same moments of the machine, and neither alone finds what the other warmed.
        sides = (("bound", bound, _BEGIN.format_map(actor.named())), ("free", free, "BEGIN"))
        for side, connection, begin in sides if number % 2 else sides[::-1]:
            started = time.perf_counter()
            await connection.execute(begin)
            rows.append([tuple(row) for row in await connection.fetch(one, *wanted)])
            await connection.execute("COMMIT")
            took[side].append((time.perf_counter() - started) * 1000)
        is_same = is_same and rows[0] == rows[1] and bool(rows[0])
    return Cost(name, _both(took["bound"]), _both(took["free"]), is_same)


def _numbered(sql: str) -> str:
    """The question with its one parameter called the first."""
    return sql.replace("$2", "$1").replace("$3", "$1")


def _both(values: list[float]) -> tuple[float, float]:
    return round(median(values), 3), round(percentile(values, 99), 3)


def main() -> int:
    """Measure and print; exit code 1 where the two sides did not answer the same."""
    size = QUICK if os.environ.get("QUICK") else FULL
    machine = Machine()
    costs = asyncio.run(measure(size))
    rows = [
        (
            cost.question,
            f"+{cost.p50:.2f} ms (p99 {cost.p99:+.2f})",
            f"{cost.bound[0]:.2f} (p99 {cost.bound[1]:.2f}) with, {cost.free[0]:.2f} ({cost.free[1]:.2f}) without;"
            f" wanted +{WANTED_P50_MS:g} (p99 +{WANTED_P99_MS:g})",
        )
        for cost in costs
    ]
    figures = {
        "p50_ms": {cost.question: round(cost.p50, 3) for cost in costs},
        "p99_ms": {cost.question: round(cost.p99, 3) for cost in costs},
        "same_rows": all(cost.is_same for cost in costs),
        "messages": size.people * size.messages_each,
        "people": size.people,
    }
    show("bench-isolation" + (" (QUICK)" if size is QUICK else ""), rows, [machine.line()], figures)
    return 0 if figures["same_rows"] else 1


if __name__ == "__main__":
    sys.exit(main())
