"""Messages by keyboard alone, and by mouse alone; groups and places without the bot."""

import re

import discord
import pytest
from discord import app_commands
from playwright.async_api import expect

from sandbox.server import Sandbox
from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot

pytestmark = pytest.mark.browser


async def test_a_message_is_answered_edited_reacted_to_and_deleted_by_keyboard(opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    keyboard = robin.page.keyboard
    await sasha.say("Who is there?")
    await robin.message("Who is there?").focus()
    await keyboard.press("r")
    await keyboard.type("Only me")
    await keyboard.press("Enter")
    mine = robin.message("Only me")
    await expect(mine.locator(".message-reference")).to_contain_text("Who is there?")
    await mine.focus()
    await keyboard.press("e")
    await keyboard.press("End")
    await keyboard.type(", and the cat")
    await keyboard.press("Enter")
    await expect(sasha.message("Only me, and the cat").locator(".edited")).to_be_visible()
    await robin.message("Who is there?").focus()
    await keyboard.press("+")
    await keyboard.type("cat")
    await keyboard.press("Enter")
    await expect(sasha.message("Who is there?").locator(".reaction").first).to_contain_text("🐱")
    # What is another's is neither edited nor deleted, whatever one presses.
    await robin.message("Who is there?").focus()
    for key in ("e", "Delete", "p"):
        await keyboard.press(key)
    await expect(robin.page.locator("dialog[open], .edit-box")).to_have_count(0)
    await robin.message("Only me").focus()
    await keyboard.press("Delete")
    await expect(robin.page.get_by_role("dialog", name="Delete message")).to_be_visible()
    await keyboard.press("Enter")
    await expect(sasha.page.locator(".message", has_text="Only me")).to_have_count(0)


async def test_a_message_is_edited_answered_and_reacted_to_by_mouse(opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.say("by mouse")
    mine = robin.message("by mouse")
    await mine.hover()
    await mine.get_by_role("button", name="Edit", exact=True).click()
    await robin.page.get_by_label("Edit message").fill("by mouse, changed")
    await mine.get_by_role("button", name="save").click()
    await expect(sasha.message("by mouse, changed")).to_be_visible()
    theirs = sasha.message("by mouse, changed")
    await theirs.click(button="right")
    await sasha.page.get_by_role("menuitem", name="Add reaction").click()
    await sasha.page.get_by_role("button", name="tada", exact=True).click()
    await expect(robin.message("by mouse").locator(".reaction").first).to_contain_text("🎉")
    await theirs.click(button="right")
    await sasha.page.get_by_role("menuitem", name="Reply").click()
    await sasha.button("ON").click()
    await sasha.field.fill("no ping")
    await sasha.field.press("Enter")
    answer = robin.message("no ping")
    await expect(answer.locator(".message-reference")).to_contain_text("by mouse, changed")
    await expect(answer).not_to_have_class(re.compile("mentions-me"))


async def test_a_menu_shows_the_keys_of_its_rows(opens: Opens) -> None:
    robin = await opens()
    await robin.say("mine")
    menu = await robin.menu_of(robin.message("mine"))
    await expect(menu.get_by_role("menuitem", name="Reply")).to_have_attribute("aria-keyshortcuts", "r")
    await expect(menu.get_by_role("menuitem", name="Delete message").locator("kbd")).to_have_text("Del")


async def test_an_answer_only_for_oneself_is_dismissed_by_key(bot: HouseBot, opens: Opens) -> None:
    robin = await opens()
    await robin.run("panel")
    await robin.message("a quiet panel").focus()
    await robin.page.keyboard.press("Delete")
    await expect(robin.page.locator(".message", has_text="a quiet panel")).to_have_count(0)
    await expect(robin.field).to_be_focused()


async def test_nobody_is_said_to_type_after_they_sent(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    for n in range(3):
        await robin.say(f"at once {n}")
    await expect(sasha.message("at once 2")).to_be_visible()
    calls = [one.path for one in sandbox.journal.entries(method="POST") if one.transport == "rest"]
    assert calls[0].endswith("/typing"), "typing is said before the message, never after it"
    await expect(sasha.page.locator(".typing")).to_have_text("")


@pytest.fixture
async def traveller(bot: HouseBot) -> HouseBot:
    """The bot, with commands that people take along."""

    @bot.tree.command(description="Answer anywhere")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def say(interaction: discord.Interaction, text: str) -> None:
        await interaction.response.send_message(f"said {text}")

    @bot.tree.context_menu(name="Look")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def look(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"looked at {message.content}", ephemeral=True)

    await bot.tree.sync()
    return bot


@pytest.mark.usefixtures("traveller")
async def test_commands_come_along_to_a_server_without_the_bot(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member", "pier"), await opens("creator", "pier")
    await sasha.say("any boats?")
    await robin.field.fill("/")
    options = robin.page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(options).to_have_count(1)
    await robin.begin("say")
    await robin.page.keyboard.type("ahoy")
    await robin.page.keyboard.press("Enter")
    await expect(sasha.message("said ahoy")).to_be_visible()
    menu = await robin.menu_of(robin.message("any boats?"))
    await menu.get_by_role("menuitem", name="Look").click()
    await expect(robin.message("looked at any boats?")).to_contain_text("Only you can see this")
    await expect(sasha.page.locator(".message", has_text="looked at")).to_have_count(0)
    # Sasha did not install it.
    await sasha.field.fill("/")
    await expect(sasha.page.locator(".options-empty")).to_have_text("No command of this name")
    menu = await sasha.menu_of(sasha.message("any boats?"))
    await expect(menu.get_by_role("menuitem", name="Look")).to_have_count(0)


@pytest.mark.usefixtures("traveller")
async def test_a_group_shows_who_is_in_it_and_takes_commands(opens: Opens) -> None:
    robin, sasha = await opens("member", "Tea at four"), await opens("creator", "Tea at four")
    await expect(robin.page.locator("#members .member")).to_have_text(["Alex", "Robin", "Sasha"])
    await expect(robin.field).to_have_attribute("placeholder", "Message Tea at four")
    await robin.begin("say")
    await robin.page.keyboard.type("who pours?")
    await robin.page.keyboard.press("Enter")
    await expect(sasha.message("said who pours?").locator(".message-reference")).to_contain_text("Robin used /say")
