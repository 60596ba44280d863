"""Makes the pictures of README and documentation: `make pictures` (`python -m tests.e2e.pictures`) writes docs/images/.

The whole product runs as a newcomer gets it, with the rehearsal speaking, and a browser walks through it. With the word
`wellbeing` only the pictures of check-ins and limits are taken.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.client.chromium import chromium
from tests.e2e.conftest import a_free_port
from tests.e2e.pictured import pages
from tests.e2e.pictured_web import web_pages
from tests.e2e.pictured_wellbeing import wellbeing_pages
from tests.e2e.stack import Hands, Stack, person, until
from tests.e2e.test_kill import whole_reply
from tests.e2e.transcript import town_of

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
TALK = {
    "lantern-archive": (
        "Hello Mira! I'm Robin.",
        "Mira, what is in the jars on your stairs?",
        "Do you have a cat, Mira?",
    ),
    "sky-harbour": ("Juno, what happened to your ear?", "Can I come along, Juno?"),
}


async def main() -> None:
    """Talk, look, save."""
    expect.set_options(timeout=20_000)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="botcafe-pictures-") as folder:
        # Plans are sold, for play money, so that there is something to show of them.
        ports = {"PLANS": "on", "WEB_PORT": str(a_free_port()), "SANDBOX_PORT": str(a_free_port())}
        stack = Stack(Path(folder) / "data", env=ports)
        await stack.start()
        try:
            async with person(stack.sandbox_url, "member") as robin, chromium() as browser:
                if "wellbeing" not in sys.argv:
                    await talk(robin)
                    await look(browser, stack)
                    await pages(browser, await town_of(robin), IMAGES)
                    await web_pages(browser, stack.web_url, IMAGES)
                # The last: Robin takes a break from characters in it.
                await wellbeing_pages(browser, stack.web_url, await town_of(robin), IMAGES)
        finally:
            await stack.stop()


async def talk(robin: Hands) -> None:
    """A conversation worth a picture."""
    for name, lines in TALK.items():
        channel = await robin.channel(name)
        await until(lambda c=channel: whole_reply(robin, c["id"], "0"), "the greeting")
        for line in lines:
            said = await robin.say(channel["id"], line)
            await until(lambda c=channel, m=said: whole_reply(robin, c["id"], m["id"]), line)


async def look(browser: Browser, stack: Stack) -> None:
    """Every picture, light and dark and on a phone."""
    for scheme in ("light", "dark"):
        page = await opened(browser, stack.sandbox_url, "lantern-archive", scheme, 1280, 800)
        await page.screenshot(path=IMAGES / f"conversation-{scheme}.png")
        field = page.locator(".composer-text")
        await field.fill("/")
        await expect(page.get_by_role("listbox", name="Commands")).to_be_visible()
        await page.screenshot(path=IMAGES / f"slash-picker-{scheme}.png")
        await field.fill("/character create")
        await field.press("Enter")
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog", name="A new character")
        await expect(form).to_be_visible()
        await form.get_by_label("Name").fill("Orla")
        await form.get_by_label("Description").fill("Keeps an inn where every road crosses.")
        await page.screenshot(path=IMAGES / f"modal-{scheme}.png")
        await page.context.close()
    page = await opened(browser, stack.sandbox_url, "sky-harbour", "light", 390, 844)
    await page.screenshot(path=IMAGES / "conversation-phone.png")
    await page.context.close()
    page = await opened(browser, stack.sandbox_url, "lantern-archive", "dark", 390, 844)
    await page.screenshot(path=IMAGES / "conversation-phone-dark.png")
    await page.context.close()
    tab = await browser.new_context(viewport={"width": 1000, "height": 860}, color_scheme="light")
    page = await tab.new_page()
    await page.goto(stack.web_url)
    await page.screenshot(path=IMAGES / "home.png")
    await tab.close()


async def opened(browser: Browser, url: str, channel: str, scheme: str, width: int, height: int) -> Page:
    """The client at a channel, everything in it loaded."""
    tab = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = await tab.new_page()
    async with person(url, "member") as robin:
        channel_id = (await robin.channel(channel))["id"]
    await page.goto(f"{url}/?as=member&channel={channel_id}")
    await expect(page.locator("body")).to_have_attribute("data-state", "ready")
    await expect(page.get_by_role("log", name=f"Messages in {channel}")).to_be_visible()
    await expect(page.locator(".skeleton")).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    return page


if __name__ == "__main__":
    asyncio.run(main())
