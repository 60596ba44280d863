"""Stripe's notices over HTTP, and coming back from the till."""

import io
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from bot.app_money import MoneyParts
from bot.app_oversight import OversightParts
from bot.app_till import TillParts
from bot.app_web import desk_of
from bot.providers.stripe_till import StripeTill
from bot.services.characters.pictures import Pictures
from bot.services.oversight.chain import SealingKeys
from bot.settings import Settings
from db.engine import create_engine
from db.models import Interval, PaymentEvent
from db.work import Actor, Database
from sandbox.till.posting import signature
from tests.payments.conftest import SECRET, Counter, counter, stripe_till
from tests.payments.shopcraft import MovedClock
from tests.web.conftest import Healthy, NoDiscord, Site, parts_of
from web.app import create_app
from web.house import House
from web.keys import Cover
from web.routes import all_pages

__all__ = ["counter", "stripe_till"]

HOOK = "/hooks/stripe"


@dataclass
class Selling:
    """A site that sells, and its till."""

    site: Site
    counter: Counter

    async def post(self, body: bytes, signed: str | None) -> int:
        """Post a notice; the status."""
        headers = {"Content-Type": "application/json"} | ({} if signed is None else {"Stripe-Signature": signed})
        visitor = await self.site.visitor()
        answer = await visitor.client.post(HOOK, data=io.BytesIO(body), headers=headers)
        return answer.status

    async def tell(self, kind: str) -> int:
        """The till tells of the newest thing of this kind, as it does."""
        event = next(one for one in self.counter.till.shop.all("events") if one["type"] == kind)
        body = json.dumps(event).encode()
        return await self.post(body, signature(SECRET, body, int(time.time())))

    async def paid(self, user_id: UUID, card: str = "works") -> str:
        """Somebody goes through Checkout; where it sends them."""
        desk = self.site.desk
        async with desk.at_work(user_id) as work:
            package = (await desk.packages.list(work))[0]
        await desk.payments.buy_package(user_id, package.id, site=self.site.origin)
        session = self.counter.row("sessions")
        await self.counter.play("pay", session=session["id"], card=card)
        return str(session["success_url"]).removeprefix(self.site.origin)

    async def notices(self) -> int:
        """How many were written down."""
        async with self.site.database.work(Actor.job("test")) as work:
            return int(await work.session.scalar(select(func.count()).select_from(PaymentEvent)) or 0)

    async def free(self, user_id: UUID) -> int:
        """Tokens somebody bought."""
        async with self.site.desk.at_work(user_id) as work:
            return (await self.site.desk.ledger.balance(work, user_id)).paid


@pytest.fixture
async def selling(
    database: Database,
    owner_url: str,
    tmp_path: Path,
    counter: Counter,
    stripe_till: StripeTill,
) -> AsyncIterator[Selling]:
    clock, settings = MovedClock(), Settings(_env_file=None)  # type: ignore[call-arg]
    pictures = Pictures(tmp_path / "media")
    money = MoneyParts(database, clock, settings)
    await money.begin()
    oversight = OversightParts(database, clock, SealingKeys([])).rules
    await oversight.switches.load()
    till = TillParts(database, clock, settings, money=money, oversight=oversight, till=stripe_till)
    parts = parts_of(database, clock, pictures, NoDiscord())  # type: ignore[arg-type]
    desk = desk_of(replace(parts, money=money, oversight=oversight, till=till))
    app = create_app(
        cover=Cover("http://127.0.0.1:3900", True, None, "boot"),
        pictures=pictures,
        state=Healthy(),
        desk=desk,
        house=House(leads_to=("https://checkout.stripe.com",)),
        pages=tuple(all_pages()),
    )
    owner = create_engine(owner_url, as_owner=True)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    site = Site(app, desk, database, owner, clock, server)  # type: ignore[arg-type]
    yield Selling(site, counter)
    await site.close()
    await server.close()
    await owner.dispose()


async def test_a_notice_does_its_work_once(selling: Selling) -> None:
    me = await selling.site.sign_in()
    assert me.user_id is not None
    await selling.paid(me.user_id)
    assert await selling.free(me.user_id) == 0
    for _ in range(3):
        assert await selling.tell("checkout.session.completed") == 200
    assert await selling.free(me.user_id) == 1_000_000
    assert await selling.notices() == 1


