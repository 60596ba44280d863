"""The till of play money: it refuses what Stripe refuses, remembers what it was asked, and survives a restart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.server import Sandbox

KEY = {"Authorization": "Bearer sk_test_1"}


class Teller:
    """Asks the till as Stripe's clients do, in forms."""

    def __init__(self, origin: str, client: aiohttp.ClientSession) -> None:
        self.url = f"{origin}/till"
        self._client = client

    async def ask(self, method: str, path: str, *, key: str = "", **fields: str) -> tuple[int, Any]:
        headers = KEY | ({"Idempotency-Key": key} if key else {})
        data = fields if method == "POST" else None
        params = fields if method != "POST" else None
        async with self._client.request(
            method, f"{self.url}/v1/{path}", data=data, params=params, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def page(self, url: str, **form: str) -> tuple[int, str]:
        async with self._client.post(url, data=form, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "") or await answer.text()

    async def session(self) -> dict[str, Any]:
        """An open page for five dollars."""
        await self.ask("POST", "products", name="Tea & <b>cake</b>", id="tea")
        status, price = await self.ask("POST", "prices", product="tea", currency="usd", unit_amount="500")
        assert status == 200, price
        fields = {"line_items[0][price]": price["id"], "line_items[0][quantity]": "1"}
        status, made = await self.ask(
            "POST",
            "checkout/sessions",
            mode="payment",
            success_url="http://127.0.0.1:9/thanks?of={CHECKOUT_SESSION_ID}",
            cancel_url="http://127.0.0.1:9/",
            **fields,
        )
        assert status == 200, made
        return made


@pytest.fixture
async def teller(sandbox: Sandbox) -> AsyncIterator[Teller]:
    async with aiohttp.ClientSession() as client:
        yield Teller(sandbox.url, client)


@pytest.mark.parametrize("header", ["", "Bearer sk_live_1", "Bearer pk_test_1", "Basic sk_test_1"])
async def test_only_a_test_key_opens_it(sandbox: Sandbox, header: str) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{sandbox.url}/till/v1/customers", headers={"Authorization": header}) as answer,
    ):
        assert answer.status == 401


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("customers", {"shoe_size": "44"}, "parameter_unknown"),
        ("products", {}, "parameter_missing"),
        ("prices", {"currency": "usd", "unit_amount": "5", "product": "nothing"}, "resource_missing"),
        ("refunds", {"charge": "ch_nothing"}, "resource_missing"),
        ("checkout/sessions", {"mode": "payment", "success_url": "http://a/"}, "parameter_missing"),
        ("billing_portal/sessions", {"customer": "cus_nothing"}, "resource_missing"),
    ],
)
async def test_what_stripe_refuses(teller: Teller, path: str, fields: dict[str, str], code: str) -> None:
    status, body = await teller.ask("POST", path, **fields)
    assert (status in (400, 404), body["error"]["code"]) == (True, code)


async def test_paths_nobody_knows(teller: Teller) -> None:
    status, body = await teller.ask("GET", "shoes")
    assert status == 404
    assert "Unrecognized request URL" in body["error"]["message"]


async def test_a_key_answers_the_same(teller: Teller) -> None:
    first = await teller.ask("POST", "customers", key="once", **{"metadata[a]": "1"})
    assert await teller.ask("POST", "customers", key="once", **{"metadata[a]": "1"}) == first
    status, body = await teller.ask("POST", "customers", key="once", **{"metadata[a]": "2"})
    assert (status, body["error"]["type"]) == (400, "idempotency_error")
    assert (await teller.ask("POST", "customers", key="twice"))[1]["id"] != first[1]["id"]


async def test_lists_page_by_page(teller: Teller) -> None:
    made = [(await teller.ask("POST", "customers"))[1]["id"] for _ in range(5)]
    _, first = await teller.ask("GET", "customers", limit="2")
    assert ([one["id"] for one in first["data"]], first["has_more"]) == (made[:2:-1], True)
    _, rest = await teller.ask("GET", "customers", limit="10", starting_after=made[3])
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == (made[2::-1], False)
    assert (await teller.ask("GET", "customers", limit="0"))[0] == 400


async def test_paying_on_its_page(teller: Teller) -> None:
    session = await teller.session()
    async with aiohttp.ClientSession() as client, client.get(session["url"]) as page:
        text = await page.text()
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;" in text
    assert "5.00 USD" in text
    assert "Nothing is charged" in text
    status, text = await teller.page(session["url"], card="declines")
    assert (status, "Your card was declined" in text) == (402, True)
    status, location = await teller.page(session["url"], card="works")
    assert (status, location) == (303, f"http://127.0.0.1:9/thanks?of={session['id']}")
    assert (await teller.page(session["url"], card="works"))[0] == 400
    _, seen = await teller.ask("GET", f"checkout/sessions/{session['id']}")
    assert (seen["status"], seen["payment_status"]) == ("complete", "paid")
    assert not [name for name in seen if name.startswith("_")]
    assert (await teller.page(f"{teller.url}/c/cs_test_nothing"))[0] == 404


async def test_handles_want_json(teller: Teller) -> None:
    """A page of another site can post forms, and nothing else, without asking."""
    assert (await teller.page(f"{teller.url}/play/pass", days="400"))[0] == 415


async def test_it_outlives_a_restart(tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    async with Sandbox.start(world=world) as first, aiohttp.ClientSession() as client:
        teller = Teller(first.url, client)
        session = await teller.session()
        await client.post(f"{teller.url}/play/pass", json={"days": 40})
        then = first.till.shop.now()
    async with Sandbox.start(world=world) as second, aiohttp.ClientSession() as client:
        _, seen = await Teller(second.url, client).ask("GET", f"checkout/sessions/{session['id']}")
        assert (seen["id"], seen["status"]) == (session["id"], "expired")
        assert second.till.shop.now() >= then


async def test_notices_are_tried_again(teller: Teller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at first: it is told again, as Stripe does."""
    monkeypatch.setattr("sandbox.till.posting.PAUSES", (0.0, 0.0))
    await teller.ask("POST", "webhook_endpoints", url="http://127.0.0.1:9/", **{"enabled_events[0]": "*"})
    tries: list[str] = []
    once = sandbox.till.post._once

    async def counted(endpoint: dict[str, Any], event: dict[str, Any]) -> int:
        tries.append(event["id"])
        return await once(endpoint, event)

    monkeypatch.setattr(sandbox.till.post, "_once", counted)
    session = await teller.session()
    await teller.page(session["url"], card="works")
    async with asyncio.timeout(10):
        await sandbox.till.post.idle()
    assert {tries.count(one) for one in tries} == {3}
