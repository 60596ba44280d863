"""A hundred thousand of everything that lists show: people, characters, creators' pages, lines of the audit log; and a
book as large as books get. Written past the rules, row by row, which takes a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bot.clock import SystemClock
from bot.services.people.sessions import Browser, Sessions
from bot.services.people.tokens import ApiTokens
from db.engine import connection_arguments
from db.work import Actor, Database

VISITORS = 60
"""How many people ask. Each may open 600 pages a minute, and call the API 300 times."""

MAKERS = 1_000
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_WORDS = ("harbour", "library", "lantern", "tide", "orchard", "tavern", "comet", "garden", "winter", "copper")

_ID = "(substr(lpad(to_hex({n}), 12, '0'), 1, 8) || '-' || substr(lpad(to_hex({n}), 12, '0'), 9, 4)" \
    " || '-7000-8000-{kind}')::uuid"  # fmt: skip


def _id(n: str, kind: int) -> str:
    return _ID.format(n=n, kind=f"{kind:012x}")


@dataclass
class Crowd:
    """Who may ask, and from where on. `marks` are ends of pages deep in each list: a value and an id."""

    members: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    staff: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    marks: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])


async def fill(url: str, *, rows: int, entries: int) -> Crowd:
    """Write it all, and let some of them sign in."""
    connection = await asyncpg.connect(**connection_arguments(url, as_owner=True))
    try:
        for statement in _statements(rows, entries):
            await connection.execute(statement, timeout=600)
        await connection.execute("ANALYZE", timeout=600)
        crowd = Crowd(marks=await _marks(connection, rows, entries))
        visitors = await connection.fetch("SELECT id FROM users WHERE username LIKE 'visitor%' ORDER BY username")
    finally:
        await connection.close()
    database = Database(url, pool_size=2, max_overflow=0)
    try:
        for number, row in enumerate(visitors):
            is_staff = number % 3 == 0
            (crowd.staff if is_staff else crowd.members).append(await _signed_in(database, row["id"], is_staff))
    finally:
        await database.close()
    return crowd


def _statements(rows: int, entries: int) -> Sequence[str]:
    words = "ARRAY[" + ", ".join(f"'{word}'" for word in _WORDS) + "]"
    word = f"({words})[1 + n % {len(_WORDS)}]"
    other = f"({words})[1 + (n / 7) % {len(_WORDS)}]"
    makers = min(MAKERS, rows)
    book = "SELECT id FROM lore_books WHERE code = 'benchbkk'"
    return (
        f"INSERT INTO users (id, discord_id, username, display_name, created_at)"
        f" SELECT {_id('n', 1)}, 800000000000000000 + n, 'person' || n, 'Person ' || n, now() - n * interval '1 minute'"
        f" FROM generate_series(1, {rows}) AS n",
        f"INSERT INTO users (id, discord_id, username, display_name)"
        f" SELECT {_id('n', 2)}, 810000000000000000 + n, 'visitor' || lpad(n::text, 3, '0'), 'Visitor ' || n"
        f" FROM generate_series(1, {VISITORS}) AS n",
        f"INSERT INTO standings (user_id, role) SELECT {_id('n', 2)}, 'admin'"
        f" FROM generate_series(1, {VISITORS}) AS n WHERE n % 3 = 1",
        f"INSERT INTO characters (id, owner_id, name, slug, description, system_prompt, visibility, tags, search_words,"
        f" published_at)"
        f" SELECT {_id('n', 3)}, {_id(f'(1 + n % {makers})', 1)}, initcap({word}) || ' ' || n, {word} || '-' || n,"
        f" 'Of the ' || {other} || ', number ' || n, 'words', 'public', ARRAY[{word}],"
        f" ARRAY[{word}, n::text, {other}], now() - n * interval '1 minute'"
        f" FROM generate_series(1, {rows}) AS n",
        f"INSERT INTO creators"
        f" (id, user_id, username, username_looks, display_name, bio, tags, search_words, visibility)"
        f" SELECT {_id('n', 4)}, {_id('n', 1)}, 'maker' || n, 'maker' || n, 'Maker ' || n, 'Makes ' || {word},"
        f" ARRAY[{word}], ARRAY['maker', n::text, {word}], 'public' FROM generate_series(1, {rows}) AS n",
        f"INSERT INTO audit_log (id, at, actor_kind, actor_id, action, target_kind, target_id, of_user_id, commitment)"
        f" SELECT {_id('n', 5)}, now() - n * interval '1 second', 'user', {_id('n', 1)}, 'session.signed_in',"
        f" 'session', n::text, {_id('n', 1)}, decode(repeat('00', 32), 'hex') FROM generate_series(1, {rows}) AS n",
        f"INSERT INTO lore_books (id, owner_id, code, name, visibility, last_number, entry_count)"
        f" VALUES ({_id('1', 6)}, {_id('2', 2)}, 'benchbkk', 'The book of everything', 'public', {entries}, {entries})",
        f"INSERT INTO lore_entries (id, book_id, number, name, content, tokens, place, mode, search_words,"
        f" content_sha256)"
        f" SELECT {_id('n', 7)}, ({book}), n, initcap({word}) || ' ' || n, 'Of ' || {other}, 12, n * 1024,"
        f" 'constant', ARRAY[{word}, n::text, {other}], repeat('0', 64) FROM generate_series(1, {entries}) AS n",
    )


async def _marks(connection: Any, rows: int, entries: int) -> dict[str, list[tuple[str, str]]]:
    """Places deep in each list, a hundred of each."""
    step, entry_step = max(1, rows // 100), max(1, entries // 100)

    async def found(statement: str) -> list[tuple[str, str]]:
        return [(str(row[0]), str(row[1])) for row in await connection.fetch(statement)]

    return {
        "characters": await found(f"SELECT '0', {_id('n', 3)} FROM generate_series(1, {rows}, {step}) AS n"),
        "creators": await found(f"SELECT '0', {_id('n', 4)} FROM generate_series(1, {rows}, {step}) AS n"),
        "people": await found(f"SELECT 'person' || n, {_id('n', 1)} FROM generate_series(1, {rows}, {step}) AS n"),
        "audit": await found(
            f"SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00'), id FROM audit_log"
            f" WHERE target_id::int % {step} = 0 AND action = 'session.signed_in'"
        ),
        "entries": await found(
            f"SELECT n * 1024, {_id('n', 7)} FROM generate_series(1, {entries}, {entry_step}) AS n"
        ),
        "book": await found("SELECT '', id FROM lore_books WHERE code = 'benchbkk'"),
    }  # fmt: skip


async def _signed_in(database: Database, user_id: Any, is_staff: bool) -> dict[str, str]:
    """A browser's secret and a token of somebody."""
    clock = SystemClock()
    sessions, tokens = Sessions(database, clock), ApiTokens(database, clock)
    async with database.work(Actor.user(user_id)) as work:
        begun = await sessions.begin(work, user_id, Browser(_AGENT, "127.0.0.1"), is_staff=is_staff)
        scopes = ("read", "staff") if is_staff else ("read",)
        made = await tokens.make(work, user_id, "bench", scopes, 7, is_staff=is_staff)
    return {"session": begun.secret, "token": made.secret}