@pytest.mark.parametrize("kind", ["forged", "stale", "unsigned", "changed", "empty", "of another site"])
async def test_a_notice_that_is_none_changes_nothing(selling: Selling, kind: str) -> None:
    me = await selling.site.sign_in()
    assert me.user_id is not None
    await selling.paid(me.user_id)
    event = selling.counter.row("events")
    body, now = json.dumps(event).encode(), int(time.time())
    signed: str | None = signature(SECRET, body, now)
    if kind == "forged":
        signed = signature("whsec_guessed", body, now)
    elif kind == "stale":
        signed = signature(SECRET, body, now - 400)
    elif kind == "unsigned":
        signed = None
    elif kind == "changed":
        body = body.replace(b"checkout", b"Checkout")
    elif kind == "empty":
        body = b""
    else:
        # Somebody who is signed in here and is lured to post: their cookie is no signature.
        answer = await me.client.post(HOOK, data=body, headers={"Origin": "https://evil.example"})
        assert answer.status == 400
        signed = None
    assert await selling.post(body, signed) == 400
    assert await selling.free(me.user_id) == 0
    assert await selling.notices() == 0


async def test_too_large_a_notice_is_refused(selling: Selling) -> None:
    body = b" " * ((1 << 20) + 1)
    assert await selling.post(body, signature(SECRET, body, int(time.time()))) == 413


async def test_what_cannot_be_asked_is_to_be_told_again(selling: Selling) -> None:
    me = await selling.site.sign_in()
    assert me.user_id is not None
    await selling.paid(me.user_id)
    shop = selling.counter.till.shop
    session = shop.get("sessions", selling.counter.row("sessions")["id"])
    # Stripe's answer is broken for a while.
    shop.put("sessions", {key: value for key, value in session.items() if key != "payment_status"})
    assert await selling.tell("checkout.session.completed") == 503
    assert await selling.notices() == 0
    shop.put("sessions", session)
    assert await selling.tell("checkout.session.completed") == 200
    assert await selling.free(me.user_id) == 1_000_000


async def test_coming_back_brings_the_tokens_before_any_notice(selling: Selling) -> None:
    me = await selling.site.sign_in()
    assert me.user_id is not None
    back = await selling.paid(me.user_id)
    answer = await me.client.get(back, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/wallet")
    assert await selling.free(me.user_id) == 1_000_000
    assert await selling.tell("checkout.session.completed") == 200
    assert await selling.free(me.user_id) == 1_000_000


async def test_coming_back_from_a_plan(selling: Selling) -> None:
    me, desk = await selling.site.sign_in(), selling.site.desk
    assert me.user_id is not None
    async with desk.at_work(me.user_id) as work:
        plan = await desk.plans.coded(work, "starter")
    await desk.subscriptions.begin(me.user_id, plan.id, Interval.MONTH, site=selling.site.origin)
    session = selling.counter.row("sessions")
    await selling.counter.play("pay", session=session["id"])
    back = str(session["success_url"]).removeprefix(selling.site.origin)
    answer = await me.client.get(back, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/plan")
    async with desk.at_work(me.user_id) as work:
        current = await desk.subscriptions.current(work, me.user_id)
    assert current is not None
    assert current.plan_name == "Starter"


async def test_somebody_elses_page_is_nobodys(selling: Selling) -> None:
    me, other = await selling.site.sign_in(), await selling.site.sign_in(number=901)
    assert me.user_id is not None
    assert other.user_id is not None
    back = await selling.paid(me.user_id)
    for address in (
        back,
        "/wallet/paid",
        "/wallet/paid?checkout=cs_test_nothing",
        "/wallet/paid?checkout=" + "x" * 900,
    ):
        answer = await other.client.get(address, allow_redirects=False)
        assert answer.status == 404
    assert await selling.free(me.user_id) == 0
    assert await selling.free(other.user_id) == 0


async def test_a_house_without_a_till_has_no_hook(site: Site) -> None:
    visitor = await site.visitor()
    body = b"{}"
    headers = {"Stripe-Signature": signature(SECRET, body, int(time.time()))}
    answer = await visitor.client.post(HOOK, data=body, headers=headers)
    assert answer.status == 404
