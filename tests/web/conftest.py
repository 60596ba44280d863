"""A web face on a real database, and browsers that sign in to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app_lore import LoreParts
from bot.app_web import WebParts, desk_of
from bot.app_wellbeing import WellbeingParts
from bot.ports import Caller
from bot.ports.identity import Identities, SignInRefused
from bot.services.characters import Characters
from bot.services.characters.pictures import Pictures
from bot.services.desk import Desk
from bot.services.keys.vault import KEY_BYTES, Vault
from bot.services.people import People
from bot.services.people.sessions import Browser
from bot.settings import Settings
from db.engine import create_engine
from db.models import Standing, UserRole
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import FakeModels, FakePool
from web.app import create_app
from web.house import House
from web.keys import HOUSE, Cover
from web.pages import Page, Rate
from web.rates import LIMITS, Allowance
from web.routes import all_pages

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
OFTEN = {rate: Allowance(1_000_000, 1) for rate in Rate}
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Healthy:
    """A house in which everything works."""

    async def check(self) -> dict[str, bool]:
        return {"database": True}


@dataclass
class NoDiscord:
    """Stands where Discord would be asked: these tests sign people in by their sessions."""

    is_ready: bool = True

    def address(self, *, redirect_uri: str, state: str, challenge: str) -> str:
        return "https://discord.example/oauth2/authorize"

    async def who(self, *, code: str, redirect_uri: str, verifier: str) -> Caller:
        raise SignInRefused


@dataclass
class Visitor:
    """One browser at the site. `user_id` is who is signed in with it."""

    client: TestClient[web.Request, web.Application]
    origin: str
    user_id: UUID | None = None
    session_id: UUID | None = None
    discord_id: int = 0

    async def get(self, path: str, **options: Any) -> ClientResponse:
        options.setdefault("allow_redirects", False)
        return await self.client.get(path, **options)

    async def page(self, path: str, status: int = 200) -> str:
        """The text of a page that must answer with this status."""
        answer = await self.get(path)
        text = await answer.text()
        assert answer.status == status, (path, answer.status, text[:400])
        return text

    async def token(self) -> str:
        """The token that this browser's forms carry."""
        # Where somebody is signed in this leads on to the first page, whose menu has a form too.
        found = TOKEN.search(await (await self.get("/sign-in", allow_redirects=True)).text())
        assert found is not None
        return found.group(1)

    async def send(
        self, path: str, fields: Mapping[str, Any] | None = None, *, method: str = "POST", **options: Any
    ) -> ClientResponse:
        """Send a form as one of our pages would: with its token and from our origin."""
        headers = {"Origin": self.origin} | dict(options.pop("headers", {}))
        data = {"form_token": await self.token(), **(fields or {})}
        return await self.client.request(method, path, data=data, headers=headers, allow_redirects=False, **options)


@dataclass
class Site:
    """A running web face."""

    app: web.Application
    desk: Desk
    database: Database
    owner: AsyncEngine
    clock: FakeClock
    server: TestServer
    _open: list[TestClient[web.Request, web.Application]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def visitor(self) -> Visitor:
        """A browser nobody has signed in with."""
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        self._open.append(client)
        return Visitor(client, self.origin)

    async def sign_in(self, who: UUID | None = None, *, number: int = 900, role: UserRole | None = None) -> Visitor:
        """A browser signed in as a user of the database, or as somebody new (`number` tells them apart)."""
        visitor = await self.visitor()
        user_id = who or await self.desk.people.arrive(Caller(number, f"guest{number}", f"Guest {number}", "en"))
        if role is not None:
            await self.make(user_id, role)
        door = await self.desk.sessions.door(user_id)
        async with self.database.work(Actor.user(user_id)) as work:
            begun = await self.desk.sessions.begin(
                work, user_id, Browser(AGENT, "127.0.0.1"), is_staff=door.role != "user"
            )
        visitor.client.session.cookie_jar.update_cookies(
            {self.app[HOUSE].cookie("session"): begun.secret}, self.server.make_url("/")
        )
        visitor.user_id, visitor.session_id, visitor.discord_id = user_id, begun.id, number
        return visitor

    async def make(self, user_id: UUID, role: UserRole) -> None:
        """Give somebody a role, as the owner of the tables."""
        async with self.owner.begin() as connection:
            await connection.execute(insert(Standing).values(user_id=user_id, role=role))

    async def close(self) -> None:
        for client in self._open:
            await client.session.close()


@pytest.fixture
def house() -> House:
    """Where the site stands; override to stand elsewhere."""
    return House(leads_to=("https://discord.example",))


@pytest.fixture
def cover() -> Cover:
    """What its first page tells; override to tell something else."""
    return Cover("http://127.0.0.1:3900", True, None, "boot")


@pytest.fixture
def identities() -> Identities:
    """Who asks Discord who somebody is; override to ask a local Discord."""
    return NoDiscord()


@pytest.fixture
def more_pages() -> tuple[Page, ...]:
    """Pages of a test's own, beside all of the house's."""
    return ()


@pytest.fixture
def rates() -> Mapping[Rate, Allowance]:
    """How often anybody may do what; override with `OFTEN` to ask for many pages."""
    return LIMITS


@pytest.fixture
async def site(
    database: Database,
    owner_url: str,
    tmp_path: Path,
    clock: FakeClock,
    house: House,
    cover: Cover,
    identities: Identities,
    more_pages: tuple[Page, ...],
    rates: Mapping[Rate, Allowance],
) -> AsyncIterator[Site]:
    """A web face with all its pages on this test's database."""
    pictures = Pictures(tmp_path / "media")
    desk = desk_of(parts_of(database, clock, pictures, identities))
    pages = (*all_pages(), *more_pages)
    app = create_app(cover=cover, pictures=pictures, state=Healthy(), desk=desk, house=house, pages=pages, rates=rates)
    owner = create_engine(owner_url, as_owner=True)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    opened = Site(app, desk, database, owner, clock, server)
    yield opened
    await opened.close()
    await server.close()
    await owner.dispose()


def parts_of(database: Database, clock: FakeClock, pictures: Pictures, identities: Identities) -> WebParts:
    """What the program has built before its web face."""
    models = FakePool(FakeModels())
    return WebParts(
        settings=Settings(_env_file=None),  # type: ignore[call-arg]
        database=database,
        clock=clock,
        pictures=pictures,
        lore=LoreParts(database, clock, embedder=None, count=lambda text: len(text) // 4),
        models=models,
        identities=identities,
        people=People(database, clock),
        characters=Characters(pictures, offers=models.offers, clock=clock),
        wellbeing=WellbeingParts(database, clock, Vault([b"k" * KEY_BYTES])),
    )
