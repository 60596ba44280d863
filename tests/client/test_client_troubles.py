"""The panel of troubles: what an admin, Discord or a person does to the bot, by switches."""

import asyncio
import re

import discord
import pytest
from playwright.async_api import Locator, expect

from sandbox.server import Sandbox
from tests.client.conftest import Opens
from tests.client.house_bot import HouseBot
from tests.client.visits import Visit

pytestmark = pytest.mark.browser


async def _panel(visit: Visit) -> Locator:
    await visit.button("Troubles").click()
    panel = visit.page.get_by_role("complementary", name="Troubles")
    await expect(panel.get_by_role("switch").first).to_be_visible()
    return panel


async def test_rights_are_taken_and_given_back_one_by_one(bot: HouseBot, opens: Opens) -> None:
    alex = await opens("admin")
    panel = await _panel(alex)
    here = panel.get_by_role("region", name="The bot may, in #tavern")
    hooks, sends = (here.get_by_role("switch", name=name, exact=True) for name in ("Manage webhooks", "Send messages"))
    for one in (hooks, sends):
        await one.click()
        await expect(one).to_have_attribute("aria-checked", "false")
    await expect(sends).to_be_focused()
    with pytest.raises(discord.Forbidden):
        await bot.place("tavern").create_webhook(name="x")
    await hooks.press("Enter")
    await expect(hooks).to_have_attribute("aria-checked", "true")
    # Only this one came back.
    await expect(sends).to_have_attribute("aria-checked", "false")
    assert await bot.place("tavern").create_webhook(name="x")
    everywhere = panel.get_by_role("region", name="The bot may, in the whole server")
    await everywhere.get_by_role("switch", name="Manage webhooks").click()
    await expect(hooks).to_have_attribute("aria-checked", "false")
    # What everybody there may do cannot be taken from the bot's role alone.
    await expect(everywhere.get_by_role("switch", name="Send messages")).to_have_count(0)


async def test_webhooks_are_crowded_out_moved_and_deleted(bot: HouseBot, opens: Opens) -> None:
    alex = await opens("admin")
    webhooks = (await _panel(alex)).get_by_role("group", name="Webhooks")
    await expect(webhooks).to_contain_text("0 of 15")
    await webhooks.get_by_role("button", name="Fill up").click()
    await expect(webhooks).to_contain_text("15 of 15")
    with pytest.raises(discord.HTTPException):
        await bot.place("tavern").create_webhook(name="one too many")
    await webhooks.get_by_role("button", name="Empty again").click()
    await expect(webhooks).to_contain_text("0 of 15")
    hook = await bot.place("tavern").create_webhook(name="cafe")
    await alex.page.locator("#channels").get_by_role("button", name="off-topic").click()
    await alex.page.locator("#channels").get_by_role("button", name="tavern").click()
    await webhooks.get_by_role("button", name="Move").click()
    await alex.page.get_by_role("menuitem", name="greenhouse").click()
    await expect(webhooks).to_contain_text("0 of 15")
    assert (await bot.fetch_webhook(hook.id)).channel_id == bot.place("greenhouse").id


async def test_a_place_is_slowed_restricted_renamed_and_deleted(bot: HouseBot, opens: Opens) -> None:
    alex, tavern = await opens("admin"), bot.place("tavern")
    panel = await _panel(alex)
    await panel.get_by_role("button", name="Off").click()
    await alex.page.get_by_role("menuitemradio", name="30 seconds").click()
    await panel.get_by_role("switch", name="Age-restricted").click()
    await expect(panel.get_by_role("switch", name="Age-restricted")).to_have_attribute("aria-checked", "true")
    await panel.get_by_role("button", name="Rename").click()
    await alex.page.get_by_label("New name").fill("Quiet Room")
    await alex.page.keyboard.press("Enter")
    await expect(panel.get_by_role("region", name="Here: quiet-room")).to_be_visible()
    seen = await bot.fetch_channel(tavern.id)
    assert isinstance(seen, discord.TextChannel)
    assert (seen.name, seen.nsfw, seen.slowmode_delay) == ("quiet-room", True, 30)
    await panel.get_by_role("button", name="Delete", exact=True).click()
    await alex.page.get_by_role("dialog", name="Delete channel").get_by_role("button", name="Delete").click()
    await expect(alex.page.locator("#channels")).not_to_contain_text("quiet-room")


