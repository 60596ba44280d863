"""The dashboard beside Discord, in browsers before the whole program: what is done in one is seen in the other.

One program runs for all, with the rehearsal speaking, which says nothing but what its prompt holds. How a plan is
taken is in test_paying.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page, expect

from db.raw import RawConnection
from tests.e2e.browsers import an_address, at_the_web, gives, purse, signs_in
from tests.e2e.conftest import Open, database_on, program_on
from tests.e2e.guests import Guest, Town, id_of, visit

pytestmark = pytest.mark.browser

AtWeb = Callable[[str, str], Awaitable[Page]]
Comes = Callable[[str, str], Awaitable[Guest]]
REASON = "Poured soup over the archive."


@pytest.fixture(scope="module")
async def house(
    postgres_url: str, server: RawConnection, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Open]:
    folder = tmp_path_factory.mktemp("house")
    async with database_on(postgres_url, server) as url, program_on(url, folder, sells=True, rehearses=True) as running:
        yield running


@pytest.fixture
async def errors() -> AsyncIterator[list[str]]:
    """What went wrong within the pages; anything fails the test."""
    found: list[str] = []
    yield found
    assert not found, found


@pytest.fixture
async def at_web(house: Open, browser: Browser, errors: list[str]) -> AsyncIterator[AtWeb]:
    """`await at_web("Robin", "/wallet")`: signed in at the web, on a page."""
    async with AsyncExitStack() as stack:

        async def arrive(name: str, path: str) -> Page:
            assert house.running.web_url is not None
            page = await at_the_web(browser, house.running.web_url, name, to=path)
            stack.push_async_callback(page.context.close)
            page.on("pageerror", lambda error: errors.append(str(error)))
            return page

        yield arrive


@pytest.fixture
async def comes(house: Open, browser: Browser, errors: list[str]) -> AsyncIterator[Comes]:
    """`await comes("member", "tavern")`: somebody at the local Discord."""
    town = Town(house.sandbox.url, {one.name: one.id for one in house.sandbox.world.channels})
    async with AsyncExitStack() as stack:

        async def arrive(who: str, channel: str) -> Guest:
            guest = await visit(browser, town, who, channel)
            stack.push_async_callback(guest.page.context.close)
            guest.page.on("pageerror", lambda error: errors.append(str(error)))
            return guest

        yield arrive


def web_of(house: Open) -> str:
    assert house.running.web_url is not None
    return house.running.web_url


async def test_signing_in_through_discord_and_out_again(house: Open, browser: Browser) -> None:
    web = web_of(house)
    tab = await browser.new_context(locale="en-GB", extra_http_headers=an_address())
    page = await tab.new_page()
    await page.goto(f"{web}/wallet")
    # Control: who says no at Discord is let in nowhere.
    await page.get_by_role("main").get_by_role("button", name="Sign in with Discord").click()
    await page.get_by_label("Sasha").check()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("main")).to_contain_text("Sign in")
    assert (await page.request.get(f"{web}/wallet", max_redirects=0)).status == 303
    await page.goto(f"{web}/wallet")
    await signs_in(page, "Sasha")
    await expect(page).to_have_url(f"{web}/wallet")
    await expect(page.get_by_role("banner")).to_contain_text("Sasha")
    await page.goto(f"{web}/account/devices")
    await expect(page.get_by_role("main").get_by_text("this browser").first).to_be_visible()
    # Who kept a copy of the cookie is let in by it, until the session is ended.
    copied = await browser.new_context(storage_state=await tab.storage_state())
    assert (await copied.request.get(f"{web}/wallet", max_redirects=0)).status == 200
    await page.get_by_role("banner").get_by_text("Sasha").click()
    await page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert (await copied.request.get(f"{web}/wallet", max_redirects=0)).status == 303
    await copied.close()
    await tab.close()


async def test_a_character_edited_on_the_web_answers_differently(house: Open, at_web: AtWeb, comes: Comes) -> None:
    page, web = await at_web("Sasha", "/characters"), web_of(house)
    await page.goto(f"{web}/characters/new")
    await page.get_by_label("Name", exact=True).fill("Orla")
    await page.get_by_role("textbox", name="Instructions", exact=True).fill(
        "You are Orla, an innkeeper. The soup today is leek soup."
    )
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Orla")
    editor = page.url
    sasha = await comes("creator", "tavern")
    await sasha.choose("character summon", starts="Orl", choice="Orla")
    await sasha.standing(sasha.page.locator(".message").filter(has_text="Orla").last)

    async def soup(question: str) -> str:
        return (await sasha.words_of(await sasha.answered("Orla", await sasha.says(question)))).casefold()

    assert "leek" in await soup("Orla, which soup is there today?")
    await page.goto(editor)
    field = page.get_by_role("textbox", name="Instructions", exact=True)
    await field.fill("You are Orla, an innkeeper. The soup today is pumpkin soup.")
    await expect(page.locator("#preview")).to_contain_text("The soup today is pumpkin soup.")
    # Control: what is typed and looked at is not what the character is told yet.
    assert "pumpkin" not in await soup("Orla, tell me of the soup today.")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("status").first).to_be_visible()
    told = await soup("Orla, which soup is there today, once more?")
    assert "pumpkin" in told
    assert "leek" not in told


async def test_a_gift_is_seen_in_both_wallets(house: Open, at_web: AtWeb) -> None:
    web = web_of(house)
    robin, sasha = await at_web("Robin", "/wallet"), await at_web("Sasha", "/wallet")
    poor = await purse(sasha)
    assert poor["Bought or given"] == 0
    # Control: what the plan gives each month is no gift to others.
    assert poor["From your plan and bonuses"] > 1_000
    await gives(sasha, "robin", "1000")
    await expect(sasha.get_by_role("alert").or_(sasha.locator(".field-trouble")).first).to_contain_text(
        "You have 0 tokens"
    )
    await robin.get_by_role("button", name="A cup").click()
    await robin.get_by_role("button", name="Pay").click()
    await expect(robin).to_have_url(f"{web}/wallet")
    rich = await purse(robin)
    assert rich["Bought or given"] == 1_000_000
    await gives(robin, "sasha", "250000", "For the soup.")
    await expect(robin.get_by_role("status").first).to_contain_text("250,000 tokens wait for Sasha")
    waiting = await purse(robin)
    assert waiting == rich | {"To spend": rich["To spend"] - 250_000, "Kept back": 250_000}
    await sasha.goto(f"{web}/wallet")
    assert await purse(sasha) == poor
    await expect(sasha.get_by_role("region", name="Gifts that wait")).to_contain_text("For the soup.")
    await sasha.get_by_role("button", name="Accept Robin").click()
    await expect(sasha.get_by_role("status").first).to_contain_text("250,000 tokens are yours.")
    assert await purse(sasha) == poor | {"To spend": poor["To spend"] + 250_000, "Bought or given": 250_000}
    await robin.goto(f"{web}/wallet")
    assert await purse(robin) == waiting | {"Bought or given": 750_000, "Kept back": 0}


async def test_whoever_is_suspended_is_refused_everywhere(house: Open, at_web: AtWeb, comes: Comes) -> None:
    web = web_of(house)
    robin, sasha = await at_web("Robin", "/wallet"), await at_web("Sasha", "/wallet")
    guest = await comes("member", "lantern-archive")
    await guest.answered("Mira", await guest.says("Hello Mira!"))
    alex = await at_web("Alex", "/admin/users")
    await alex.get_by_role("main").get_by_role("link", name="Robin").click()
    await alex.get_by_label("Suspend", exact=True).check()
    await alex.get_by_label("Reason").fill(REASON)
    await alex.get_by_role("button", name="Decide").click()
    await expect(alex.get_by_role("status").first).to_contain_text("Suspended.")
    await robin.goto(f"{web}/wallet")
    await expect(robin.get_by_role("button", name="Sign in with Discord")).to_be_visible()
    await signs_in(robin, "Robin")
    await expect(robin.get_by_role("main")).to_contain_text(REASON)
    await guest.run("wallet")
    await expect(await guest.told(REASON)).to_contain_text("You are suspended until")
    # Control: nobody else is; and who is let in again is answered again, though not what was said meanwhile.
    await sasha.goto(f"{web}/wallet")
    await expect(sasha.get_by_role("heading", level=1)).to_have_text("Wallet")
    unheard = await guest.says("Mira, can you hear me?")
    await alex.get_by_label("Let in again").check()
    await alex.get_by_role("button", name="Decide").click()
    await expect(alex.get_by_role("status").first).to_contain_text("good standing")
    heard = await guest.says("Mira, is there tea?")
    await guest.answered("Mira", heard)
    spoken = await guest.page.locator('.message[data-author="Mira"]').all()
    before, after = int(await id_of(unheard)), int(await id_of(heard))
    ids = [int(await id_of(one)) for one in spoken]
    assert max(ids) > after
    assert not [one for one in ids if before < one < after]
    await robin.goto(f"{web}/wallet")
    await signs_in(robin, "Robin")
    await expect(robin).to_have_url(f"{web}/wallet")
