"""The web app over a database of a test's own, and people with tokens to call its API."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app_lore import LoreParts
from bot.app_web import WebParts, desk_of
from bot.app_wellbeing import WellbeingParts
from bot.clock import Clock
from bot.ports import Caller, Offer
from bot.services.characters import Characters
from bot.services.characters.pictures import Pictures
from bot.services.desk import Desk
from bot.services.keys.vault import KEY_BYTES, Vault
from bot.services.people import People
from bot.settings import Settings
from db.engine import create_engine
from db.work import Actor, Database
from tests.services.stagecraft import FakeModels
from web.api.kinds import PREFIX, Rate
from web.api.rates import Allowance, Allowances
from web.app import create_app
from web.house import House
from web.keys import Cover

Json = Any
ALL = ("read", "write", "staff")


class State:
    """A program that is well."""

    async def check(self) -> dict[str, bool]:
        return {"database": True}


@dataclass
class Person:
    """Somebody with a token."""

    user_id: UUID
    discord_id: int
    token: str


@dataclass
class Answer:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: Json

    def __getitem__(self, name: str) -> Json:
        return self.body[name]


class Changeable(Allowances):
    """Allowances that a test may put others in place of."""

    def __init__(self, now: Allowances) -> None:
        self.now = now

    def take(self, rate: Rate, whose: object) -> Allowance:
        return self.now.take(rate, whose)

    def failed(self, address: str) -> None:
        self.now.failed(address)

    def bars(self, address: str) -> int:
        return self.now.bars(address)


@dataclass
class Site:
    """The running web app, with its services at hand."""

    client: TestClient[web.Request, web.Application]
    desk: Desk
    database: Database
    owner_url: str
    allowances: Changeable
    people: dict[int, Person] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.client.port}"

    async def person(self, number: int, *, role: str = "user", scopes: tuple[str, ...] = ("read", "write")) -> Person:
        """Somebody new, with a role and a token."""
        user_id = await self.desk.people.arrive(Caller(number, f"user{number}", f"User {number}"))
        if role != "user":
            await self.owner(
                "INSERT INTO standings (user_id, role) VALUES (:user, :role)"
                " ON CONFLICT (user_id) DO UPDATE SET role = excluded.role",
                user=user_id, role=role,
            )  # fmt: skip
        found = Person(user_id, number, await self.token(user_id, scopes, is_staff=role != "user"))
        self.people[number] = found
        return found

    async def token(self, user_id: UUID, scopes: tuple[str, ...], *, is_staff: bool = False) -> str:
        """A token of somebody."""
        async with self.database.work(Actor.user(user_id)) as work:
            made = await self.desk.tokens.make(work, user_id, "test", scopes, 7, is_staff=is_staff)
        return made.secret

    async def owner(self, statement: str, **values: object) -> None:
        """A statement past all rules."""
        async with self._engine() as connection:
            await connection.execute(text(statement), values)

    async def rows(self, statement: str, **values: object) -> Sequence[Any]:
        """What a statement past all rules finds."""
        async with self._engine() as connection:
            return (await connection.execute(text(statement), values)).all()

    @asynccontextmanager
    async def _engine(self) -> AsyncIterator[AsyncConnection]:
        engine = create_engine(self.owner_url, as_owner=True)
        try:
            async with engine.begin() as connection:
                yield connection
        finally:
            await engine.dispose()

    def allow(self, allowances: Allowances) -> None:
        """Let the API know other allowances from here on."""
        self.allowances.now = allowances

    async def call(
        self,
        person: Person | None,
        method: str,
        path: str,
        body: Json = None,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the API as somebody, or nobody."""
        sent = {} if person is None else {"Authorization": f"Bearer {person.token}"}
        async with self.client.request(
            method, PREFIX + path, json=body if data is None else None,
            data=None if data is None else io.BytesIO(data), params=query,
            headers={**sent, **(headers or {})},
        ) as response:  # fmt: skip
            raw = await response.read()
            is_json = "json" in response.content_type
            return Answer(
                response.status, response.headers, await response.json(content_type=None) if raw and is_json else raw
            )


async def open_site(database: Database, owner_url: str, folder: Path, clock: Clock, *, many: bool = False) -> Site:
    """The web app, opened. With `many` nobody calls too often."""
    settings = Settings(_env_file=None, data_dir=folder)  # type: ignore[call-arg]
    models = FakeModels()
    pictures = Pictures(folder / "media")
    offers = (Offer("scripted", "parrot"), Offer("scripted", "owl"))
    parts = WebParts(
        settings=settings,
        database=database,
        clock=clock,
        pictures=pictures,
        lore=LoreParts(database, clock, embedder=None, count=len),
        models=models,  # type: ignore[arg-type]
        identities=None,  # type: ignore[arg-type]
        people=People(database, clock),
        characters=Characters(pictures, offers=lambda: offers, clock=clock),
        wellbeing=WellbeingParts(database, clock, Vault([b"k" * KEY_BYTES])),
    )
    desk = desk_of(parts)
    generous = {Rate.READ: 10**6, Rate.WRITE: 10**6}
    allowances = Changeable(Allowances(clock, generous, failures=10**6) if many else Allowances(clock))
    app = create_app(
        cover=Cover("http://127.0.0.1:3900", True, None, "boot"),
        pictures=pictures,
        state=State(),
        desk=desk,
        house=House(),
        allowances=allowances,
    )
    client = TestClient(TestServer(app, host="127.0.0.1"))
    await client.start_server()
    return Site(client, desk, database, owner_url, allowances)


NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
__all__ = ["ALL", "NOON", "Answer", "Person", "Site", "open_site"]
