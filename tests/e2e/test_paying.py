"""Paying in a browser: sign in through the local Discord, a plan through Stripe's double, tokens, a premium button."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.client.visits import Visit
from tests.e2e.conftest import Open, program_on

pytestmark = pytest.mark.browser


@pytest.fixture
async def opened(owner_url: str, tmp_path: Path) -> AsyncIterator[Open]:
    """A house that sells, for play money."""
    async with program_on(owner_url, tmp_path, sells=True) as running:
        yield running


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    errors: list[str] = []
    tab = await browser.new_context(viewport={"width": 1200, "height": 900})
    page = await tab.new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    await tab.close()
    # Where a card is declined the till answers 402, which a browser notes.
    assert not [error for error in errors if "402" not in error]


async def sign_in(page: Page, opened: Open, name: str) -> str:
    """Through the local Discord, as people do; where the pages are."""
    web = opened.running.web_url
    assert web is not None
    await page.goto(f"{web}/plan")
    main = page.get_by_role("main")
    await main.get_by_role("button").or_(main.get_by_role("link")).first.click()
    await page.get_by_label(name).check()
    await page.get_by_role("button", name="Authorise").click()
    await expect(page).to_have_url(f"{web}/plan")
    return web


async def test_a_plan_by_card_from_beginning_to_end(opened: Open, page: Page) -> None:
    web = await sign_in(page, opened, "Robin")
    await expect(page.get_by_text("play money")).to_be_visible()
    await page.get_by_role("button", name="Take it monthly Starter").click()
    await expect(page.get_by_text("Nothing is charged")).to_be_visible()
    await page.get_by_label("is declined").check()
    await page.get_by_role("button", name="Pay").click()
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    await page.get_by_label("fails at the next payment").check()
    await page.get_by_role("button", name="Pay").click()
    await expect(page).to_have_url(f"{web}/plan")
    await expect(page.get_by_text("Thank you. You are on Starter now.")).to_be_visible()
    # A month later the card fails; the plan goes on for a while and says so.
    await page.get_by_role("button", name="Cards and bills").click()
    await page.get_by_role("button", name="A month").click()
    await opened.sandbox.till.post.idle()
    await page.goto(f"{web}/plan")
    await expect(page.get_by_text("Your last payment failed")).to_be_visible()
    # Another card, and what is due gets paid.
    await page.get_by_role("button", name="Cards and bills").click()
    await page.get_by_label(": works", exact=False).first.check()
    await page.get_by_role("button", name="Use this card").click()
    await page.get_by_role("button", name="Pay what is due").click()
    await opened.sandbox.till.post.idle()
    await page.goto(f"{web}/plan")
    await expect(page.get_by_text("Your last payment failed")).to_have_count(0)
    await page.get_by_text("Let it end", exact=True).first.click()
    await page.get_by_role("button", name="Yes, let it end").click()
    await expect(page.get_by_text("Nothing you made is lost then")).to_be_visible()


async def test_tokens_by_card_are_in_the_wallet(opened: Open, page: Page) -> None:
    web = await sign_in(page, opened, "Sasha")
    await page.goto(f"{web}/wallet")
    await page.get_by_role("button", name="A pot").click()
    await page.get_by_role("button", name="Pay").click()
    await expect(page).to_have_url(f"{web}/wallet")
    await expect(page.get_by_text("Thank you. 5,500,000 tokens are yours.")).to_be_visible()
    await page.get_by_role("button", name="A cup").click()
    await page.get_by_role("link", name="Back without paying").click()
    await expect(page).to_have_url(f"{web}/wallet")


async def test_a_premium_button_in_discord(opened: Open, browser: Browser) -> None:
    tab = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await tab.new_page()
    page.set_default_timeout(15_000)
    robin = Visit(page, opened.sandbox)
    await robin.go("member", "lantern-archive")
    await robin.run("plan")
    buy = page.get_by_role("button", name="Starter: $150.00 a month").last
    await expect(buy).to_be_visible()
    await buy.click()
    dialog = page.get_by_role("dialog", name="Starter")
    await expect(dialog).to_contain_text("nothing is charged")
    await dialog.get_by_role("button", name="Buy").click()
    await expect(dialog).to_have_count(0)
    # The bot hears of it by itself; a panel shows how things stood when it was asked for.
    for _ in range(10):
        await robin.run("plan")
        with contextlib.suppress(AssertionError):
            await expect(page.get_by_text("Your plan: Starter").last).to_be_visible(timeout=2_000)
            break
    await expect(page.get_by_text("Your plan: Starter").last).to_be_visible()
    await tab.close()
