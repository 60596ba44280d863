"""People, channels, direct messages, keyboard, phone and lost connections in the web client."""

import re

import pytest
from playwright.async_api import expect

from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot

pytestmark = pytest.mark.browser


async def test_the_people_switch_changes_who_one_is(opens: Opens) -> None:
    robin = await opens()
    await expect(robin.page.locator("#channels")).not_to_contain_text("backstage")
    await robin.page.get_by_role("button", name="You are Robin, Member. Switch person").click()
    await robin.page.get_by_role("menuitemradio", name="Alex").click()
    await expect(robin.page.get_by_role("button", name="You are Alex, Admin. Switch person")).to_be_visible()
    await expect(robin.page.locator("#channels")).to_contain_text("backstage")
    assert "as=admin" in robin.page.url
    await robin.say("an admin speaks")
    await expect(robin.message("an admin speaks").locator(".author")).to_have_text("Alex")
    await robin.page.goto(robin.sandbox.url)
    await expect(robin.page.get_by_role("button", name="You are Alex, Admin. Switch person")).to_be_visible()


async def test_a_direct_message_with_the_bot(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await robin.page.locator(".member", has_text="BotCafé").click()
    await robin.page.get_by_role("button", name="Message", exact=True).click()
    await robin.shows_channel("BotCafé")
    await robin.say("only us")
    await expect(robin.message("only us")).to_be_visible()
    user = await bot.fetch_user(int(robin.sandbox.person("robin").id))
    await user.send("a secret")
    await expect(robin.message("a secret")).to_be_visible()
    await expect(robin.page.locator("#channels")).to_contain_text("BotCafé")


async def test_everything_by_keyboard(opens: Opens) -> None:
    robin = await opens()
    keyboard = robin.page.keyboard
    await robin.field.focus()
    await keyboard.type("by keyboard")
    await keyboard.press("Enter")
    await expect(robin.message("by keyboard")).to_be_visible()
    await keyboard.press("Alt+ArrowDown")
    await robin.shows_channel("off-topic")
    await keyboard.press("Alt+ArrowUp")
    await robin.shows_channel("tavern")
    await expect(robin.field).to_be_focused()
    await keyboard.type("and a second")
    await keyboard.press("Enter")
    await expect(robin.message("and a second")).to_be_visible()
    await robin.message("and a second").focus()
    await keyboard.press("ArrowUp")
    await expect(robin.message("by keyboard")).to_be_focused()
    await keyboard.press("Enter")
    menu = robin.page.get_by_role("menu", name="Message actions")
    await expect(menu.get_by_role("menuitem").first).to_be_focused()
    await keyboard.type("r")
    await expect(menu.get_by_role("menuitem", name="Reply")).to_be_focused()
    await keyboard.press("Enter")
    await expect(robin.page.locator(".reply-bar")).to_be_visible()
    await expect(robin.field).to_be_focused()
    await keyboard.press("Escape")
    await expect(robin.page.locator(".reply-bar")).to_be_hidden()


async def test_the_lists_are_reached_by_tab_and_walked_by_arrows(opens: Opens) -> None:
    robin = await opens()
    keyboard = robin.page.keyboard
    await robin.page.locator('.channel-link[aria-current="page"]').focus()
    await keyboard.press("ArrowDown")
    await expect(robin.page.locator(".channel-link:focus")).to_contain_text("off-topic")
    await keyboard.press("Enter")
    await robin.shows_channel("off-topic")
    await robin.page.locator("#rail .guild-pill").first.focus()
    await keyboard.press("ArrowDown")
    await expect(robin.page.locator(".guild-pill:focus")).to_have_attribute("aria-label", re.compile("Kettle"))


async def test_the_theme_is_remembered(opens: Opens) -> None:
    robin = await opens()
    light = await robin.page.evaluate("getComputedStyle(document.querySelector('.main')).backgroundColor")
    await robin.page.get_by_role("button", name="Switch between light and dark").click()
    dark = await robin.page.evaluate("getComputedStyle(document.querySelector('.main')).backgroundColor")
    assert light != dark
    await robin.page.reload()
    await robin.shows_channel("tavern")
    assert await robin.page.evaluate("getComputedStyle(document.querySelector('.main')).backgroundColor") == dark


async def test_on_a_phone_the_channels_are_a_drawer(opens: Opens) -> None:
    robin = await opens(width=390, height=844, touch=True)
    await expect(robin.page.locator("#drawer")).to_be_hidden()
    await robin.page.get_by_role("button", name="Show channels").tap()
    await robin.page.locator("#channels").get_by_role("button", name="off-topic").tap()
    await robin.shows_channel("off-topic")
    await expect(robin.page.locator("#drawer")).to_be_hidden()
    await robin.field.fill("from the road")
    await robin.page.get_by_role("button", name="Send message").tap()
    await expect(robin.message("from the road")).to_be_visible()
    wide = await robin.page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= 390


async def test_ctrl_k_goes_anywhere(opens: Opens) -> None:
    robin = await opens()
    await robin.page.keyboard.press("Control+k")
    await robin.page.keyboard.type("green")
    await expect(robin.page.get_by_role("listbox", name="Places").get_by_role("option")).to_have_count(1)
    await robin.page.keyboard.press("Enter")
    await robin.shows_channel("greenhouse")
    await expect(robin.field).to_be_focused()


async def test_a_long_press_opens_the_menu_once(opens: Opens) -> None:
    robin = await opens(width=390, height=844, touch=True)
    await robin.field.fill("press me")
    await robin.page.get_by_role("button", name="Send message").tap()
    text = robin.message("press me").locator(".message-content")
    await expect(text).to_be_visible()
    where = {"pointerType": "touch", "clientX": 80, "clientY": 700, "bubbles": True}
    await text.dispatch_event("pointerdown", where)
    menu = robin.page.get_by_role("menu", name="Message actions")
    await expect(menu).to_have_count(1)
    await text.dispatch_event("contextmenu", {"clientX": 80, "clientY": 700, "bubbles": True, "cancelable": True})
    await text.dispatch_event("pointerup", where)
    await text.dispatch_event("click", {"bubbles": True})
    await expect(menu).to_have_count(1)
    await menu.get_by_role("menuitem", name="Reply").tap()
    await expect(robin.page.locator(".reply-bar")).to_be_visible()


async def test_a_characters_face_has_the_menu_of_its_message(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    hook = await bot.place("tavern").create_webhook(name="BotCafé")
    await hook.send("I am only a voice", username="Mira", wait=True)
    await robin.message("I am only a voice").locator(".avatar").click(button="right")
    menu = robin.page.get_by_role("menu")
    await expect(menu).to_have_accessible_name("Message actions")
    await expect(menu.get_by_role("menuitem", name="Remember")).to_be_visible()


async def test_a_messages_link_opens_at_the_message(bot: HouseBot, opens: Opens) -> None:
    tavern = bot.place("tavern")
    wanted = await tavern.send("the very one")
    for n in range(60):
        await tavern.send(f"later {n}")
    robin = await opens("member", "welcome")
    address = f"{robin.sandbox.url}/channels/{tavern.guild.id}/{tavern.id}/{wanted.id}"
    await robin.page.goto(address)
    await robin.shows_channel("tavern")
    await expect(robin.message("the very one")).to_be_in_viewport()
    await robin.page.locator("#channels").get_by_role("button", name="off-topic").click()
    await robin.shows_channel("off-topic")
    await robin.say(f"look: {wanted.jump_url}")
    await robin.message("look:").get_by_role("button", name="#tavern › message").click()
    await robin.shows_channel("tavern")
    await expect(robin.message("the very one")).to_be_in_viewport()
