"""The program under kill: the real ledger behind a few lines of HTTP. `python -m bench.ledger_parts.app CONFIG`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot.clock import SystemClock
from bot.errors import UserError
from bot.services.money.holds import sweep_all
from bot.services.money.ledger import Hold, Ledger, Receipt, Refunded
from db.ids import new_id
from db.models import HoldKind, TransferKind
from db.work import Actor, Database, Work

_SWEEP_SECONDS = 1.0
_DEADLOCK = "40P01"

Deed = Callable[[Work, Mapping[str, Any]], Awaitable[dict[str, Any]]]


class Teller:
    """Does what it is asked, one transaction each. `forgets` keys: the control that must be found out."""

    def __init__(self, database: Database, *, forgets: bool) -> None:
        self._database = database
        self._ledger = Ledger(SystemClock())
        self._forgets = forgets
        self._deeds: Mapping[str, Deed] = {
            "buy": self._buy,
            "bonus": self._bonus,
            "allow": self._allow,
            "take": self._take,
            "refund": self._refund,
            "hold": self._hold,
            "post": self._post,
            "void": self._void,
        }

    async def do(self, request: web.Request) -> web.Response:
        """200 what was done, 409 what was refused, 503 where nobody can tell."""
        asked: dict[str, Any] = json.loads(await request.read())
        if self._forgets and "key" in asked:
            asked["key"] = f"{asked['key']}:{new_id()}"
        actor = Actor.job("bank") if asked["by"] is None else Actor.user(UUID(asked["by"]))
        try:
            async with self._database.work(actor) as work:
                done = await self._deeds[asked["op"]](work, asked)
        except UserError as error:
            return web.json_response({"refused": error.code}, status=409)
        except (DBAPIError, OSError, TimeoutError) as error:
            state = getattr(getattr(error, "orig", None), "sqlstate", None)
            return web.json_response({"deadlock": state == _DEADLOCK, "state": state}, status=503)
        return web.json_response(done)

    async def _buy(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        kind = TransferKind.PURCHASE
        return _moved(await self._ledger.issue(work, UUID(asked["who"]), asked["amount"], kind, asked["key"]))

    async def _bonus(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        ends = datetime.fromisoformat(asked["ends"])
        return _moved(
            await self._ledger.issue(
                work, UUID(asked["who"]), asked["amount"], TransferKind.BONUS, asked["key"], expires_at=ends
            )
        )

    async def _allow(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        ends = datetime.fromisoformat(asked["ends"])
        return _moved(await self._ledger.allow(work, UUID(asked["who"]), asked["amount"], asked["period"], ends))

    async def _take(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        return _moved(await self._ledger.take(work, UUID(asked["who"]), asked["amount"], asked["key"]))

    async def _refund(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        done: Refunded = await self._ledger.refund(work, UUID(asked["transfer"]), asked["key"], asked["amount"])
        return {"ids": [str(done.transfer_id)], "amount": done.amount}

    async def _hold(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        done = await self._ledger.hold(
            work,
            UUID(asked["who"]),
            asked["amount"],
            asked["key"],
            datetime.fromisoformat(asked["ends"]),
            kind=HoldKind.REPLY if asked["to"] is None else HoldKind.GIFT,
            to=None if asked["to"] is None else UUID(asked["to"]),
        )
        return {"hold": str(done.id), "amount": done.amount}

    async def _post(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        return _settled(await self._ledger.post(work, UUID(asked["hold"]), asked["actual"]))

    async def _void(self, work: Work, asked: Mapping[str, Any]) -> dict[str, Any]:
        return _settled(await self._ledger.void(work, UUID(asked["hold"])))

    async def sweep(self) -> None:
        """What the program's job does, oftener."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            with contextlib.suppress(DBAPIError, OSError, TimeoutError):
                await sweep_all(self._database, self._ledger)


def _moved(done: Receipt) -> dict[str, Any]:
    return {"ids": [str(one) for one in done.transfer_ids], "amount": done.amount}


def _settled(done: Hold) -> dict[str, Any]:
    return {"hold": str(done.id), "posted": done.posted, "short": done.short}


async def serve(config: Mapping[str, Any]) -> None:
    """Serve until killed."""
    boot_id = str(new_id())
    database = Database(config["database"], pool_size=10, max_overflow=6)
    teller = Teller(database, forgets=config["forgets"])
    app = web.Application()

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"boot": boot_id})

    app.router.add_post("/do", teller.do)
    app.router.add_get("/healthz", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", config["port"], reuse_address=True).start()
    await teller.sweep()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
