"""The web face through aiohttp's own client: pages, pictures, health, headers, a bug."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.demo.cast import CAST
from web.app import create_app
from web.keys import Cover, Resident
from web.security import HEADERS


class Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path | None:
        path = self.folder / f"{sha256}.png"
        return path if path.is_file() else None


class State:
    def __init__(self) -> None:
        self.checks = {"database": True, "discord": True}

    async def check(self) -> dict[str, bool]:
        return self.checks


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
async def client(tmp_path: Path, state: State) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    residents: list[Resident] = []
    for character in CAST:
        data = character.face.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        (tmp_path / f"{sha256}.png").write_bytes(data)
        residents.append(Resident(character.name, character.description, sha256))
    cover = Cover("http://127.0.0.1:3900", True, "parrot (scripted)", "boot", tuple(residents), language="es")
    app = create_app(cover=cover, pictures=Folder(tmp_path), state=state)

    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError("secret detail")

    app.router.add_get("/broken", broken)
    async with TestClient(TestServer(app, host="127.0.0.1")) as opened:
        yield opened


async def test_home_shows_who_is_here_and_where_to_talk(client: TestClient[web.Request, web.Application]) -> None:
    page = await (await client.get("/")).text()
    for character in CAST:
        assert character.name in page
    assert 'href="http://127.0.0.1:3900"' in page
    assert "parrot (scripted)" in page


async def test_home_speaks_the_browsers_language(client: TestClient[web.Request, web.Application]) -> None:
    page = await (await client.get("/", headers={"Accept-Language": "qps"})).text()
    assert '<html lang="qps">' in page
    assert "⟦" in page


async def test_a_browser_that_names_no_language_we_have_hears_the_houses(
    client: TestClient[web.Request, web.Application],
) -> None:
    for headers in ({}, {"Accept-Language": "tlh"}, {"Accept-Language": "x" * 40}):
        assert '<html lang="es">' in await (await client.get("/", headers=headers)).text()
    assert '<html lang="en">' in await (await client.get("/", headers={"Accept-Language": "en-GB;q=0.9"})).text()


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", "/", 405)])
async def test_a_wrong_address_is_answered_in_the_browsers_language(
    client: TestClient[web.Request, web.Application], method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path, headers={"Accept-Language": "qps"})
    page = await answer.text()
    assert answer.status == status
    assert ("Allow" in answer.headers) == (status == 405)
    assert '<html lang="qps">' in page
    assert "⟦" in page


async def test_without_a_model_the_home_page_says_so(tmp_path: Path, state: State) -> None:
    cover = Cover("http://127.0.0.1:3900", True, None, "boot")
    async with TestClient(TestServer(create_app(cover=cover, pictures=Folder(tmp_path), state=state))) as client:
        assert "no language model" in await (await client.get("/", headers={"Accept-Language": "en"})).text()


async def test_a_picture_is_served_by_its_content_and_nothing_else(
    client: TestClient[web.Request, web.Application],
) -> None:
    sha256 = hashlib.sha256(CAST[0].face.read_bytes()).hexdigest()
    answer = await client.get(f"/media/{sha256}.png")
    assert answer.status == 200
    assert answer.content_type == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert await answer.read() == CAST[0].face.read_bytes()
    assert (await client.get(f"/media/{'0' * 64}.png")).status == 404
    assert (await client.get("/media/..%2f..%2fetc%2fpasswd.png")).status == 404


async def test_health_is_503_while_anything_fails(
    client: TestClient[web.Request, web.Application], state: State
) -> None:
    assert (await client.get("/healthz")).status == 200
    state.checks["discord"] = False
    answer = await client.get("/healthz")
    assert answer.status == 503
    assert (await answer.json())["checks"] == {"database": True, "discord": False}


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/cafe.css", "/nowhere", "/broken"])
async def test_every_answer_carries_the_headers(client: TestClient[web.Request, web.Application], path: str) -> None:
    answer = await client.get(path)
    for name in HEADERS:
        assert name in answer.headers, (path, name)


async def test_a_bug_shows_an_id_and_no_detail(client: TestClient[web.Request, web.Application]) -> None:
    answer = await client.get("/broken", headers={"Accept-Language": "en"})
    body = await answer.text()
    assert answer.status == 500
    assert "secret detail" not in body
    assert "id:" in body
