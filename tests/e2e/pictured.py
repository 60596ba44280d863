"""The pictures of the documentation's pages: what members, makers and admins see, part by part."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import Browser, Locator, ViewportSize, expect

from tests.e2e.guests import Chosen, Guest, Town, visit

TALL: ViewportSize = {"width": 1280, "height": 1400}
"""Room for a whole panel of lore below the channel's header."""
BROUGHT_ALONG = {
    "entries": {
        "0": {"uid": 0, "key": ["kettle", "tea"], "keysecondary": ["night"], "selectiveLogic": 0, "selective": True,
              "comment": "The kettle itself", "content": "The copper kettle whistles a waltz, and only after dark.",
              "order": 100, "position": 0, "probability": 80, "useProbability": True, "sticky": 4},
        "1": {"uid": 1, "key": ["landlady", "Agathe"], "comment": "Agathe, who owns it", "order": 90, "position": 4,
              "depth": 2, "content": "Agathe counts spoons when she lies.", "automationId": "count-spoons"},
        "2": {"uid": 2, "key": ["/(?<=dark )cellar/"], "comment": "The cellar", "position": 1,
              "content": "There are nine steps down and ten up."},
        "3": {"uid": 3, "key": [], "constant": True, "comment": "House rules", "position": 2, "order": 10,
              "content": "Nobody pays twice, and nobody leaves by the window.", "moonPhase": "full"},
    }
}  # fmt: skip
"""A world file as somebody brings it along: most of it is taken over as it is, and some of it is not."""


async def pages(browser: Browser, town: Town, images: Path) -> None:
    """Everything docs/characters.md, people.md, talk.md, lore.md and servers.md show."""
    for who, channel, look in (
        ("creator", "lantern-archive", of_characters),
        ("member", "lantern-archive", of_people),
        ("member", "lantern-archive", of_talk),
        ("creator", "lantern-archive", of_lore),
        ("creator", "tavern", of_lore_files),
        ("member", "pier", of_travels),
        ("admin", "greenhouse", of_servers),
    ):
        guest = await visit(browser, town, who, channel)
        await look(guest, images)
        await guest.page.context.close()


async def of_characters(sasha: Guest, images: Path) -> None:
    """A character just made, with its panel; and /discover."""
    await sasha.run("character create")
    await sasha.fills(
        "A new character",
        Name="Orla",
        Description="Keeps an inn where every road crosses.",
        Instructions="You are Orla and keep an inn at a crossroads. You know every road, and your soup never ends.",
        Greeting="Come in, the soup is hot and the fire is yours.",
    )
    panel = await _answer(sasha, "Orla is ready")
    await panel.get_by_role("combobox").first.click()
    await sasha.page.get_by_role("option", name="Tone: mysterious").click()
    await expect(panel.get_by_role("combobox").first).to_contain_text("mysterious")
    await _picture(sasha, panel, images / "character-panel.png")
    await sasha.run("discover")
    found = sasha.page.locator(".message.ephemeral").last
    await expect(found).to_contain_text("Juno")
    await _picture(sasha, found, images / "discover.png")


async def of_people(robin: Guest, images: Path) -> None:
    """A persona as only its owner sees it."""
    await robin.run("persona create")
    await robin.fills(
        "A persona of yours",
        Name="Wren Ashdown",
        Description="Inspects lighthouses for the harbour board, and trusts no stair.",
        Appearance="A long coat, a short pencil.",
        Topics="lamps\nstorms\n- ferries",
        Wishes="Call me Inspector.",
    )
    await _picture(robin, await _answer(robin, "Wren Ashdown is kept"), images / "persona.png")


async def of_talk(robin: Guest, images: Path) -> None:
    """The panel of a reply with three wordings, and one's conversations."""
    reply = await robin.answered("Mira", await robin.says("Mira, does the lamp ever go out?"))
    panel = await robin.panel(reply)
    for count in (2, 3):
        await robin.button("Word it anew", panel).click()
        await expect(robin.button(f"{count}/{count}", panel)).to_be_visible()
    await robin.page.mouse.move(0, 0)
    await robin.page.screenshot(path=images / "reply-panel.png")
    await robin.dismisses(panel)
    await robin.run("conversation show")
    shown = robin.page.locator(".message.ephemeral").last
    await expect(shown).to_contain_text("Mira")
    await _picture(robin, shown, images / "conversation-card.png")


async def of_lore(sasha: Guest, images: Path) -> None:
    """Why a reply spoke of what it did, what another message would bring in; a book and one of its entries."""
    await sasha.page.set_viewport_size(TALL)
    await sasha.answered("Mira", await sasha.says("Mira, what happened to the Marguerite?"))
    await sasha.run("lore why")
    await _picture(sasha, await _answer(sasha, "Which lore Mira was told"), images / "lore-why.png")
    await sasha.gives("lore test", text="Any gossip about the bell?")
    await _picture(sasha, await _answer(sasha, "would be told"), images / "lore-test.png")
    await sasha.gives("lore book open", book=Chosen("Halden", "Halden Harbour"))
    await _picture(sasha, await _answer(sasha, "looked at"), images / "lore-book.png")
    await sasha.gives("lore book fork", book=Chosen("Halden", "Halden Harbour"), name="Halden Harbour, my way")
    await _answer(sasha, "Halden Harbour, my way")
    await sasha.gives("lore entry edit", entry=Chosen("fog tide", "A fog tide"))
    entry = await _answer(sasha, "the Hush rises over the quay")
    await _picture(sasha, entry, images / "lore-entry.png")


async def of_lore_files(sasha: Guest, images: Path) -> None:
    """The report on a file: what was kept, changed and refused."""
    await sasha.page.set_viewport_size(TALL)
    await sasha.gives("lore book import", file=("Kettle.json", json.dumps(BROUGHT_ALONG).encode()))
    await _picture(sasha, await _answer(sasha, "Kettle"), images / "lore-import.png")


async def of_travels(robin: Guest, images: Path) -> None:
    """A line and its answer in one message, on a server without the bot."""
    await robin.choose("character summon", starts="Mir", choice="Mira")
    await robin.begin("say")
    await robin.page.keyboard.type("Mir")
    await expect(robin.page.get_by_role("option", name="Mira")).to_be_visible()
    await robin.page.keyboard.press("Enter")
    await robin.page.keyboard.type("Good evening, Mira! What is a lantern archive?")
    await robin.page.keyboard.press("Enter")
    line = robin.message("What is a lantern archive?")
    await expect(robin.button("Answer", line)).to_be_visible()
    await _picture(robin, line, images / "taken-along.png")


async def of_servers(alex: Guest, images: Path) -> None:
    """What holds here and from where; and what stands in the way."""
    await alex.choose("server listening", starts="by", choice="by chance")
    await _answer(alex, "Kept for this server")
    await alex.run("server show")
    shown = alex.page.locator(".message.ephemeral").last
    await expect(shown).to_contain_text("this server")
    await _picture(alex, shown, images / "server-settings.png")
    await alex.run("doctor")
    told = alex.page.locator(".message.ephemeral").last
    await expect(told).to_contain_text("What stands in the way here")
    await _picture(alex, told, images / "doctor.png")


async def _answer(guest: Guest, words: str) -> Locator:
    answer = guest.page.locator(".message.ephemeral").filter(has_text=words).last
    return await guest.standing(answer)


async def _picture(guest: Guest, message: Locator, path: Path) -> None:
    """The message alone, with nothing hovered."""
    await guest.page.mouse.move(0, 0)
    await guest.page.evaluate("document.activeElement.blur()")
    await guest.page.wait_for_load_state("networkidle")
    await message.screenshot(path=path)