async def test_a_thread_is_closed_locked_and_loses_the_bot(bot: HouseBot, opens: Opens) -> None:
    thread = await bot.place("tavern").create_thread(name="aside", type=discord.ChannelType.public_thread)
    alex = await opens("admin")
    await alex.page.locator(".thread-rows").get_by_role("button", name="aside").click()
    panel = await _panel(alex)
    await panel.get_by_role("button", name="Remove the bot").click()
    await expect(panel.get_by_role("button", name="Remove the bot")).to_be_disabled()
    await panel.get_by_role("switch", name="Locked").click()
    await expect(panel.get_by_role("switch", name="Closed")).to_have_attribute("aria-checked", "true")
    seen = await bot.fetch_channel(thread.id)
    assert isinstance(seen, discord.Thread)
    assert (seen.locked, seen.archived) == (True, True)


async def test_a_server_is_lost_for_a_while_and_the_bot_thrown_out(
    sandbox: Sandbox, bot: HouseBot, opens: Opens
) -> None:
    alex, robin = await opens("admin"), await opens("member")
    panel = await _panel(alex)
    outage = panel.get_by_role("switch", name="Outage of The Copper Kettle")
    await outage.click()
    for visit in (alex, robin):
        await expect(visit.page.get_by_text("This server is not available just now.")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="The Copper Kettle, not available just now")).to_be_visible()
    # Whoever comes meanwhile finds it lost too.
    await robin.page.reload()
    await expect(robin.page.get_by_role("button", name="A server, not available just now")).to_be_visible()
    await outage.click()
    await robin.page.get_by_role("button", name="The Copper Kettle").click()
    for visit in (alex, robin):
        await visit.shows_channel("tavern")
    present = panel.get_by_role("switch", name="The bot is in The Copper Kettle")
    await present.click()
    await expect(present).to_have_attribute("aria-checked", "false")
    assert sandbox.world.membership(sandbox.guild.id, sandbox.application.id) is None
    await present.click()
    await expect(present).to_have_attribute("aria-checked", "true")


async def test_discord_hangs_up_takes_intents_and_lets_time_pass(sandbox: Sandbox, bot: HouseBot, opens: Opens) -> None:
    alex = await opens("admin")
    panel = await _panel(alex)
    resumed = asyncio.create_task(bot.wait_for("resumed", timeout=20))
    await panel.get_by_role("button", name="Ask to reconnect").click()
    await resumed
    content = panel.get_by_role("switch", name="Intent: Message content")
    await content.click()
    await expect(content).to_have_attribute("aria-checked", "false")
    assert not sandbox.application.approved_intents & 1 << 15
    before = sandbox.core.clock.now()
    await panel.get_by_role("button", name="1 day").click()
    await expect(panel.get_by_role("button", name="1 day")).to_be_focused()
    await panel.get_by_role("button", name="1 hour").click()
    await expect(panel.get_by_role("button", name="1 hour")).to_be_focused()
    assert sandbox.core.clock.now() - before >= 86_400


async def test_a_member_settles_only_what_is_theirs(sandbox: Sandbox, opens: Opens) -> None:
    robin = await opens("member")
    panel = await _panel(robin)
    await expect(panel.get_by_role("region")).to_have_count(1)
    await panel.get_by_role("switch", name="Direct messages from the bot").click()
    await expect(panel.get_by_role("switch", name="Direct messages from the bot")).to_have_attribute(
        "aria-checked", "false"
    )
    taken = panel.get_by_role("switch", name=re.compile("take along"))
    await taken.click()
    await expect(taken).to_have_attribute("aria-checked", "false")
    robin_id = sandbox.person("robin").id
    assert sandbox.world.user(robin_id).closed_to_direct
    assert robin_id not in sandbox.application.installed_by
    await robin.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(robin.button("Troubles")).to_be_focused()
