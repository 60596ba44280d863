"""What every answer carries, whatever it is: generated from the list of pages."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import pytest
from aiohttp import ClientResponse, web

from db.models import UserRole
from tests.db.filled import fill
from tests.db.filled_person import Person
from tests.web.conftest import OFTEN, Site, Visitor
from tests.web.samples import Addresses
from web.house import House
from web.pages import Access, Page, Rate, get
from web.rates import Allowance
from web.routes import all_pages
from web.security import HEADERS

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)


async def broken(request: web.Request) -> web.Response:
    raise RuntimeError("secret detail")


@pytest.fixture
def more_pages() -> tuple[Page, ...]:
    return (get("/test/broken", broken, "broken", Access.ANYBODY),)


@pytest.fixture
def rates() -> Mapping[Rate, Allowance]:
    return OFTEN


@pytest.fixture(params=["loopback", "https"])
def house(request: pytest.FixtureRequest) -> House:
    return House() if request.param == "loopback" else House(public_url="https://cafe.example")


def held(answer: ClientResponse, site: Site, *, https: bool) -> None:
    """Raises AssertionError naming what an answer lacks."""
    where = (answer.method, answer.url.path, answer.status)
    for name, value in HEADERS.items():
        if name != "Cache-Control":
            assert answer.headers.get(name) == value, (where, name)
    assert answer.headers["Cache-Control"] == "no-store" or answer.url.path.startswith(("/static/", "/media/")), where
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'"), where
    assert "unsafe" not in policy, where
    assert len(answer.headers["X-Request-ID"]) == 32, where
    assert ("Strict-Transport-Security" in answer.headers) is https, where
    assert "Server" not in answer.headers or "aiohttp" not in answer.headers["Server"].lower(), where
    for cookie in answer.cookies.values():
        assert cookie.key.startswith("__Host-" if https else "botcafe-"), where
        assert cookie["httponly"], where
        assert cookie["samesite"] == "Lax", where
        assert cookie["path"] == "/", where
        assert not cookie["domain"], where
        assert bool(cookie["secure"]) is https, where


async def shown(answer: ClientResponse) -> str:
    return await answer.text() if answer.content_type.startswith("text/html") else ""


async def everywhere(visitor: Visitor, addresses: Addresses, person: Person) -> list[ClientResponse]:
    """Every page asked for, and every form sent as nobody meant it; some that are not there besides."""
    answers = [await visitor.get(path) for path in ("/nowhere/at/all", "/test/broken", "/static/no", "/characters/1")]
    answers.append(await visitor.client.request("DELETE", "/", allow_redirects=False))
    answers.append(await visitor.client.post("/sign-in", data=io.BytesIO(b"x" * (2 << 20)), allow_redirects=False))
    for page in all_pages():
        method = "GET" if page.method == "GET" else page.method
        answers.append(await visitor.client.request(method, addresses.of(page, person), allow_redirects=False))
    return answers


async def test_every_answer_carries_the_headers(site: Site, house: House) -> None:
    async with site.owner.begin() as connection:
        filled = await fill(connection, people=3)
    me = filled.first
    visitors = [await site.visitor(), await site.sign_in(me.user)]
    admin = await site.sign_in(number=800, role=UserRole.ADMIN)
    statuses: set[int] = set()
    for visitor in (*visitors, admin):
        for answer in await everywhere(visitor, Addresses(filled), me):
            held(answer, site, https=house.is_https)
            statuses.add(answer.status)
            assert answer.status < 500 or answer.url.path == "/test/broken", answer.url.path
            page = await shown(answer)
            assert not INLINE.search(page), (answer.url.path, INLINE.search(page))
            assert "secret detail" not in page
    # The control of the list above: it has met every kind of answer.
    assert {200, 303, 403, 404, 405, 500} <= statuses
