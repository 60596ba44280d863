"""The pictures of the dashboard's pages: what members, creators and admins see, with what they did themselves."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, ViewportSize, expect

from sandbox.faces import SASHA, Look, person
from tests.e2e.browsers import WIDE, at_the_web, gives

PHONE: ViewportSize = {"width": 390, "height": 844}
BIO = (
    "I write people who run small places: inns, archives, ferries.\n\n"
    "Everybody here has **one secret** and *one good soup*. New ones come on Sundays; tell me whom you want to meet."
)
FACES = {
    "Sasha": SASHA,
    "Orla": Look("#f0c9a0", "#f2cdb0", "#8c3f22", "bun", "#46683f"),
    "Bruno": Look("#c9c3e0", "#c98f68", "#5b5550", "short", "#3d5673"),
    "Captain Saltwell": Look("#a9d3df", "#8d5a3c", "#e7e0d2", "long", "#913d3d"),
}
MORE = (
    ("Bruno", "Mends clocks, and argues with each of them.", "comfort, clocks",
     "You are Bruno and mend clocks in a cellar. Every clock has an opinion, and you take most of them personally."),
    ("Captain Saltwell", "Sails a bathtub across the fog, and is owed eleven crowns.", "adventure, humour",
     "You are Captain Saltwell and sail a bathtub called the Modest Hope. Fenwick owes you eleven crowns."),
)  # fmt: skip


async def web_pages(browser: Browser, web: str, images: Path) -> None:
    """Everything docs/dashboard.md, creators.md and admin.md show. Sasha has made Orla, and has no plan yet."""
    sasha = await at_the_web(browser, web, "Sasha", to="/plan")
    await takes_a_plan(sasha, web)
    await picture(sasha, images / "web-plan.png")
    await becomes_a_creator(sasha, web)
    await sasha.goto(f"{web}/sasha")
    await picture(sasha, images / "web-creator.png")
    await picture(sasha, images / "web-creator-phone.png", window=PHONE)
    await sasha.goto(f"{web}/characters")
    await sasha.get_by_role("main").get_by_role("link", name="Orla").first.click()
    await expect(sasha.locator("#preview")).to_contain_text("Orla")
    await picture(sasha, images / "web-character.png")
    await picture(sasha, images / "web-character-dark.png", is_dark=True)
    await sasha.goto(f"{web}/lore")
    await sasha.get_by_role("main").get_by_role("link", name="Halden Harbour", exact=True).first.click()
    await sasha.get_by_role("button", name="Make a copy").click()
    await sasha.get_by_role("link", name="All entries").click()
    await picture(sasha, images / "web-lore.png")
    await sasha.goto(f"{web}/account/devices")
    await picture(sasha, images / "web-devices.png")
    robin = await at_the_web(browser, web, "Robin", to="/wallet")
    await buys_and_gives(robin, web)
    await picture(robin, images / "web-wallet.png")
    await picture(robin, images / "web-wallet-phone.png", window=PHONE)
    alex = await at_the_web(browser, web, "Alex", to="/admin/users")
    await alex.get_by_role("main").get_by_role("link", name="Robin").click()
    await picture(alex, images / "web-person.png")
    await alex.goto(f"{web}/admin/statistics?days=7")
    await picture(alex, images / "web-statistics.png")
    await picture(alex, images / "web-statistics-dark.png", is_dark=True)
    for one in (sasha, robin, alex):
        await one.context.close()


async def takes_a_plan(sasha: Page, web: str) -> None:
    """Starter, for play money."""
    await sasha.get_by_role("button", name="Take it monthly Starter").click()
    await sasha.get_by_role("button", name="Pay").click()
    await expect(sasha).to_have_url(f"{web}/plan")
    await expect(sasha.get_by_role("status").first).to_contain_text("Starter")


async def becomes_a_creator(sasha: Page, web: str) -> None:
    """Two more characters, all published, and a page of their maker."""
    for name, description, tags, instructions in MORE:
        await sasha.goto(f"{web}/characters/new")
        told = {"Name": name, "Description": description, "Tags": tags, "Instructions": instructions}
        for label, text in told.items():
            await sasha.get_by_role("textbox", name=label, exact=True).fill(text)
        await sasha.get_by_role("button", name="Make it").click()
        await publishes(sasha, name)
    await sasha.goto(f"{web}/characters")
    await sasha.get_by_role("main").get_by_role("link", name="Orla").first.click()
    await publishes(sasha, "Orla")
    await sasha.goto(f"{web}/creator")
    for name, text in (
        ("username", "sasha"), ("display_name", "Sasha"), ("bio", BIO), ("specialties", "worlds, mysteries"),
        ("tags", "cozy, fog, soup"), ("languages", "English, Español"), ("location", "Halden Rock"),
    ):  # fmt: skip
        await sasha.locator(f"#f-{name}").fill(text)
    await sasha.get_by_role("button", name="Save", exact=True).first.click()
    await expect(sasha.get_by_role("link", name="Statistics").first).to_be_visible()
    await wears(sasha, "Sasha", "#f-avatar", "Wear it")


async def publishes(page: Page, name: str) -> None:
    """Let everybody meet the character whose editor is open, with a face."""
    await wears(page, name, "#f-picture", "Take this picture")
    await page.get_by_text("Let everybody meet it").click()
    await page.get_by_role("button", name="Yes, publish it").click()
    await expect(page.get_by_text("Everybody can find it")).to_be_visible()


async def wears(page: Page, name: str, field: str, button: str) -> None:
    """Send somebody's picture by the form that is there for it."""
    face: FilePayload = {"name": "face.png", "mimeType": "image/png", "buffer": person(FACES[name])}
    await page.locator(field).set_input_files(face)
    await page.get_by_role("button", name=button).first.click()
    await expect(page.get_by_role("status").first).to_be_visible()


async def buys_and_gives(robin: Page, web: str) -> None:
    """A pot of tokens, and a gift that waits."""
    await robin.get_by_role("button", name="A pot").click()
    await robin.get_by_role("button", name="Pay").click()
    await expect(robin).to_have_url(f"{web}/wallet")
    await gives(robin, "sasha", "250000", "For Orla's soup.")
    await expect(robin.get_by_role("region", name="Gifts that wait")).to_be_visible()
    await robin.goto(f"{web}/wallet")


async def picture(page: Page, path: Path, *, window: ViewportSize = WIDE, is_dark: bool = False) -> None:
    """What a window shows of the page, from its top, with nothing hovered."""
    await page.set_viewport_size(window)
    await page.emulate_media(color_scheme="dark" if is_dark else "light")
    await page.mouse.move(0, 0)
    await page.evaluate("scrollTo(0, 0)")
    await page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    # Pages are flat colours: 256 of them are all there are, and a third of the file.
    shot.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    await page.set_viewport_size(WIDE)
