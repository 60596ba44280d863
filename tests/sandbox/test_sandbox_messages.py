"""Messages, webhooks, reactions, pins and threads over sockets, with discord.py."""

from typing import Any

import aiohttp
import discord
import pytest

from sandbox.cdn import default_avatar
from sandbox.permissions import Permission
from sandbox.server import Sandbox
from tests.sandbox.visitors import Bot, Person

V2 = 1 << 15


async def _code(doing: Any) -> int:
    with pytest.raises(discord.HTTPException) as caught:
        await doing
    return caught.value.code


async def test_send_edit_reply_delete(bot: Bot, robin: Person) -> None:
    tavern = bot.place("tavern")
    sent = await tavern.send("one", embed=discord.Embed(title="t", description="d").add_field(name="n", value="v"))
    assert (await robin.event("MESSAGE_CREATE"))["embeds"][0]["fields"][0]["inline"] is True
    await sent.edit(content="two")
    assert (await robin.event("MESSAGE_UPDATE"))["content"] == "two"
    reply = await sent.reply("three")
    assert reply.reference is not None
    assert reply.reference.message_id == sent.id
    await sent.delete()
    assert (await robin.event("MESSAGE_DELETE"))["id"] == str(sent.id)
    again = await tavern.fetch_message(reply.id)
    assert again.reference is not None
    assert isinstance(again.reference.resolved, discord.DeletedReferencedMessage)


async def test_a_repeated_nonce_posts_once(sandbox: Sandbox, bot: Bot) -> None:
    path = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=int(sandbox.channel_id("tavern")))
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True}
    first = await bot.http.request(path, json=body)
    second = await bot.http.request(path, json=body)
    assert first["id"] == second["id"]
    assert len(sandbox.world.history(sandbox.channel_id("tavern"))) == 1


async def test_lengths_and_emptiness(bot: Bot) -> None:
    tavern = bot.place("tavern")
    assert await _code(tavern.send("x" * 2001)) == 50035
    assert await _code(tavern.send("")) == 50006
    assert await _code(tavern.send(embed=discord.Embed(description="x" * 4097))) == 50035
    message = await tavern.send("fine")
    assert await _code(message.edit(content="")) == 50006


async def test_history_pages_both_ways(bot: Bot) -> None:
    tavern = bot.place("tavern")
    sent = [await tavern.send(str(number)) for number in range(5)]
    assert [m.content async for m in tavern.history(limit=2)] == ["4", "3"]
    assert [m.content async for m in tavern.history(after=sent[1], limit=2)] == ["2", "3"]
    assert [m.content async for m in tavern.history(around=sent[2], limit=3)] == ["3", "2", "1"]
    path = discord.http.Route("GET", "/channels/{channel_id}/messages", channel_id=tavern.id)
    assert await _code(bot.http.request(path, params={"limit": 0})) == 50035


async def test_files_are_served_and_embeds_find_them(bot: Bot) -> None:
    picture = discord.File(__import__("io").BytesIO(default_avatar(2)), "face.png", description="a face")
    embed = discord.Embed(title="look").set_image(url="attachment://face.png")
    message = await bot.place("tavern").send(embed=embed, file=picture)
    assert message.attachments == []
    assert message.embeds[0].image.url
    async with aiohttp.ClientSession() as http, http.get(message.embeds[0].image.url) as response:
        assert await response.read() == default_avatar(2)


async def test_components_v2(bot: Bot, robin: Person) -> None:
    view = discord.ui.LayoutView()
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow(discord.ui.Button(label="Go", custom_id="go"))
    view.add_item(discord.ui.Container(discord.ui.TextDisplay("# Hi"), discord.ui.Separator(), row))
    message = await bot.place("tavern").send(view=view)
    assert message.flags.components_v2
    shown = await robin.event("MESSAGE_CREATE")
    assert shown["components"][0]["components"][0]["content"] == "# Hi"
    assert await _code(message.edit(content="legacy")) == 50035


async def test_mentions_follow_allowed_mentions(sandbox: Sandbox, bot: Bot) -> None:
    robin_id = sandbox.person("robin").id
    tavern = bot.place("tavern")
    assert (await tavern.send(f"<@{robin_id}> @everyone")).mention_everyone
    quiet = await tavern.send(f"<@{robin_id}> @everyone", allowed_mentions=discord.AllowedMentions.none())
    assert (quiet.mentions, quiet.mention_everyone) == ([], False)


