"""A person at the pages of the web: signing in through the local Discord, and what stands in a wallet."""

from __future__ import annotations

import re
from itertools import count

from playwright.async_api import Browser, Page, ViewportSize, expect

_ADDRESSES = count(1)
WIDE: ViewportSize = {"width": 1280, "height": 900}


async def at_the_web(browser: Browser, web: str, name: str, *, to: str = "/account/devices") -> Page:
    """A browser of somebody's own, signed in by `name`, on the page they asked for. `page.context.close()`."""
    tab = await browser.new_context(
        viewport=WIDE, reduced_motion="reduce", locale="en-GB", extra_http_headers=an_address()
    )
    page = await tab.new_page()
    page.set_default_timeout(15_000)
    await page.goto(f"{web}{to}")
    await signs_in(page, name)
    await expect(page).to_have_url(f"{web}{to}")
    return page


def an_address() -> dict[str, str]:
    """What a proxy says of a browser that comes from an address of its own: sign-ins are counted by address."""
    return {"X-Forwarded-For": f"192.0.2.{next(_ADDRESSES)}"}


async def signs_in(page: Page, name: str) -> None:
    """From the page that asks to sign in, through the local Discord's own."""
    await page.get_by_role("main").get_by_role("button", name="Sign in with Discord").click()
    await page.get_by_label(name).check()
    await page.get_by_role("button", name="Authorise").click()


async def purse(page: Page) -> dict[str, int]:
    """The numbers at the head of the wallet that is open."""
    shown = await page.locator("dl.stats .stat").all()
    pairs = [(await one.locator("dt").inner_text(), await one.locator("dd").first.inner_text()) for one in shown]
    return {name: int(re.sub(r"\D", "", number)) for name, number in pairs}


async def gives(page: Page, to: str, amount: str, words: str = "") -> None:
    """Fill in the wallet's form for a gift, and send it."""
    await page.get_by_label("To whom").fill(to)
    await page.get_by_label("How many").fill(amount)
    await page.get_by_label("A few words").fill(words)
    await page.get_by_role("button", name="Give", exact=True).click()
