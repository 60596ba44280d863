"""The till as one part: beside the local Discord under /till, or as a server of its own (tests)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from sandbox.clock import Clock
from sandbox.till import api, pages
from sandbox.till.billing import CARDS, DAY, Billing, Declined
from sandbox.till.posting import Post
from sandbox.till.shop import Shop, TillError
from sandbox.world.models import Json

Hook = Callable[["Till", Json], Awaitable[Any]]


class Till:
    """A shop with its billing, its post and its pages."""

    def __init__(self, path: Path | None = None, clock: Clock | None = None) -> None:
        self.shop = Shop(path, clock or Clock())
        self.billing = Billing(self.shop)
        self.post = Post(self.shop)
        self.shop.told = self.post.tell

    def application(self) -> web.Application:
        """The till's routes, to stand below its origin."""
        app = web.Application()
        api.mount(app, self.shop, self.billing)
        pages.mount(app, self.shop, self.billing)
        for name, hook in HOOKS.items():
            app.router.add_post(f"/play/{name}", self._pulled(hook))
        return app

    def open(self, origin: str) -> None:
        """Begin to keep what happens. Raises OSError where another till has the file."""
        self.shop.origin = origin
        self.shop.open()

    async def close(self) -> None:
        """End what is under way and write everything down."""
        await self.post.close()
        self.shop.close()

    def _pulled(self, hook: Hook) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            # A page of another site cannot send this type without asking first, and nobody would answer that.
            if request.content_type != "application/json":
                return web.Response(status=415)
            try:
                answer, status = await hook(self, await request.json()), 200
            except TillError as error:
                answer, status = error.body(), error.status
            except Declined:
                answer, status = {"error": {"code": "card_declined"}}, 402
            return web.Response(body=orjson.dumps(answer), status=status, content_type="application/json")

        return handle


# Handles for tests and for play: not Stripe's.


async def _pay(till: Till, form: Json) -> Any:
    """POST /play/pay {session, card}: somebody pays."""
    card = form.get("card", "works")
    till.billing.pay(till.shop.get("sessions", form["session"]), card if card in CARDS else "works")
    return api.shown(till.shop.get("sessions", form["session"]))


async def _pass_time(till: Till, form: Json) -> Any:
    """POST /play/pass {days}: let time pass."""
    till.billing.pass_time(int(form["days"]) * DAY)
    return {"now": till.shop.now()}


async def _card(till: Till, form: Json) -> Any:
    """POST /play/card {customer, card}: another card from now on."""
    customer = till.shop.get("customers", form["customer"])
    return api.shown(till.shop.put("customers", customer | {"_card": form["card"]}))


async def _dispute(till: Till, form: Json) -> Any:
    """POST /play/dispute {charge} or {dispute, won}: a payer goes to their bank, and the bank decides."""
    if "dispute" in form:
        till.billing.close_dispute(till.shop.get("disputes", form["dispute"]), won=bool(form["won"]))
        return {}
    return till.billing.dispute(till.shop.get("charges", form["charge"]))


async def _hold(till: Till, form: Json) -> Any:
    """POST /play/hold {held}: keep events back from now on, or no longer."""
    till.post.is_held = bool(form["held"])
    return {}


async def _send(till: Till, form: Json) -> Any:
    """POST /play/send {event}: send one event once, whether it was sent before or not."""
    return {"answers": await till.post.send(till.shop.get("events", form["event"]))}


HOOKS: dict[str, Hook] = {
    "pay": _pay,
    "pass": _pass_time,
    "card": _card,
    "dispute": _dispute,
    "hold": _hold,
    "send": _send,
}
