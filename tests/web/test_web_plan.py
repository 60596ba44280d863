"""The plan's page: what is used of what, the other plans, what runs, and what happens where nothing is sold."""

from __future__ import annotations

import pytest

from db.ids import new_id
from tests.services.moneycraft import mint
from tests.web.conftest import Site
from tests.web.test_web_characters import made


def on(site: Site) -> None:
    """Plans count from now on, for the page and for what they limit."""
    site.desk.limits.is_on = True
    site.desk.characters.plan_limits = site.desk.limits


async def test_a_house_without_plans_says_that_everything_is_there(site: Site) -> None:
    robin = await site.sign_in()
    page = await robin.page("/plan")
    assert "This house has no plans" in page
    assert "All plans" not in page


async def test_what_is_used_stands_beside_what_the_plan_holds(site: Site, owner_url: str) -> None:
    house = await mint(site.database, site.clock, owner_url)
    on(site)
    robin = await site.sign_in(house.robin)
    await made(site, robin)
    page = await robin.page("/plan")
    assert "You are on Free" in page
    assert "1 of 1" in page
    assert "0 of 100" in page
    assert "Begins anew" in page
    for name in ("Free", "Starter", "Professional", "Enterprise"):
        assert f"<h3>{name}" in page
    assert "$150.00 a month" in page
    assert "cannot be bought by card here" in page
    # The limit at the moment of use: what it is, what is used, and what holds more.
    answer = await robin.send("/characters/new", {"name": "Tock", "system_prompt": "You tick."})
    refusal = await answer.text()
    assert answer.status == 403
    assert "your plan Free has room for 1, and you have 1" in refusal
    assert "Starter with room for 5" in refusal
    assert "You tick." in refusal


async def test_a_running_plan_is_shown_and_what_is_beyond_a_smaller_one(site: Site, owner_url: str) -> None:
    house = await mint(site.database, site.clock, owner_url)
    on(site)
    await house.subscribe(house.robin, "starter")
    robin = await site.sign_in(house.robin)
    page = await robin.page("/plan")
    assert "You are on Starter" in page
    assert "Given to you by this house" in page
    for name in ("Mira", "Tock", "Juno"):
        await made(site, robin, name=name)
    await house.as_owner("UPDATE subscriptions SET state = 'expired' WHERE user_id = $1", house.robin)
    page = await robin.page("/plan")
    assert "You are on Free" in page
    assert "3 of 1" in page
    assert "2 more than the plan holds" in page
    assert (await robin.page("/characters")).count(">rests<") == 2


@pytest.mark.parametrize("path", ["/plan/renewal", "/plan/portal"])
async def test_what_needs_a_payment_says_that_there_is_none(site: Site, path: str) -> None:
    robin = await site.sign_in()
    assert (await robin.send(path, {"to": "off"})).status in (403, 404, 409)


async def test_a_plan_cannot_be_taken_where_nothing_is_sold_or_there_is_none(site: Site, owner_url: str) -> None:
    house = await mint(site.database, site.clock, owner_url)
    robin = await site.sign_in(house.robin)
    async with site.desk.at_work(house.robin) as work:
        plans = await site.desk.plans.list(work)
    for plan_id in (plans[1].id, new_id()):
        assert (await robin.send(f"/plan/{plan_id}", {"interval": "month"})).status in (403, 404, 409)
    assert (await robin.send(f"/plan/{plans[1].id}", {"interval": "hour"})).status == 422
