"""Check-ins in a real browser on a phone: every page with hostile words, and the whole way without a script."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from bot.services.wellbeing.entries import CheckInDraft
from db.models import MoodSource
from tests.client.chromium import chromium
from tests.web.conftest import Site, Visitor
from tests.web.test_web_core_browser import HOSTILE, LOOK, PHONE, Watch, opened
from tests.web.test_web_mood import first_entry, who_said_yes

pytestmark = pytest.mark.browser

WORDS = HOSTILE.replace("‮", "").replace("|", " ")
SHORT = "<img src=x onerror=alert(7)>"


async def fill(site: Site, robin: Visitor) -> None:
    assert robin.user_id is not None
    moods = site.desk.moods
    async with site.desk.at_work(robin.user_id) as work:
        await moods.add_mood(work, robin.user_id, name=SHORT, emoji="🛸", score=2)
        await moods.add_activity(work, robin.user_id, name=SHORT, emoji="", group="</datalist>" + SHORT[:20])
        mine = (await moods.choices(work, robin.user_id)).own_moods[0]
        for number in range(3):
            draft = CheckInDraft(
                mine.id, activities=[SHORT, "a" * 30], tags=[SHORT], triggers=["x" * 40], title=WORDS[:150],
                note=WORDS + "\n" + "long" * 300 + " مرحبا",
            )  # fmt: skip
            await moods.add(work, robin.user_id, draft, source=MoodSource.WEB, once=str(number))


async def look(page: Page, watch: Watch, where: str, path: str) -> None:
    watch.where = path
    await page.goto(where + path)
    for found in await page.evaluate(LOOK):
        watch.tell(found)
    assert re.match("Check-ins", await page.title())


async def test_every_page_with_hostile_words_on_a_phone(site: Site) -> None:
    robin = await who_said_yes(site)
    await fill(site, robin)
    watch = Watch()
    paths = ("", "/calendar", "/year", "/insights", "/list", "/choices", "/files", "/settings")
    async with chromium() as browser, opened(browser, site, robin, watch) as page:
        for path in ("/mood" + one for one in paths):
            await look(page, watch, site.origin, path)
        await look(page, watch, site.origin, await first_entry(robin))
        await page.get_by_role("button", name="Save").click()
        await expect(page).to_have_url(site.origin + "/mood/list")
    assert watch.wrong == []


async def test_the_whole_way_without_scripts(site: Site) -> None:
    robin = await site.sign_in()
    cookies = [{"name": one.key, "value": one.value, "url": site.origin} for one in robin.client.session.cookie_jar]
    async with chromium() as browser:
        context = await browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-GB")
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(site.origin + "/mood")
        await page.get_by_role("button", name="Yes, keep check-ins for me").click()
        await page.get_by_role("radio", name="Good", exact=True).check()
        await page.get_by_text("A note, tags, what set it off").click()
        await page.get_by_label("Note").fill("by the river")
        await page.get_by_role("button", name="Check in").click()
        await expect(page.get_by_role("status")).to_contain_text("Kept.")
        await page.get_by_role("link", name="Calendar").click()
        await expect(page.locator("td.is-felt")).to_contain_text("good")
        await page.locator("td.is-felt a").click()
        await expect(page.get_by_text("by the river")).to_be_visible()
        await page.get_by_role("link", name=re.compile("Change")).click()
        await page.get_by_text("Delete this check-in").click()
        await page.get_by_role("button", name="Yes, delete it").click()
        await expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
        await context.close()
