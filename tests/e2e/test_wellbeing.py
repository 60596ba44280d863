"""Check-ins and limits in browsers, before the whole program: kept on the web, seen in Discord, and held to by all.

One program runs for all, with the rehearsal speaking. What Robin keeps and sets is Robin's; Sasha stands for everybody
else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from bot.app_wellbeing import WellbeingParts
from bot.ports import Caller, Place
from bot.services.keys.vault import Vault
from bot.services.wellbeing.acts import Act
from db.raw import RawConnection
from db.work import Actor
from tests.e2e.browsers import at_the_web
from tests.e2e.conftest import Open, database_on, program_on
from tests.e2e.guests import Guest, Town, id_of, visit

pytestmark = pytest.mark.browser

NOTE = "A long walk by the harbour, and nobody I had to talk to."
HOME = "lantern-archive"
NEUTRAL = "No answer to this one."


@pytest.fixture(scope="module")
async def house(
    postgres_url: str, server: RawConnection, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Open]:
    folder = tmp_path_factory.mktemp("wellbeing")
    async with database_on(postgres_url, server) as url, program_on(url, folder, rehearses=True) as running:
        yield running


def a_zone() -> str:
    """Where it is neither shortly before midnight nor shortly after."""
    return next(name for name in ("Europe/Madrid", "America/New_York") if 1 <= datetime.now(ZoneInfo(name)).hour < 22)


async def was_here_before(house: Open, name: str) -> None:
    """Somebody talked with a character for a minute, twenty minutes ago: a limit of one minute is used up by it."""
    user, channel = house.sandbox.person(name), int(house.sandbox.channel_id(HOME))
    caller = Caller(int(user.id), user.username, name.title(), "en-US")
    me, program = await house.program.cafe.people.arrive(caller), house.program
    at = program.clock.now() - timedelta(minutes=20)
    presence = WellbeingParts(program.database, program.clock, Vault([bytes(32)])).presence
    async with program.database.directly(Actor.user(me)) as direct:
        part = await presence.take_part(direct, Act(me, Place(int(house.sandbox.guild.id), channel, channel), at))
    assert part.rest is None


async def opts_in(page: Page) -> None:
    await expect(page.get_by_role("region", name="Before you say yes")).to_contain_text("passes through Discord")
    await page.get_by_role("button", name="Yes, keep check-ins for me").click()
    await expect(page.get_by_role("button", name="Check in")).to_be_visible()


async def checks_in(page: Page, mood: str, note: str) -> None:
    await page.get_by_text(mood, exact=True).first.click()
    await page.get_by_text("A note, tags, what set it off").click()
    await page.get_by_role("textbox", name="Note").fill(note)
    await page.get_by_role("button", name="Check in").click()
    await expect(page.get_by_role("status").first).to_contain_text("Kept.")


async def test_from_a_first_yes_to_a_stop_that_is_kind(house: Open, browser: Browser) -> None:
    web = house.running.web_url
    assert web is not None
    page = await at_the_web(browser, web, "Robin", to="/mood")
    town = Town(house.sandbox.url, {one.name: one.id for one in house.sandbox.world.channels})
    robin, sasha = await visit(browser, town, "member", HOME), await visit(browser, town, "creator", HOME)
    try:
        await keeps_a_diary(page, web, robin)
        await sets_a_limit(page, web)
        await hits_it(house, robin, sasha)
    finally:
        for tab in (page, robin.page, sasha.page):
            await tab.context.close()


async def keeps_a_diary(page: Page, web: str, robin: Guest) -> None:
    # Control: nothing is there before the yes.
    await page.goto(f"{web}/mood/calendar")
    await expect(page).to_have_url(f"{web}/mood")
    await opts_in(page)
    await checks_in(page, "Good", NOTE)
    await page.goto(f"{web}/mood/calendar")
    await expect(page.get_by_role("cell").get_by_role("link", name="good")).to_have_count(1)
    # In Discord there is the count, and not the note: that takes a second yes.
    await robin.run("mood history")
    told = await robin.told("1 check-in")
    await expect(told).not_to_contain_text("harbour")
    await robin.run("mood checkin")
    asked = await robin.told("How are you")
    await asked.get_by_role("button", name="Very good").click()
    await page.goto(f"{web}/mood/list")
    await expect(page.get_by_role("main").get_by_text(NOTE)).to_be_visible()


async def sets_a_limit(page: Page, web: str) -> None:
    await page.goto(f"{web}/limits")
    await page.locator("#f-daily_minutes").fill("1")
    await page.locator("#f-time_zone").fill(a_zone())
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").first).to_be_visible()
    await expect(page.get_by_role("region", name="Minutes")).to_contain_text("0 of 1 minutes")


async def hits_it(house: Open, robin: Guest, sasha: Guest) -> None:
    await was_here_before(house, "robin")
    said = await robin.says("Mira, what is in the jars?")
    line = sasha.message(NEUTRAL)
    await expect(line).to_be_visible()
    await expect(line).not_to_contain_text("limit")
    await expect(line).not_to_contain_text("Robin")
    await line.get_by_role("button", name="For me").click()
    await sasha.told("This is about somebody else's message")
    await robin.message(NEUTRAL).get_by_role("button", name="For me").click()
    await robin.told("minutes of today are used up")
    # Control: whoever set none is answered, and Robin's message is not.
    await sasha.answered("Mira", await sasha.says("Mira, and what is in the drawers?"))
    since = robin.by_id(await id_of(said)).locator("xpath=following-sibling::li[@data-author='Mira']")
    await expect(since).to_have_count(1)
