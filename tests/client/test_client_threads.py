"""Reactions, pins and threads in the web client."""

import re

import discord
import pytest
from playwright.async_api import expect

from sandbox import trouble
from sandbox.acts import threads
from sandbox.server import Sandbox
from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot

pytestmark = pytest.mark.browser


async def test_reactions_are_added_joined_and_taken_back(bot: HouseBot, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    message = await bot.place("tavern").send("do you like tea?")
    question = robin.message("do you like tea?")
    await question.hover()
    await question.get_by_role("button", name="Add reaction").click()
    await robin.page.get_by_role("searchbox", name="Find an emoji").fill("tea")
    await robin.page.keyboard.press("Enter")
    mine = question.locator(".reaction", has_text="🍵")
    await expect(mine).to_have_attribute("aria-pressed", "true")
    theirs = sasha.message("do you like tea?").locator(".reaction", has_text="🍵")
    await expect(theirs).to_have_attribute("aria-pressed", "false")
    await theirs.click()
    await expect(mine.locator(".reaction-count")).to_have_text("2")
    await message.add_reaction("☕")
    await expect(question.locator(".reaction", has_text="☕")).to_be_visible()
    await mine.click()
    await expect(theirs.locator(".reaction-count")).to_have_text("1")
    await expect(mine).to_have_attribute("aria-pressed", "false")
    await robin.page.reload()
    await robin.shows_channel("tavern")
    await expect(robin.message("do you like tea?").locator(".reaction", has_text="🍵")).to_have_attribute(
        "aria-pressed", "false"
    )


async def test_a_thread_is_made_from_a_message_closed_and_found_again(opens: Opens) -> None:
    robin, alex = await opens("member"), await opens("admin")
    await robin.say("a long story begins")
    menu = await robin.menu_of(robin.message("a long story begins"))
    await menu.get_by_role("menuitem", name="Create thread").click()
    form = robin.page.get_by_role("dialog", name="Create thread")
    await form.get_by_role("textbox", name="Thread name").fill("")
    await form.get_by_role("button", name="Create thread").click()
    await expect(form.get_by_role("alert")).to_have_text("Give the thread a name.")
    await form.get_by_role("textbox", name="Thread name").fill("The story")
    await form.get_by_role("button", name="Create thread").click()
    await robin.shows_channel("The story")
    await robin.say("once upon a time")
    await expect(robin.message("once upon a time")).to_be_visible()
    await expect(alex.message("a long story begins").locator(".thread-chip")).to_contain_text("The story")
    row = alex.page.locator(".thread-rows").get_by_role("button", name=re.compile("The story"))
    await row.click()
    await expect(alex.message("once upon a time")).to_be_visible()
    await alex.button("Close thread").click()
    await expect(alex.button("Reopen thread")).to_be_visible()
    await expect(robin.page.locator(".thread-rows").get_by_text("The story")).to_have_count(0)
    await alex.page.locator("#channels").get_by_role("button", name=re.compile("^tavern")).click()
    await alex.button("Threads").click()
    await alex.page.get_by_role("menuitem", name=re.compile("The story")).click()
    await alex.shows_channel("The story")


async def test_an_admin_pins_and_deletes_what_others_wrote(opens: Opens) -> None:
    robin, alex = await opens("member"), await opens("admin")
    await robin.say("a rude word")
    menu = await robin.menu_of(robin.message("a rude word"))
    await expect(menu.get_by_role("menuitem", name="Delete message")).to_be_visible()
    await alex.say("mine")
    foreign = await robin.menu_of(robin.message("mine"))
    await expect(foreign.get_by_role("menuitem", name="Delete message")).to_have_count(0)
    menu = await alex.menu_of(alex.message("a rude word"))
    await menu.get_by_role("menuitem", name="Pin message").click()
    await expect(alex.page.get_by_role("status").filter(has_text="Pinned")).to_be_visible()
    await robin.button("Pinned messages").click()
    pinned = robin.page.get_by_role("menu", name="Pinned messages")
    await expect(pinned.get_by_role("menuitem")).to_contain_text(["a rude word"])
    await pinned.get_by_role("menuitem").click()
    await expect(robin.message("a rude word")).to_be_focused()
    menu = await alex.menu_of(alex.message("a rude word"))
    await menu.get_by_role("menuitem", name="Delete message").click()
    await alex.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    await expect(robin.page.locator(".message", has_text="a rude word")).to_have_count(0)


@pytest.mark.usefixtures("bot")
async def test_a_private_thread_is_for_whom_one_mentions(sandbox: Sandbox, opens: Opens) -> None:
    robin, sasha = await opens("member"), await opens("creator")
    await robin.button("Threads").click()
    await robin.page.get_by_role("menuitem", name="Create thread").click()
    form = robin.page.get_by_role("dialog", name="Create thread")
    await form.get_by_role("textbox", name="Thread name").fill("Whispers")
    await form.get_by_label("Private thread").check()
    await form.get_by_role("button", name="Create thread").click()
    await robin.shows_channel("Whispers")
    rows = [one.page.locator(".thread-rows").get_by_role("button", name="Whispers") for one in (robin, sasha)]
    await expect(rows[0]).to_be_visible()
    members = robin.page.locator("#members .member")
    await expect(members).to_have_text(["Robin"])
    await robin.say("nobody hears this")
    await expect(rows[1]).to_have_count(0)
    await robin.field.press_sequentially("come in, @Sas")
    await robin.field.press("Enter")
    await robin.field.press("Enter")
    await expect(members).to_have_text(["Sasha", "Robin"])
    await rows[1].click()
    await sasha.shows_channel("Whispers")
    await expect(sasha.message("nobody hears this")).to_be_visible()
    thread = next(one for one in sandbox.world.channels if one.name == "Whispers")
    threads.unfollow(sandbox.core, thread, sandbox.person("sasha").id)
    await expect(rows[1]).to_have_count(0)
    await expect(sasha.page.get_by_role("log", name="Messages in Whispers")).to_have_count(0)


async def test_slow_mode_and_age_restriction_are_shown(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    tavern = sandbox.channel_id("tavern")
    await expect(robin.page.locator(".slow-mode")).to_be_hidden()
    trouble.cause(sandbox.core, "slow_mode", channel_id=tavern, seconds=30)
    await expect(robin.page.locator(".slow-mode")).to_have_text("Slow mode: 30 s")
    trouble.cause(sandbox.core, "age_restrict", channel_id=tavern)
    await expect(robin.page.locator(".header").get_by_text("18+")).to_be_visible()
    await robin.say("first")
    await expect(robin.message("first")).to_be_visible()
    await robin.say("too soon")
    await expect(robin.page.get_by_role("alert")).to_contain_text("20016")
    await expect(robin.field).to_have_value("too soon")


async def test_a_thread_says_how_many_messages_it_holds(bot: HouseBot, opens: Opens) -> None:
    robin = await opens("member")
    chip = robin.page.locator(".thread-count")
    thread = await bot.place("tavern").create_thread(name="aside", type=discord.ChannelType.public_thread)
    await expect(chip).to_contain_text("0 messages")
    first = await thread.send("one")
    await expect(chip).to_contain_text("1 message")
    hook = await bot.place("tavern").create_webhook(name="cafe")
    await hook.send("two", username="Mira", thread=thread, wait=True)
    await expect(chip).to_contain_text("2 messages")
    await first.delete()
    await expect(chip).to_contain_text("1 message")
    # A thread begun at a message counts the same way, and so does whoever comes later.
    said = await bot.place("tavern").send("a story")
    other = await said.create_thread(name="the story")
    await other.send("once")
    await expect(robin.message("a story").locator(".thread-count")).to_contain_text("1 message")
    await robin.page.reload()
    await expect(robin.page.locator(".thread-count")).to_contain_text(["1 message", "1 message"])
