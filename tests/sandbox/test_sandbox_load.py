"""Many servers at once, and messages straight to the gateway."""

import time

import aiohttp

from sandbox import load
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, connected


async def test_a_bot_finds_every_server_that_was_made_before_it_came(sandbox: Sandbox) -> None:
    made = load.populate(sandbox.core, guilds_wanted=40, channels_each=3, members_each=4)
    async with connected(sandbox) as bot:
        assert {str(guild.id) for guild in bot.guilds} >= set(made.guild_ids)
        guild = bot.get_guild(int(made.guild_ids[7]))
        assert guild is not None
        assert len(guild.text_channels) == 3
        # Four people and the bot; the owner is one of the four.
        assert guild.member_count == 5
        assert guild.me.guild_permissions.manage_webhooks


async def test_a_flood_reaches_the_bot_in_order_and_stays_out_of_the_journal(sandbox: Sandbox, bot: Bot) -> None:
    made = load.populate(sandbox.core, guilds_wanted=2)
    spoken = [
        {"channel_id": made.channel_ids[number % 2][0], "author_id": made.user_ids[0], "content": f"line {number}"}
        for number in range(300)
    ]
    before, started = sandbox.journal.last, time.monotonic_ns()
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{sandbox.url}/sandbox/flood", json={"messages": spoken}) as answer,
    ):
        told = await answer.json()
    last = await bot.until("message", lambda message: message.content == "line 299")
    heard = [args[0] for event, args in bot.heard if event == "message"]
    assert [message.content for message in heard] == [one["content"] for one in spoken]
    assert [str(message.id) for message in heard] == told["ids"]
    assert started < told["sent_ns"][0] <= told["sent_ns"][-1] < time.monotonic_ns()
    assert last.author.name == "guest1"
    assert not [entry for entry in sandbox.journal.entries(after=before) if entry.method == "MESSAGE_CREATE"]


async def test_a_flood_obeys_intents_and_sight(sandbox: Sandbox, bot: Bot) -> None:
    guild = sandbox.guild
    hidden = sandbox.channel_id("backstage")
    seen = sandbox.channel_id("tavern")
    robin = sandbox.person("robin").id
    await load.flood(sandbox.core, [load.Spoken(hidden, robin, "unseen"), load.Spoken(seen, robin, "<@1> seen")])
    await bot.until("message", lambda message: message.content.endswith("seen") and message.guild.id == int(guild.id))
    assert [args[0].content for event, args in bot.heard if event == "message"] == ["<@1> seen"]
