"""Where the database has nothing left to give, a request is put off with a time to come back, and is no bug."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from bot.services.desk import Desk
from tests.web.conftest import Site
from web.busy import PAGES_AT_ONCE, RETRY_SECONDS, Line
from web.keys import LINE


async def test_a_request_is_put_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    me = await site.sign_in()
    assert (await me.get("/creators")).status == 200

    def nothing_left(*_: object, **__: object) -> object:
        raise NoConnectionLeft

    monkeypatch.setattr(Desk, "at_work", nothing_left)
    monkeypatch.setattr("db.work.Database.directly", nothing_left)
    monkeypatch.setattr("db.work.Database.work", nothing_left)
    answer = await me.get("/creators")
    assert (answer.status, answer.headers["Retry-After"]) == (503, str(RETRY_SECONDS))
    assert "try again in a few seconds" in await answer.text()
    assert answer.headers["Content-Security-Policy"]


async def test_readers_wait_in_line_and_are_put_off_where_it_takes_too_long(site: Site) -> None:
    me = await site.sign_in()
    site.app[LINE]._patience = 0.01
    async with AsyncExitStack() as taken:
        for _ in range(PAGES_AT_ONCE):
            await taken.enter_async_context(site.app[LINE].place())
        put_off = await me.get("/creators")
        assert (put_off.status, put_off.headers["Retry-After"]) == (503, str(RETRY_SECONDS))
        # Files, and whether the house is well, never wait.
        assert (await me.get("/static/cup.svg")).status == 200
        assert (await me.get("/healthz")).status == 200
    assert (await me.get("/creators")).status == 200


async def test_the_line_is_first_come_first_served_and_nobody_keeps_a_place() -> None:
    line, served = Line(at_once=1, patience=5), list[int]()

    async def one(number: int) -> None:
        async with line.place():
            served.append(number)
            await asyncio.sleep(0)
            if number == 1:
                raise ValueError("a page that breaks")

    await asyncio.gather(*(one(number) for number in range(5)), return_exceptions=True)
    assert served == [0, 1, 2, 3, 4]
    waiting = asyncio.create_task(one(5))
    async with line.place():
        waiting.cancel()
    async with line.place():
        pass
