"""Unpatched discord.py does what a bot does, over sockets; each call, answer and event is held to the specification.

Each test only has to act: `tests/conformance/plugin.py` fails it when something does not conform.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord
import pytest
from discord.ext import commands

from sandbox.journal import Entry
from sandbox.server import Sandbox
from tests.conformance.plugin import watch
from tests.conformance.session import ADMINISTRATOR, PNG, Person, connected, make_bot
from tests.conformance.showroom import NONE, Panel, layout, register
from tests.conformance.watcher import Watcher


@dataclass
class Stage:
    """Everything a test acts on."""

    sandbox: Sandbox
    bot: commands.Bot
    guild: discord.Guild
    channel: discord.TextChannel
    person: Person


@pytest.fixture(scope="module")
async def stage(conformance: Watcher) -> AsyncIterator[Stage]:
    """One sandbox with a bot that may do everything in a server of its own."""
    bot = make_bot()
    register(bot)
    async with Sandbox.start(port=0) as sandbox, aiohttp.ClientSession() as session:
        # How often something may be done is tested elsewhere.
        sandbox.core.limits.relax()
        person = Person(sandbox, "alex", session)
        async with connected(sandbox, bot):
            body = {"name": "Workshop", "owner_id": person.user.id, "invite": sandbox.application.id}
            joined = asyncio.create_task(bot.wait_for("guild_join", timeout=10))
            await asyncio.sleep(0)
            url = f"{sandbox.url}/sandbox/guilds"
            async with session.post(url, json=body | {"permissions": ADMINISTRATOR}) as response:
                assert response.status == 200, await response.text()
            guild = await joined
            channel = await guild.create_text_channel("talk", topic="here")
            yield Stage(sandbox, bot, guild, channel, person)


async def test_messages(stage: Stage) -> None:
    channel = stage.channel
    embed = discord.Embed(
        title="t", description="d", colour=5, timestamp=discord.utils.utcnow(), url="https://a.example"
    )
    embed.add_field(name="n", value="v").set_footer(text="f").set_author(name="a").set_image(
        url="https://a.example/i.png"
    )
    message = await channel.send(f"hello <@{stage.person.user.id}>", embed=embed, silent=True)
    answer = await message.reply("again", mention_author=True)
    assert answer.reference is not None
    await message.edit(content="new", embed=None)
    await message.edit(suppress=True)
    sent = await channel.send("file", file=discord.File(io.BytesIO(PNG), "face.png", description="a face"))
    await sent.edit(attachments=[])
    with_picture = discord.Embed().set_image(url="attachment://face.png")
    await channel.send(embed=with_picture, file=discord.File(io.BytesIO(PNG), "face.png"))
    assert [one async for one in channel.history(limit=3)]
    assert (await channel.fetch_message(message.id)).content == "new"
    assert [one async for one in channel.history(limit=2, around=message)]
    await channel.delete_messages([await channel.send("1"), await channel.send("2")])
    async with channel.typing():
        pass
    await message.delete()


async def test_reactions_and_pins(stage: Stage) -> None:
    message = await stage.channel.send("like me")
    await message.add_reaction("🔥")
    await message.add_reaction("👍")
    fetched = await stage.channel.fetch_message(message.id)
    assert [user async for user in fetched.reactions[0].users()]
    await message.remove_reaction("🔥", stage.guild.me)
    await message.clear_reaction("👍")
    await message.clear_reactions()
    await message.pin()
    assert [one async for one in stage.channel.pins()]
    await message.unpin()


async def test_components(stage: Stage) -> None:
    sent = await stage.channel.send("panel", view=Panel())
    await sent.edit(view=None)
    laid = await stage.channel.send(view=layout("notes.txt"), file=discord.File(io.BytesIO(b"x"), "notes.txt"))
    assert laid.flags.components_v2
    await laid.edit(view=layout())


async def test_webhooks(stage: Stage) -> None:
    channel = stage.channel
    webhook = await channel.create_webhook(name="Mira", avatar=PNG)
    face = f"{stage.sandbox.url}/embed/avatars/1.png"
    message = await webhook.send("I am Mira", username="Mira", avatar_url=face, wait=True, allowed_mentions=NONE)
    await message.edit(content="I was", allowed_mentions=NONE, view=Panel())
    assert (await webhook.fetch_message(message.id)).content == "I was"
    await webhook.send("no answer awaited")
    await webhook.send(view=layout(), wait=True)
    await webhook.send("file", file=discord.File(io.BytesIO(b"x"), "x.txt"), wait=True)
    thread = await channel.create_thread(name="aside", type=discord.ChannelType.public_thread)
    aside = await webhook.send("in a thread", thread=thread, wait=True)
    await webhook.edit_message(aside.id, content="still", thread=thread)
    await webhook.delete_message(aside.id, thread=thread)
    await message.delete()
    assert await channel.webhooks()
    assert await stage.guild.webhooks()
    assert (await stage.bot.fetch_webhook(webhook.id)).token
    await webhook.fetch()
    await webhook.edit(name="Juno", avatar=None)
    await webhook.delete()


async def test_threads(stage: Stage) -> None:
    message = await stage.channel.send("begin here")
    thread = await message.create_thread(name="from a message", auto_archive_duration=60)
    await thread.send("hi")
    await thread.join()
    await thread.add_user(discord.Object(int(stage.person.user.id)))
    assert await thread.fetch_members()
    await thread.fetch_member(stage.guild.me.id)
    await thread.remove_user(discord.Object(int(stage.person.user.id)))
    await thread.leave()
    private = await stage.channel.create_thread(name="private")
    await private.edit(name="renamed", slowmode_delay=5, locked=True)
    assert await stage.guild.active_threads()
    await private.edit(archived=True)
    await thread.edit(archived=True)
    assert [one async for one in stage.channel.archived_threads()]
    assert [one async for one in stage.channel.archived_threads(private=True)]
    await thread.delete()


async def test_the_server_and_its_people(stage: Stage) -> None:
    guild, bot = stage.guild, stage.bot
    fetched = await bot.fetch_guild(guild.id)
    assert fetched.approximate_member_count
    assert await guild.fetch_channels()
    assert await guild.fetch_roles()
    assert [one async for one in guild.fetch_members()]
    member = await guild.fetch_member(int(stage.person.user.id))
    await bot.fetch_user(member.id)
    role = await guild.create_role(name="friends", permissions=discord.Permissions(1024), colour=0xAABB)
    await role.edit(name="good friends", mentionable=True)
    await guild.me.add_roles(role)
    await guild.me.remove_roles(role)
    await guild.me.edit(nick="The café")
    await role.delete()
    extra = await guild.create_text_channel("extra", topic="t", slowmode_delay=5)
    await extra.edit(topic="other", name="more")
    await extra.set_permissions(guild.default_role, send_messages=False)
    await extra.set_permissions(guild.default_role, overwrite=None)
    await bot.fetch_channel(extra.id)
    await extra.delete()
    category = await guild.create_category("A category")
    await category.delete()
    direct = await member.create_dm()
    await direct.send("hello, alone")


async def test_the_application(stage: Stage) -> None:
    bot = stage.bot
    assert bot.user is not None
    await bot.application_info()
    emoji = await bot.create_application_emoji(name="face", image=PNG)
    assert await bot.fetch_application_emojis()
    await emoji.edit(name="smile")
    await bot.fetch_application_emoji(emoji.id)
    await emoji.delete()
    assert [one async for one in bot.fetch_guilds()]
    await bot.user.edit(avatar=PNG)
    await bot.http.get_bot_gateway()


@pytest.mark.parametrize("code", [10003, 10008, 50035, 50006, 50001])
async def test_refusals(stage: Stage, code: int) -> None:
    async def act() -> None:
        match code:
            case 10003:
                await stage.bot.fetch_channel(5)
            case 10008:
                await stage.channel.fetch_message(5)
            case 50035:
                await stage.channel.send("x" * 2001, embed=discord.Embed(title="t" * 300))
            case 50006:
                await stage.channel.send("")
            case _:
                await stage.bot.http.get_channel(stage.sandbox.channel_id("backstage"))

    with pytest.raises(discord.HTTPException) as caught:
        await act()
    assert caught.value.code == code


@pytest.mark.parametrize("path", ["/users/@me", "/channels/{channel}/messages", "/channels/5", "/guilds/{guild}/roles"])
async def test_every_answer_tells_of_its_limits(stage: Stage, path: str) -> None:
    """The headers that the specification gives every answer, and the bare content type discord.py compares with."""
    url = stage.sandbox.url + "/api/v10" + path.format(channel=stage.channel.id, guild=stage.guild.id)
    headers = {"Authorization": f"Bot {stage.sandbox.bot_token}"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        told = response.headers
    assert told["Content-Type"] == "application/json"
    assert int(told["X-RateLimit-Remaining"]) < int(told["X-RateLimit-Limit"])
    assert float(told["X-RateLimit-Reset"]) > float(told["X-RateLimit-Reset-After"]) >= 0
    assert told["X-RateLimit-Bucket"]


async def test_commands(stage: Stage) -> None:
    synced = await stage.bot.tree.sync()
    assert {one.name for one in synced} == {"character", "later", "Look", "Why?"}
    await stage.bot.tree.sync(guild=stage.guild)
    fetched = await stage.bot.tree.fetch_commands()
    one = await stage.bot.tree.fetch_command(fetched[0].id)
    await one.edit(default_member_permissions=discord.Permissions(0))


@asynccontextmanager
async def until(*calls: str) -> AsyncIterator[None]:
    """Leave the block once the bot has made each of these calls ("POST …/callback": method and end of path)."""
    missing = {tuple(call.split(" …")) for call in calls}
    done = asyncio.Event()

    def see(entry: Entry) -> None:
        path = entry.path.partition("?")[0]
        missing.difference_update({one for one in missing if entry.method == one[0] and path.endswith(one[1])})
        if not missing:
            done.set()

    end = watch(see)
    try:
        yield
        async with asyncio.timeout(10):
            await done.wait()
    finally:
        end()


async def test_interactions(stage: Stage) -> None:
    await stage.bot.tree.sync()
    person, channel = stage.person, stage.channel
    command = await person.command(channel, "character")
    who = {"type": 3, "name": "who", "value": "mir"}
    picked = {"id": command["id"], "name": "character", "type": 1}
    focused = [{"type": 1, "name": "summon", "options": [who | {"focused": True}]}]
    async with until("POST …/callback"):
        await person.interact(4, channel, picked | {"options": focused})
    chosen = [
        who,
        {"type": 6, "name": "friend", "value": person.user.id},
        {"type": 8, "name": "role", "value": str(stage.guild.default_role.id)},
        {"type": 7, "name": "place", "value": str(channel.id)},
    ]
    async with until("POST …/callback", "PATCH …/messages/@original", "DELETE …/messages/@original"):
        await person.interact(2, channel, picked | {"options": [{"type": 1, "name": "summon", "options": chosen}]})
    target = str((await channel.send("look at this")).id)
    for name, kind, aimed in (
        ("later", 1, {}),
        ("Look", 2, {"target_id": person.user.id}),
        ("Why?", 3, {"target_id": target}),
    ):
        command = await person.command(channel, name, kind)
        async with until("POST …/callback", *(["PATCH …/messages/@original"] if name == "later" else [])):
            await person.interact(2, channel, {"id": command["id"], "name": name, "type": kind, **aimed})


async def test_components_and_modals_in_use(stage: Stage) -> None:
    person, channel = stage.person, stage.channel
    panel = await channel.send("panel", view=Panel())
    on_panel = {"message_id": str(panel.id)}
    async with until("POST …/callback"):
        await person.interact(3, channel, {"component_type": 2, "custom_id": "press"}, **on_panel)
    for kind, custom_id, values in ((5, "who", [person.user.id]), (8, "where", [str(channel.id)])):
        data = {"component_type": kind, "custom_id": custom_id, "values": values}
        async with until("POST …/callback"):
            await person.interact(3, channel, data, **on_panel)
    async with until("POST …/callback"):
        await person.interact(3, channel, {"component_type": 2, "custom_id": "ask"}, **on_panel)
    journal = stage.sandbox.journal
    opened = journal.entries(method="INTERACTION_CREATE", kind="bot")[-1].response
    modal = journal.entries(path="/callback")[-1].request["data"]
    answers = [
        {"type": 18, "component": {"type": 4, "custom_id": "name", "value": "Robin"}},
        {"type": 18, "component": {"type": 3, "custom_id": "colour", "values": ["red"]}},
        {"type": 18, "component": {"type": 5, "custom_id": "friend", "values": [person.user.id]}},
    ]
    async with until("POST …/callback"):
        await person.interact(5, channel, {"id": opened["id"], "custom_id": modal["custom_id"], "components": answers})


async def test_people_write_too(stage: Stage) -> None:
    message = await stage.person.say(stage.channel.id, "hello <@1>")
    base = f"/channels/{stage.channel.id}/messages/{message['id']}"
    assert (await stage.person.call("PATCH", base, {"content": "hello again"}))[0] == 200
    assert (await stage.person.call("PUT", f"{base}/reactions/%F0%9F%94%A5/@me"))[0] == 204
    assert (await stage.person.call("DELETE", base))[0] == 204


async def test_every_endpoint_the_bot_needs_was_covered(stage: Stage, conformance: Watcher) -> None:
    """The last word of this file: what it claims to cover it did cover."""
    covered = {subject for subject, status in conformance.calls if status < 300}
    wanted = {
        "GET /users/@me",
        "GET /oauth2/applications/@me",
        "PUT /applications/{application_id}/commands",
        "POST /channels/{channel_id}/messages",
        "PATCH /channels/{channel_id}/messages/{message_id}",
        "POST /webhooks/{webhook_id}/{webhook_token}",
        "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
        "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
        "POST /interactions/{interaction_id}/{interaction_token}/callback",
        "POST /applications/{application_id}/emojis",
        "POST /channels/{channel_id}/threads",
        "POST /channels/{channel_id}/webhooks",
    }
    assert wanted <= covered
    events = {event for event, who in conformance.events if who == "bots"}
    assert {
        "READY",
        "GUILD_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "INTERACTION_CREATE",
        "THREAD_CREATE",
    } <= events
