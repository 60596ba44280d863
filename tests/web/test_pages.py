"""The web face through aiohttp's own client: the first page, pictures, health, wrong addresses, a bug."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from aiohttp import web

from bot.demo.cast import CAST
from tests.web.conftest import Site
from web.keys import Cover, Resident
from web.pages import Access, Page, get

FACE = CAST[0].face.read_bytes()
SHA256 = hashlib.sha256(FACE).hexdigest()


async def broken(request: web.Request) -> web.Response:
    raise RuntimeError("secret detail")


@pytest.fixture
def more_pages() -> tuple[Page, ...]:
    return (get("/test/broken", broken, "broken", Access.ANYBODY),)


@pytest.fixture
def cover() -> Cover:
    residents = tuple(Resident(one.name, one.description, SHA256) for one in CAST)
    return Cover("http://127.0.0.1:3900", True, "parrot (scripted)", "boot", residents, language="es")


async def text(site: Site, path: str, language: str = "en", status: int = 200) -> str:
    answer = await (await site.visitor()).get(path, headers={"Accept-Language": language})
    assert answer.status == status
    return await answer.text()


async def test_home_shows_who_is_here_and_where_to_talk(site: Site) -> None:
    page = await text(site, "/")
    for character in CAST:
        assert character.name in page
    assert 'href="http://127.0.0.1:3900"' in page
    assert "parrot (scripted)" in page
    assert 'href="/sign-in"' in page


async def test_home_speaks_the_browsers_language(site: Site) -> None:
    page = await text(site, "/", "qps")
    assert '<html lang="qps">' in page
    assert "⟦" in page


async def test_a_browser_that_names_no_language_we_have_hears_the_houses(site: Site) -> None:
    for language in ("", "tlh", "x" * 40):
        assert '<html lang="es">' in await text(site, "/", language)
    assert '<html lang="en">' in await text(site, "/", "en-GB;q=0.9")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere/at/all", 404), ("POST", "/", 405)])
async def test_a_wrong_address_is_answered_in_the_browsers_language(
    site: Site, method: str, path: str, status: int
) -> None:
    visitor = await site.visitor()
    answer = await visitor.client.request(method, path, headers={"Accept-Language": "qps"})
    page = await answer.text()
    assert answer.status == status
    assert ("Allow" in answer.headers) == (status == 405)
    assert '<html lang="qps">' in page
    assert "⟦" in page


async def test_a_picture_is_served_by_its_content_and_nothing_else(site: Site, tmp_path: Path) -> None:
    visitor = await site.visitor()
    path = site.desk.pictures._place(SHA256)  # pyright: ignore[reportPrivateUsage]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FACE)
    answer = await visitor.get(f"/media/{SHA256}.png")
    assert answer.status == 200
    assert answer.content_type == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert await answer.read() == FACE
    assert (await visitor.get(f"/media/{'0' * 64}.png")).status == 404
    assert (await visitor.get("/media/..%2f..%2fetc%2fpasswd.png")).status == 404


async def test_health_tells_what_works(site: Site) -> None:
    answer = await (await site.visitor()).get("/healthz")
    assert answer.status == 200
    assert (await answer.json())["checks"] == {"database": True}


async def test_a_bug_shows_an_id_and_no_detail(site: Site) -> None:
    body = await text(site, "/test/broken", status=500)
    assert "secret detail" not in body
    assert "id:" in body


async def test_static_files_are_kept_for_good_by_their_content(site: Site) -> None:
    visitor = await site.visitor()
    page = await visitor.page("/")
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = await visitor.get(address)
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    plain = await visitor.get("/static/cafe.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert plain.status == 304
    assert "immutable" not in plain.headers["Cache-Control"]
    for path in (
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/templates/base.html",
        "/static/",
        "/static/nothing",
    ):
        assert (await visitor.get(path)).status == 404
