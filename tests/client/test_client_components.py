"""Buttons, selects, Components V2 and ephemeral answers in the web client."""

import discord
import pytest
from playwright.async_api import expect

from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot, Panel

pytestmark = pytest.mark.browser


async def test_buttons_answer_change_and_fail(bot: HouseBot, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await bot.place("tavern").send("a panel", view=Panel())
    panel = robin.message("a panel")
    await expect(robin.button("Off", panel)).to_be_disabled()
    await panel.get_by_role("button", name="Whisper").click()
    whisper = robin.message("only for you")
    await expect(whisper).to_contain_text("Only you can see this")
    await expect(sasha.message("a panel")).to_be_visible()
    await expect(sasha.page.locator(".message", has_text="only for you")).to_have_count(0)
    busy = "node => { node.click(); return node.getAttribute('aria-busy'); }"
    assert await robin.button("Silent", panel).evaluate(busy) == "true"
    await expect(panel.locator(".interaction-failed")).to_contain_text("This interaction failed")
    await expect(robin.button("Silent", panel)).not_to_have_attribute("aria-busy", "true")
    await robin.button("Change", panel).click()
    await expect(sasha.message("changed")).to_be_visible()
    await whisper.get_by_role("button", name="Dismiss message").click()
    await expect(whisper).to_have_count(0)


async def test_selects_of_one_of_many_and_of_people(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await bot.place("tavern").send("a panel", view=Panel())
    panel = robin.message("a panel")
    drink = panel.get_by_role("combobox", name="One drink")
    await drink.focus()
    await drink.press("ArrowDown")
    await robin.page.keyboard.press("ArrowDown")
    await robin.page.keyboard.press("Enter")
    await expect(robin.message("drink ['Cocoa']")).to_be_visible()
    await panel.get_by_role("combobox", name="Some things").click()
    for n in ("1", "11"):
        await robin.page.keyboard.type(f"Thing {n}")
        await robin.page.keyboard.press("Enter")
        await robin.page.get_by_role("combobox", name="Search options").fill("")
    await robin.page.keyboard.press("Escape")
    await expect(robin.message("things ['1', '11']")).to_be_visible()
    await panel.get_by_role("combobox", name="A person").click()
    await robin.page.get_by_role("option", name="Sasha").click()
    await expect(robin.message("person sasha")).to_be_visible()


async def test_components_v2_are_drawn(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await bot.layout("tavern")
    box = robin.page.locator(".message .container").last
    await expect(box.get_by_role("heading", name="The Archive")).to_be_visible()
    await expect(box.locator("em")).to_have_text("quiet")
    await expect(box.locator(".thumbnail img")).to_be_visible()
    await expect(box.locator(".gallery img")).to_have_count(1)
    await expect(box.locator(".file-card")).to_contain_text("notes.txt")
    await expect(box.get_by_role("link", name="Map")).to_have_attribute("href", "https://example.org/map")
    accent = await box.evaluate("node => getComputedStyle(node).borderLeftColor")
    assert accent == "rgb(224, 138, 79)"
    await box.locator(".gallery .image-button").click()
    await expect(robin.page.locator("dialog.lightbox img")).to_be_visible()
    await robin.page.keyboard.press("Escape")
    await expect(robin.page.locator("dialog.lightbox")).to_have_count(0)


async def test_nothing_in_a_container_hangs_over_its_edge(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await bot.layout("tavern")
    box = robin.page.locator(".container").last
    await expect(box).to_contain_text("The Archive")
    beyond = """box => [...box.querySelectorAll('*')]
        .filter(one => one.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
        .map(one => one.className)"""
    for width in (1280, 1100, 960, 390):
        await robin.page.set_viewport_size({"width": width, "height": 800})
        assert await box.evaluate(beyond) == [], width


async def test_an_embed_shows_all_its_parts(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    embed = discord.Embed(title="Mira", url="https://example.org/", description="Keeper of **letters**", color=0x8659D6)
    embed.set_author(name="Sasha").set_footer(text="BotCafé").add_field(name="Mood", value="`curious`")
    await bot.place("tavern").send(embed=embed)
    shown = robin.page.locator(".embed").last
    await expect(shown.get_by_role("link", name="Mira")).to_have_attribute("href", "https://example.org/")
    await expect(shown.locator(".embed-description strong")).to_have_text("letters")
    await expect(shown.locator(".embed-fields code")).to_have_text("curious")
    await expect(shown.locator(".embed-footer")).to_have_text("BotCafé")
    assert await shown.evaluate("node => getComputedStyle(node).borderLeftColor") == "rgb(134, 89, 214)"


async def test_components_of_ephemeral_and_webhook_messages_work(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await robin.run("panel")
    quiet = robin.message("a quiet panel")
    await robin.button("Change", quiet).click()
    await expect(robin.message("changed")).to_contain_text("Only you can see this")
    hook = await bot.place("tavern").create_webhook(name="BotCafé")
    spoken = await hook.send("Mira speaks", username="Mira", view=Panel(), wait=True)
    shown = robin.message("Mira speaks")
    await expect(shown.locator(".author")).to_have_text("Mira")
    stop = await robin.button("Change", shown).element_handle()
    await spoken.edit(content="Mira speaks on")
    await expect(robin.message("Mira speaks on")).to_be_visible()
    assert stop is not None
    assert await stop.evaluate("node => node.isConnected"), "a streamed edit must not replace the button under a finger"
    await stop.click()
    voice = robin.page.locator('.message[data-author="Mira"]')
    await expect(voice.locator(".message-content")).to_contain_text("changed")
