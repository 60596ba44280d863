"""The wallet's pages: what there is, gifts given once and answered, history as a file, and nobody else's."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from bot.services.money.ledger import Balance
from db.ids import new_id
from db.models import TransferKind
from db.work import Actor
from tests.web.conftest import Site, Visitor
from tests.web.test_web_creators import character

ONCE = re.compile(r'name="once" value="([0-9a-f]{32})"')


async def bought(site: Site, visitor: Visitor, amount: int = 100) -> None:
    assert visitor.user_id is not None
    async with site.database.work(Actor.job("test")) as work:
        await site.desk.ledger.issue(work, visitor.user_id, amount, TransferKind.PURCHASE, f"bought:{new_id()}")


async def balance(site: Site, visitor: Visitor) -> Balance:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        return await site.desk.ledger.balance(work, visitor.user_id)


async def once(visitor: Visitor) -> str:
    found = ONCE.search(await visitor.page("/wallet"))
    assert found is not None
    return found[1]


async def gift_id(site: Site, visitor: Visitor) -> UUID:
    assert visitor.user_id is not None
    async with site.desk.at_work(visitor.user_id) as work:
        return (await site.desk.gifts.page(work, visitor.user_id))[0].id


@pytest.fixture
async def robin(site: Site) -> Visitor:
    visitor = await site.sign_in(number=900)
    await bought(site, visitor)
    return visitor


@pytest.fixture
async def sasha(site: Site) -> Visitor:
    return await site.sign_in(number=901)


async def test_a_gift_is_given_once_however_often_its_form_is_sent(site: Site, robin: Visitor, sasha: Visitor) -> None:
    form = {"recipient": "guest901", "amount": "30", "message": "For <tea>", "character": "", "once": await once(robin)}
    for _ in range(2):
        assert (await robin.send("/wallet/gifts", form)).status == 303
    assert (await balance(site, robin)).free == 70
    page = await sasha.page("/wallet")
    assert "30 tokens from Guest 900" in page
    assert "For &lt;tea&gt;" in page
    there = f"/wallet/gifts/{await gift_id(site, sasha)}"
    for _ in range(2):
        assert (await sasha.send(there, {"do": "accept"})).status == 303
    assert ((await balance(site, robin)).free, (await balance(site, sasha)).free) == (70, 30)
    assert "accepted" in await robin.page("/wallet/gifts")
    assert (await robin.send(there, {"do": "take_back"})).status == 409


async def test_a_gift_is_declined_and_another_taken_back(site: Site, robin: Visitor, sasha: Visitor) -> None:
    for do, who in (("decline", sasha), ("take_back", robin)):
        form = {"recipient": "guest901", "amount": "30", "once": await once(robin)}
        assert (await robin.send("/wallet/gifts", form)).status == 303
        assert (await balance(site, robin)).free == 70
        there = f"/wallet/gifts/{await gift_id(site, robin)}"
        assert (await who.send(there, {"do": "nothing"})).status == 422
        assert (await who.send(there, {"do": do})).status == 303
        assert (await balance(site, robin)).free == 100


@pytest.mark.parametrize(
    ("wrong", "field", "status"),
    [
        ({"amount": "0"}, "amount", 422),
        ({"amount": "-5"}, "amount", 422),
        ({"amount": "1" + "0" * 30}, "amount", 422),
        ({"amount": "many"}, "amount", 422),
        ({"amount": "101"}, "amount", 403),
        ({"recipient": "guest900"}, "recipient", 422),
        ({"recipient": "nobody at all"}, "recipient", 404),
        ({"recipient": ""}, "recipient", 404),
        ({"message": "x" * 5000}, "message", 422),
        ({"character": "x"}, None, 422),
        ({"once": "again"}, None, 422),
        ({"user_id": "1"}, None, 422),
    ],
)
async def test_a_gift_that_cannot_be_given_says_why_and_gives_nothing(
    site: Site, robin: Visitor, sasha: Visitor, wrong: dict[str, str], field: str | None, status: int
) -> None:
    form = {"recipient": "guest901", "amount": "30", "message": "Hi", "once": await once(robin), **wrong}
    answer = await robin.send("/wallet/gifts", form)
    page = await answer.text()
    assert answer.status == status
    assert 'id="refusal"' in page
    if field is not None:
        assert f'id="{field}-trouble"' in page
    assert await balance(site, robin) == Balance(paid=100, free=100)


async def test_a_form_sent_again_for_another_gift_is_a_conflict(site: Site, robin: Visitor, sasha: Visitor) -> None:
    form = {"recipient": "guest901", "amount": "30", "once": await once(robin)}
    assert (await robin.send("/wallet/gifts", form)).status == 303
    assert (await robin.send("/wallet/gifts", {**form, "amount": "40"})).status == 409
    assert (await balance(site, robin)).free == 70


async def test_the_history_is_paged_and_had_as_a_file(site: Site, robin: Visitor) -> None:
    for _ in range(30):
        await bought(site, robin, 1)
    page = await robin.page("/wallet")
    following = re.search(r'rel="next" href="([^"#]+)', page)
    assert following is not None
    second = await robin.page(following[1].replace("&amp;", "&"))
    assert "+100" in second
    assert "+100" not in page.partition("history-title")[2]
    text = await (await robin.get("/wallet.csv")).text()
    lines = text.strip().splitlines()
    assert len(lines) == 32
    assert lines[-1].split(",")[2] == "100"
    for wrong in ("x", "e30", "%00"):
        assert (await robin.get(f"/wallet?after={wrong}")).status in (200, 422)


async def test_without_a_till_nothing_is_on_sale(site: Site, robin: Visitor) -> None:
    await site.desk.plans.seed(site.database)
    assert "Buy tokens" not in await robin.page("/wallet")
    assert "You paid nothing yet" in await robin.page("/wallet/payments")
    async with site.desk.at_work(robin.user_id) as work:
        package = (await site.desk.packages.list(work))[0]
    answer = await robin.send(f"/wallet/packages/{package.id}")
    assert answer.status in (403, 404, 409)


async def test_anothers_gift_is_missing(site: Site, robin: Visitor, sasha: Visitor) -> None:
    form = {"recipient": "guest901", "amount": "30", "once": await once(robin)}
    assert (await robin.send("/wallet/gifts", form)).status == 303
    maria = await site.sign_in(number=902)
    for there in (await gift_id(site, robin), new_id()):
        for do in ("accept", "decline", "take_back", "nothing"):
            assert (await maria.send(f"/wallet/gifts/{there}", {"do": do})).status == 404
    assert "Guest 900" not in await maria.page("/wallet")


async def test_a_gift_may_be_thanks_to_a_character_somebody_else_made(
    site: Site, robin: Visitor, sasha: Visitor
) -> None:
    mira = await character(site, sasha)
    hidden = await character(site, sasha, "Pell", public=False)
    page = await robin.page("/wallet")
    assert f'value="{mira}"' in page
    assert str(hidden) not in page
    form = {"recipient": "guest901", "amount": "30", "character": str(mira), "once": await once(robin)}
    assert (await robin.send("/wallet/gifts", form)).status == 303
    assert "Mira" in await sasha.page("/wallet")
    refused = await robin.send("/wallet/gifts", {**form, "character": str(hidden), "once": await once(robin)})
    assert refused.status == 404
