"""Where the database has nothing left to give, a request is put off with a time to come back, and is no bug."""

import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from bot.services.desk import Desk
from tests.web.conftest import Site
from web.busy import RETRY_SECONDS


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