async def test_missing_permission_and_access(sandbox: Sandbox, bot: Bot, robin: Person, alex: Person) -> None:
    assert await _code(bot.place("backstage").send("x")) == 50001
    overwrite = {"type": 0, "deny": str(int(Permission.SEND_MESSAGES)), "allow": "0"}
    path = f"/channels/{sandbox.channel_id('tavern')}/permissions/{sandbox.guild.id}"
    assert (await alex.call("PUT", path, overwrite))[0] == 204
    status, body = await robin.call("POST", f"/channels/{sandbox.channel_id('tavern')}/messages", {"content": "x"})
    assert (status, body["code"]) == (403, 50013)
    assert (await robin.call("PUT", path, overwrite))[1]["code"] == 50013
    theirs = await alex.say("welcome", "mine")
    path = f"/channels/{sandbox.channel_id('welcome')}/messages/{theirs['id']}"
    assert (await robin.call("PATCH", path, {"content": "x"}))[1]["code"] == 50005
    assert (await robin.call("DELETE", path))[1]["code"] == 50013


async def test_bulk_delete(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    tavern = bot.place("tavern")
    sent = [await tavern.send(str(n)) for n in range(3)]
    await tavern.delete_messages(sent)
    assert len((await robin.event("MESSAGE_DELETE_BULK"))["ids"]) == 3
    path = discord.http.Route("POST", "/channels/{channel_id}/messages/bulk-delete", channel_id=tavern.id)
    assert await _code(bot.http.request(path, json={"messages": ["1"]})) == 50016
    assert await _code(bot.http.request(path, json={"messages": ["1", "2"]})) == 50034


# ---------------------------------------------------------------------------------------------------- webhooks


async def test_a_webhook_speaks_under_any_name_and_face(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    webhook = await bot.place("tavern").create_webhook(name="Café")
    face = f"{sandbox.url}/embed/avatars/3.png"
    said = await webhook.send("hello", username="Mira", avatar_url=face, wait=True)
    shown = await robin.event("MESSAGE_CREATE")
    assert shown["author"]["username"] == "Mira"
    assert shown["webhook_id"] == str(webhook.id) == shown["author"]["id"]
    assert await said.author.display_avatar.read() == default_avatar(3)
    await said.edit(content="hello again")
    assert (await robin.event("MESSAGE_UPDATE"))["content"] == "hello again"
    await said.delete()
    assert (await robin.event("MESSAGE_DELETE"))["id"] == str(said.id)


async def test_a_face_that_cannot_be_fetched_is_the_default_one(sandbox: Sandbox, bot: Bot) -> None:
    webhook = await bot.place("tavern").create_webhook(name="Café")
    for url in (f"{sandbox.url}/nothing.png", "https://example.com/face.png"):
        said = await webhook.send("hello", avatar_url=url, wait=True)
        assert said.author.avatar is None
    assert sandbox.journal.entries(path="/webhooks/")[-1].remarks == ["avatar_unreachable"]


async def test_webhook_names(bot: Bot) -> None:
    tavern = bot.place("tavern")
    webhook = await tavern.create_webhook(name="Café")
    for name in ("Clyde", "my discord friend", "x" * 81):
        assert await _code(webhook.send("x", username=name)) == 50035


async def test_fifteen_webhooks_are_the_most(bot: Bot) -> None:
    tavern = bot.place("tavern")
    for number in range(15):
        await tavern.create_webhook(name=f"Hook {number}")
    assert await _code(tavern.create_webhook(name="one more")) == 30007


async def test_deleted_and_stolen_webhooks(sandbox: Sandbox, bot: Bot) -> None:
    webhook = await bot.place("tavern").create_webhook(name="Café")
    wrong = discord.Webhook.partial(webhook.id, "x" * 60, client=bot)
    assert await _code(wrong.send("x")) == 50027
    await webhook.delete()
    assert await _code(webhook.send("x")) == 10015


async def test_only_an_applications_webhook_sends_buttons(sandbox: Sandbox, bot: Bot, alex: Person) -> None:
    _, made = await alex.call("POST", f"/channels/{sandbox.channel_id('tavern')}/webhooks", {"name": "Alex's"})
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
    path = f"/webhooks/{made['id']}/{made['token']}"
    body = {"content": "x", "components": [row]}
    status, shown = await alex.call("POST", path + "?wait=true", body)
    assert (status, shown["components"]) == (200, [])
    status, error = await alex.call("POST", path + "?wait=1&with_components=1", body)
    assert (status, error["code"]) == (400, 50035)
    view = discord.ui.View()
    view.add_item(discord.ui.Button(label="x", custom_id="x"))
    own = await bot.place("tavern").create_webhook(name="Ours")
    assert (await own.send("x", view=view, wait=True)).components


async def test_webhooks_write_in_threads(bot: Bot, robin: Person) -> None:
    tavern = bot.place("tavern")
    thread = await tavern.create_thread(name="corner", type=discord.ChannelType.public_thread)
    webhook = await tavern.create_webhook(name="Café")
    said = await webhook.send("in here", thread=thread, wait=True)
    assert said.channel.id == thread.id
    elsewhere = discord.Object(bot.place("greenhouse").id)
    assert await _code(webhook.send("x", thread=elsewhere)) == 10003


# ---------------------------------------------------------------------------------------------------- threads and more


async def test_threads(bot: Bot, robin: Person) -> None:
    message = await bot.place("tavern").send("start")
    thread = await message.create_thread(name="corner")
    assert thread.id == message.id
    assert (await robin.event("THREAD_CREATE"))["newly_created"] is True
    assert await _code(message.create_thread(name="twice")) == 160004
    await thread.send("inside")
    await thread.add_user(discord.Object(int(robin.id)))
    assert (await robin.event("THREAD_MEMBERS_UPDATE"))["added_members"][0]["user_id"] == robin.id
    assert {m.id for m in await thread.fetch_members()} == {bot.user.id, int(robin.id)}  # type: ignore[union-attr]
    await thread.edit(archived=True, locked=True)
    status, body = await robin.call("POST", f"/channels/{thread.id}/messages", {"content": "x"})
    assert (status, body["code"]) == (400, 50083)
    listed = [one async for one in bot.place("tavern").archived_threads()]
    assert [(one.id, one.message_count) for one in listed] == [(thread.id, 1)]


async def test_speaking_in_a_thread_wakes_and_follows_it(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    thread = await (await bot.place("tavern").send("start")).create_thread(name="corner")
    await thread.edit(archived=True)
    await bot.until("thread_update", lambda _, after: after.archived)
    sasha = sandbox.person("sasha").id
    path = f"/channels/{thread.id}/messages"
    assert (await robin.call("POST", path, {"content": f"come here <@{sasha}>"}))[0] == 200
    await bot.until("raw_thread_update", lambda update: not update.data["thread_metadata"]["archived"])
    added = await robin.event("THREAD_MEMBERS_UPDATE")
    assert {one["user_id"] for one in added["added_members"]} == {robin.id, sasha}


async def test_private_threads_are_for_those_inside(bot: Bot, robin: Person) -> None:
    thread = await bot.place("tavern").create_thread(name="secret")
    assert (await robin.call("GET", f"/channels/{thread.id}"))[1]["code"] == 50001
    await thread.add_user(discord.Object(int(robin.id)))
    assert (await robin.call("GET", f"/channels/{thread.id}"))[0] == 200


async def test_reactions(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    message = await bot.place("tavern").send("vote")
    await message.add_reaction("☕")
    assert (await robin.event("MESSAGE_REACTION_ADD"))["emoji"] == {"id": None, "name": "☕"}
    path = f"/channels/{message.channel.id}/messages/{message.id}/reactions/%E2%98%95/@me"
    assert (await robin.call("PUT", path))[0] == 204
    added = await bot.until("raw_reaction_add", lambda p: p.user_id == int(robin.id))
    assert added.emoji.name == "☕"
    reaction = (await message.channel.fetch_message(message.id)).reactions[0]
    assert (reaction.count, reaction.me) == (2, True)
    assert {u.name async for u in reaction.users()} == {"robin", "BotCafé"}
    await message.clear_reactions()
    await robin.event("MESSAGE_REACTION_REMOVE_ALL")


async def test_pins(bot: Bot, robin: Person) -> None:
    message = await bot.place("tavern").send("keep")
    await message.pin()
    await robin.event("CHANNEL_PINS_UPDATE")
    assert [m.id async for m in message.channel.pins()] == [message.id]
    await message.unpin()
    assert [m async for m in message.channel.pins()] == []


async def test_direct_messages(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    user = await bot.fetch_user(int(robin.id))
    sent = await user.send("psst")
    assert (await robin.event("MESSAGE_CREATE"))["content"] == "psst"
    assert (await robin.call("POST", f"/channels/{sent.channel.id}/messages", {"content": "yes?"}))[0] == 200
    assert (await bot.until("message", lambda m: m.content == "yes?")).guild is None
    sandbox.world.members.drop(f"{sandbox.guild.id}:{robin.id}")
    # Who has the application for themselves shares that with it.
    assert await user.send("and now?")
    sandbox.application.installed_by.clear()
    assert await _code(user.send("still there?")) == 50278


async def test_members_and_roles(sandbox: Sandbox, bot: Bot, alex: Person, robin: Person) -> None:
    guild = sandbox.guild.id
    status, role = await alex.call("POST", f"/guilds/{guild}/roles", {"name": "Regulars", "permissions": "0"})
    assert status == 200
    assert (await alex.call("PUT", f"/guilds/{guild}/members/{robin.id}/roles/{role['id']}"))[0] == 204
    _, after = await bot.until("member_update")
    assert [r.name for r in after.roles] == ["@everyone", "Regulars"]
    assert (await robin.call("PATCH", f"/guilds/{guild}/members/{alex.id}", {"nick": "x"}))[1]["code"] == 50013
    assert (await robin.call("PATCH", f"/guilds/{guild}/members/@me", {"nick": "Robbie"}))[1]["nick"] == "Robbie"
    assert await _code(bot.guilds[0].kick(discord.Object(int(alex.id)))) == 50013
    assert (await alex.call("DELETE", f"/guilds/{guild}/members/{robin.id}"))[0] == 204
    await robin.event("GUILD_DELETE")


async def test_typing_and_slowmode(sandbox: Sandbox, bot: Bot, robin: Person) -> None:
    async with bot.place("tavern").typing():
        assert (await robin.event("TYPING_START"))["user_id"] == sandbox.application.id
    sandbox.world.channel(sandbox.channel_id("tavern")).slowmode = 30
    await robin.say("tavern", "one")
    status, body = await robin.call("POST", f"/channels/{sandbox.channel_id('tavern')}/messages", {"content": "two"})
    assert (status, body["code"]) == (429, 20016)


async def test_channels(sandbox: Sandbox, bot: Bot, alex: Person, robin: Person) -> None:
    path = f"/guilds/{sandbox.guild.id}/channels"
    assert (await robin.call("POST", path, {"name": "mine"}))[1]["code"] == 50013
    status, made = await alex.call("POST", path, {"name": "New Corner", "topic": "quiet"})
    assert (status, made["name"]) == (201, "new-corner")
    assert (await bot.until("guild_channel_create")).name == "new-corner"
    assert (await alex.call("PATCH", f"/channels/{made['id']}", {"topic": "loud"}))[1]["topic"] == "loud"
    assert (await alex.call("DELETE", f"/channels/{made['id']}"))[0] == 200
    await robin.event("CHANNEL_DELETE")


async def test_unknown_things_have_discords_codes(sandbox: Sandbox, bot: Bot) -> None:
    assert await _code(bot.fetch_channel(1)) == 10003
    assert await _code(bot.fetch_guild(1)) == 10004
    assert await _code(bot.guilds[0].fetch_member(1)) == 10007
    assert await _code(bot.place("tavern").fetch_message(1)) == 10008
    assert await _code(bot.guilds[0].fetch_role(1)) == 10011
    assert await _code(bot.fetch_user(1)) == 10013
    assert await _code(bot.fetch_webhook(1)) == 10015
    assert await _code(bot.tree.fetch_command(1)) == 10063
    assert await _code(bot.http.request(discord.http.Route("GET", "/no/such/route"))) == 0
